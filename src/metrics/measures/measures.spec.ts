import fc from 'fast-check';
import { ERROR_KINDS, type ErrorKind } from '../../common/index.js';
import type { AttemptVerdict } from '../attempt-observation.types.js';
import { arePlausible, findImplausible, withoutImplausible } from './figures.js';
import { Measures, type MeasuredAttempt } from './measures.js';

const FIGURES = { durationMs: 100, queuedMs: 5, costUsd: 0.5, inputTokens: 10, outputTokens: 20 };
const SUCCESS: MeasuredAttempt = { ...FIGURES, verdict: 'succeeded' };
const FAILURE: MeasuredAttempt = { ...FIGURES, verdict: 'failed', errorKind: 'timeout', durationMs: 900 };

const measuresOf = (...attempts: readonly MeasuredAttempt[]): Measures => {
  const measures = new Measures();
  for (const [at, attempt] of attempts.entries()) measures.record(attempt, at % 2 === 1);
  return measures;
};

/** All of it, in an order that does not depend on that of its making. */
const told = (measures: Measures) => ({
  ...measures.sums,
  counters: measures.counters().toSorted(([a], [b]) => a - b),
});

/** Whole numbers, so that sums are exact whatever their order. */
const whole = fc.integer({ min: 0, max: 100_000 });
const attempt: fc.Arbitrary<MeasuredAttempt> = fc.record({
  verdict: fc.constantFrom<AttemptVerdict>('succeeded', 'failed', 'excused'),
  errorKind: fc.option(fc.constantFrom(...(Object.keys(ERROR_KINDS) as ErrorKind[])), { nil: undefined }),
  durationMs: whole,
  queuedMs: whole,
  costUsd: whole,
  inputTokens: whole,
  outputTokens: whole,
});
const attempts = fc.array(attempt, { maxLength: 20 });

describe('Measures', () => {
  it('counts attempts by their verdict and error, and sums what they took', () => {
    const measures = measuresOf(SUCCESS, FAILURE, { ...FAILURE, verdict: 'excused', errorKind: 'input' });
    expect(measures).toMatchObject({ succeeded: 1, failed: 1, excused: 1, counted: 2, attempts: 3 });
    expect(measures.sums).toMatchObject({
      crowdedSucceeded: 0,
      crowdedFailed: 1,
      busyMs: 1_900,
      busySquareMs2: 10_000 + 2 * 810_000,
      successMs: 100,
      queuedMs: 15,
      costUsd: 1.5,
      inputTokens: 30,
      outputTokens: 60,
    });
    expect([...measures.errorKinds]).toEqual([
      ['timeout', 1],
      ['input', 1],
    ]);
    expect(measures.successes.quantileMs(0.5)).toBeCloseTo(100, -1);
    expect(measures.failures.quantileMs(0.5)).toBeCloseTo(900, -2);
    expect(measures.waits.count).toBe(3);
  });

  it('counts successes that found the agent busy', () => {
    expect(measuresOf(FAILURE, SUCCESS)).toMatchObject({ crowdedSucceeded: 1, crowdedFailed: 0 });
  });

  it('merges in any order and any grouping to the same, which is that of all attempts at once', () => {
    const property = fc.property(attempts, attempts, attempts, (first, second, third) => {
      const [a, b, c] = [measuresOf(...first), measuresOf(...second), measuresOf(...third)];
      const left = told(Measures.merged([Measures.merged([a, b]), c]));
      expect(told(Measures.merged([a, Measures.merged([b, c])]))).toEqual(left);
      expect(told(Measures.merged([c, b, a]))).toEqual(left);
    });
    fc.assert(property);
  });

  it('can be taken apart and put together again', () => {
    const property = fc.property(attempts, (all) => {
      const measures = measuresOf(...all);
      const again = Measures.of(measures.sums, measures.counters());
      expect(told(again)).toEqual(told(measures));
      expect(again.errorKinds).toEqual(measures.errorKinds);
    });
    fc.assert(property);
    expect(told(Measures.of({}))).toEqual(told(new Measures()));
  });

  it('counts a kind of error that it does not know, from a later version, as internal', () => {
    expect([...Measures.of({}, [[3 * 2_048 + 99, 4]]).errorKinds]).toEqual([['internal', 4]]);
  });
});

describe('figures', () => {
  it.each([-1, NaN, Infinity, 1e20, undefined])('of %p cannot be, and count as 0', (value) => {
    const figures = { ...FIGURES, costUsd: value as number };
    expect(arePlausible(figures)).toBe(false);
    expect(findImplausible(figures)).toEqual(['costUsd']);
    expect(withoutImplausible(figures)).toEqual({ ...FIGURES, costUsd: 0 });
  });

  it('that can be are left alone', () => {
    expect(arePlausible(FIGURES)).toBe(true);
    expect(withoutImplausible(FIGURES)).toEqual(FIGURES);
  });
});
