import fc from 'fast-check';
import { RandomSource, SeededRandom } from './chance/random.js';
import {
  findRetryProblem,
  resolveRetryOptions,
  RETRY_DEFAULTS,
  retryDelayMs,
  type ResolvedRetryOptions,
} from './retry.js';

const retries: fc.Arbitrary<ResolvedRetryOptions> = fc.record({
  attempts: fc.integer({ min: 1, max: 20 }),
  backoff: fc.constantFrom('constant', 'exponential'),
  delayMs: fc.integer({ min: 0, max: 3_600_000 }),
  maxDelayMs: fc.integer({ min: 0, max: 3_600_000 }),
  jitter: fc.boolean(),
});
const failedAttempts = fc.integer({ min: 1, max: 1_000 });

/** Draws the largest number there is. */
class Highest extends RandomSource {
  next(): number {
    return 1 - Number.EPSILON;
  }
}

describe('resolveRetryOptions', () => {
  it('fills in what is absent or undefined', () => {
    expect(resolveRetryOptions()).toEqual(RETRY_DEFAULTS);
    expect(resolveRetryOptions({ attempts: undefined, delayMs: 0 })).toEqual({
      ...RETRY_DEFAULTS,
      delayMs: 0,
    });
  });

  it('keeps what is given', () => {
    fc.assert(
      fc.property(retries, (retry) => {
        expect(resolveRetryOptions(retry)).toEqual(retry);
      }),
    );
  });
});

describe('findRetryProblem', () => {
  it('finds none within the bounds', () => {
    fc.assert(
      fc.property(retries, (retry) => {
        expect(findRetryProblem(retry)).toBeUndefined();
      }),
    );
  });

  it.each([
    [{ attempts: 0 }, 'retry.attempts is 0; it must be a whole number from 1 to 20'],
    [{ attempts: 21 }, 'retry.attempts is 21'],
    [{ attempts: 1.5 }, 'retry.attempts is 1.5'],
    [{ delayMs: -1 }, 'retry.delayMs is -1; it must be a whole number from 0 to 3600000'],
    [{ maxDelayMs: Infinity }, 'retry.maxDelayMs is Infinity'],
    [{ backoff: 'linear' as never }, 'retry.backoff is "linear"; it must be "constant" or "exponential"'],
  ])('finds %p', (options, problem) => {
    expect(findRetryProblem(resolveRetryOptions(options))).toContain(problem);
  });
});

describe('retryDelayMs', () => {
  it('never exceeds the longest delay and is never negative', () => {
    fc.assert(
      fc.property(retries, failedAttempts, fc.integer(), (retry, failed, seed) => {
        const delayMs = retryDelayMs(retry, failed, new SeededRandom(seed));
        expect(delayMs).toBeGreaterThanOrEqual(0);
        expect(delayMs).toBeLessThanOrEqual(retry.maxDelayMs);
        expect(Number.isInteger(delayMs)).toBe(true);
      }),
    );
  });

  it('never shrinks from try to try without jitter', () => {
    fc.assert(
      fc.property(retries, failedAttempts, (retry, failed) => {
        const steady = { ...retry, jitter: false };
        const random = new SeededRandom(0);
        expect(retryDelayMs(steady, failed + 1, random)).toBeGreaterThanOrEqual(
          retryDelayMs(steady, failed, random),
        );
      }),
    );
  });

  it('draws at most the length that it has without jitter', () => {
    fc.assert(
      fc.property(retries, failedAttempts, (retry, failed) => {
        const full = retryDelayMs({ ...retry, jitter: false }, failed, new Highest());
        expect(retryDelayMs({ ...retry, jitter: true }, failed, new Highest())).toBe(full);
      }),
    );
  });

  it('doubles from try to try up to the longest delay', () => {
    const retry = resolveRetryOptions({ delayMs: 100, maxDelayMs: 1_000, jitter: false });
    const delays = [1, 2, 3, 4, 5, 6].map((failed) => retryDelayMs(retry, failed, new SeededRandom(0)));
    expect(delays).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  });

  it('stays the same when it is constant', () => {
    const retry = resolveRetryOptions({ delayMs: 100, backoff: 'constant', jitter: false });
    expect([1, 2, 9].map((failed) => retryDelayMs(retry, failed, new SeededRandom(0)))).toEqual([
      100, 100, 100,
    ]);
  });
});
