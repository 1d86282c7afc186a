import type { Clock } from '../../common/index.js';
import type { QuotaRefusal, QuotaRequest } from '../../quotas/index.js';

/** Milliseconds for which a refusal is believed at most: what other nodes settle may end it earlier. */
const MAX_AGE_MS = 250;

const MAX_REFUSALS = 10_000;

interface Refusal extends Omit<QuotaRefusal, 'demand'> {
  /** Milliseconds on the monotonic clock. */
  readonly atMs: number;
  readonly untilMs: number;
  /** What was expected: more than that is refused as well. */
  readonly tokens: number;
  readonly costUsd: number;
}

/**
 * What the database has refused just now, so that many who ask for what is used up do not all go there. Not concurrency, which
 * may come back at any moment.
 */
export class RecentRefusals {
  readonly #byKey = new Map<string, Refusal>();

  constructor(private readonly clock: Pick<Clock, 'monotonicMs'>) {}

  /** A refusal that still stands; `undefined` says nothing. */
  find({ demands, estimate }: QuotaRequest): QuotaRefusal | undefined {
    if (this.#byKey.size === 0) return undefined;
    const nowMs = this.clock.monotonicMs();
    for (const [demand, { key }] of demands.entries()) {
      const known = this.#byKey.get(key);
      if (known === undefined) continue;
      const { limit, retryAfterMs, atMs, untilMs, tokens, costUsd } = known;
      if (untilMs <= nowMs) this.#byKey.delete(key);
      else if (limit === 'rate' || (estimate.tokens >= tokens && estimate.costUsd >= costUsd)) {
        const leftMs = retryAfterMs === undefined ? undefined : retryAfterMs - (nowMs - atMs);
        return { isGranted: false, demand, limit, retryAfterMs: leftMs };
      }
    }
    return undefined;
  }

  note({ demands, estimate }: QuotaRequest, { demand, limit, retryAfterMs, isGranted }: QuotaRefusal): void {
    if (limit === 'concurrency') return;
    if (this.#byKey.size >= MAX_REFUSALS) this.#byKey.clear();
    const atMs = this.clock.monotonicMs();
    const untilMs = atMs + Math.min(retryAfterMs ?? MAX_AGE_MS, MAX_AGE_MS);
    const { key } = demands[demand]!;
    this.#byKey.set(key, { isGranted, limit, retryAfterMs, atMs, untilMs, ...estimate });
  }

  /** Something of these accounts came back. */
  forget({ demands }: QuotaRequest): void {
    if (this.#byKey.size === 0) return;
    for (const { key } of demands) this.#byKey.delete(key);
  }
}
