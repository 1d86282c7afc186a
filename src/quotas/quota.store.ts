import type { Cancel } from '../common/index.js';
import type { QuotaAnswer, QuotaGrant, QuotaRequest, QuotaRefusal, QuotaUse } from './ledger/ledger.types.js';
import type { Quota, QuotaAccount } from './quota.types.js';

/**
 * Keeps the quotas that were set at run time, and counts what is used of all quotas, over all nodes: the port of quotas.
 *
 * What an attempt holds of a limit on concurrency comes back when its node dies, after a lease; what it reserved of a budget
 * stays counted. The clock is that of the store.
 */
export abstract class QuotaStore {
  /** The quotas that were set, in no order. */
  abstract all(): Promise<readonly Quota[]>;

  /** Sets a quota, in place of one with its id. */
  abstract save(quota: Quota): Promise<void>;

  /** Answers whether there was one. What was counted of it is forgotten in time. */
  abstract remove(id: string): Promise<boolean>;

  /** Calls when another node has set or removed one, and when that may have been missed. */
  abstract onChange(listener: () => void): Cancel;

  /**
   * Grants all demands or touches no account, in one step that no other node can divide. Answers without a promise where it
   * can. One that is granted is settled once.
   * @throws DATABASE_UNAVAILABLE
   */
  abstract reserve(request: QuotaRequest): QuotaAnswer | Promise<QuotaAnswer>;

  /** Why a request would be refused now, where that is known at once; `undefined` says nothing. Touches nothing. */
  abstract peek(request: QuotaRequest): QuotaRefusal | undefined;

  /** Ends a reservation: what was reserved is replaced by what was used. Kept until it is written; never throws. */
  abstract settle(request: QuotaRequest, grant: QuotaGrant, used: QuotaUse): void;

  /** What is counted under these quotas; of each quota at most `limit` accounts, the latest used ones. */
  abstract accounts(quotas: readonly string[], limit: number): Promise<readonly QuotaAccount[]>;

  /** Resolves when what was settled is written, and lets go of everything that this node holds. */
  abstract close(): Promise<void>;
}
