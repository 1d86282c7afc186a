import { CadreError, didYouMean } from '../common/index.js';
import type { QuotaLimit } from './quota.types.js';

/** A quota cannot be kept as it is. */
export class InvalidQuotaError extends CadreError {
  /** @param problems each names its field first */
  constructor(problems: readonly string[]) {
    super({
      code: 'QUOTA_INVALID',
      kind: 'definition',
      message: `A quota is not valid: ${problems.join('; ')}.`,
      details: { problems },
    });
  }
}

/** There is no such quota. */
export class UnknownQuotaError extends CadreError {
  constructor(id: string, nearest: readonly string[]) {
    super({
      code: 'QUOTA_UNKNOWN',
      kind: 'not-found',
      message: `There is no quota "${id.slice(0, 80)}".${didYouMean(nearest)}`,
      details: { quota: id.slice(0, 80) },
    });
  }
}

/** A quota of the application's options was to be removed. */
export class QuotaConfiguredError extends CadreError {
  constructor(id: string) {
    super({
      code: 'QUOTA_CONFIGURED',
      kind: 'conflict',
      message: `The quota "${id}" is set in the application's options. Set one with its id, which then counts in its place, or change the options.`,
      details: { quota: id },
    });
  }
}

/** What is known of a refusal. */
export interface ExceededQuota {
  readonly quota: string;
  readonly limit: QuotaLimit;
  /** For people: `the quota "acme" allows 5 attempts at a time`. */
  readonly reason: string;
  /** Milliseconds after which it is worth asking again; `undefined` when nobody can know. */
  readonly retryAfterMs: number | undefined;
}

/** A task may not be begun, or might not within the time that it may wait. */
export class QuotaExceededError extends CadreError {
  /** @param addition what else is to be known, as a sentence */
  constructor(capability: string, { quota, limit, reason, retryAfterMs }: ExceededQuota, addition = '') {
    const when = retryAfterMs === undefined ? '' : ` Come back in ${describeWait(retryAfterMs)}.`;
    super({
      code: 'QUOTA_EXCEEDED',
      kind: 'unavailable',
      message: `The task for "${capability}" was not begun: ${reason}.${addition && ` ${addition}`}${when}`,
      details: { capability, quota, limit, ...(retryAfterMs !== undefined && { retryAfterMs }) },
    });
  }
}

function describeWait(ms: number): string {
  return ms < 10_000 ? `${Math.ceil(ms)} ms` : `${Math.ceil(ms / 1_000)} s`;
}
