import type { Cancel, Clock } from '../../common/index.js';
import {
  QuotaLedger,
  QuotaStore,
  type Quota,
  type QuotaAccount,
  type QuotaAnswer,
  type QuotaGrant,
  type QuotaRefusal,
  type QuotaRequest,
  type QuotaUse,
} from '../../quotas/index.js';

/** Quotas in the memory of the process, which is the only node then; answers at once. */
export class MemoryQuotaStore extends QuotaStore {
  readonly #quotas = new Map<string, Quota>();
  readonly #ledger = new QuotaLedger();

  constructor(private readonly clock: Clock) {
    super();
  }

  async all(): Promise<readonly Quota[]> {
    return [...this.#quotas.values()];
  }

  async save(quota: Quota): Promise<void> {
    this.#quotas.set(quota.id, quota);
  }

  async remove(id: string): Promise<boolean> {
    return this.#quotas.delete(id);
  }

  /** Never calls: nobody else can change what is in this memory. */
  onChange(_listener: () => void): Cancel {
    return () => {};
  }

  reserve(request: QuotaRequest): QuotaAnswer {
    return this.#ledger.reserve(request, this.clock.now());
  }

  peek(request: QuotaRequest): QuotaRefusal | undefined {
    return this.#ledger.peek(request, this.clock.now());
  }

  settle(request: QuotaRequest, grant: QuotaGrant, used: QuotaUse): void {
    this.#ledger.settle(request, grant, used);
  }

  async accounts(quotas: readonly string[], limit: number): Promise<readonly QuotaAccount[]> {
    return this.#ledger.accounts(new Set(quotas), limit);
  }

  async close(): Promise<void> {}
}
