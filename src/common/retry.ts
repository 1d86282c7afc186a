import type { RandomSource } from './chance/random.js';

/** How often and after which waits something is tried again. */
export interface RetryOptions {
  /** Tries in all, 1 to 20; default 1, that is no retry. */
  readonly attempts?: number;
  /** How the wait grows from try to try; default `exponential`. */
  readonly backoff?: 'constant' | 'exponential';
  /** Milliseconds before the second try, 0 to 3 600 000; default 200. */
  readonly delayMs?: number;
  /** Milliseconds that no wait exceeds, 0 to 3 600 000; default 30 000. */
  readonly maxDelayMs?: number;
  /** Draws each wait at random from 0 to its full length, so that many callers do not return at once; default `true`. */
  readonly jitter?: boolean;
}

export type ResolvedRetryOptions = Required<RetryOptions>;

export const RETRY_DEFAULTS: ResolvedRetryOptions = {
  attempts: 1,
  backoff: 'exponential',
  delayMs: 200,
  maxDelayMs: 30_000,
  jitter: true,
};

/** The bounds of {@link RetryOptions}, for whoever validates them. */
export const RETRY_BOUNDS = { maxAttempts: 20, maxDelayMs: 3_600_000 } as const;

/** Fills in the defaults; a member that is `undefined` counts as absent. */
export function resolveRetryOptions(options: RetryOptions = {}): ResolvedRetryOptions {
  return {
    attempts: options.attempts ?? RETRY_DEFAULTS.attempts,
    backoff: options.backoff ?? RETRY_DEFAULTS.backoff,
    delayMs: options.delayMs ?? RETRY_DEFAULTS.delayMs,
    maxDelayMs: options.maxDelayMs ?? RETRY_DEFAULTS.maxDelayMs,
    jitter: options.jitter ?? RETRY_DEFAULTS.jitter,
  };
}

/** The first option that is out of its bounds, as a sentence part; `undefined` when all are fine. */
export function findRetryProblem(retry: ResolvedRetryOptions): string | undefined {
  const { maxAttempts, maxDelayMs } = RETRY_BOUNDS;
  const ranges = [
    ['attempts', 1, maxAttempts],
    ['delayMs', 0, maxDelayMs],
    ['maxDelayMs', 0, maxDelayMs],
  ] as const;
  for (const [field, least, most] of ranges) {
    const value = retry[field];
    if (Number.isInteger(value) && value >= least && value <= most) continue;
    return `retry.${field} is ${value}; it must be a whole number from ${least} to ${most}`;
  }
  if (retry.backoff !== 'constant' && retry.backoff !== 'exponential') {
    return `retry.backoff is "${String(retry.backoff)}"; it must be "constant" or "exponential"`;
  }
  return undefined;
}

/**
 * Milliseconds to wait after a failed try.
 * "Full jitter", after M. Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015.
 *
 * @param failedAttempts tries so far, at least 1
 */
export function retryDelayMs(
  retry: ResolvedRetryOptions,
  failedAttempts: number,
  random: RandomSource,
): number {
  const factor = retry.backoff === 'exponential' ? 2 ** Math.min(failedAttempts - 1, 30) : 1;
  const full = Math.min(retry.delayMs * factor, retry.maxDelayMs);
  return retry.jitter ? Math.round(full * random.next()) : full;
}
