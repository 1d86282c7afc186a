import { resolveHealthOptions, type OutlierOptions } from '../health.options.js';
import { findOutlier, standingOf, type Standing } from './outlier-rules.js';

const standing = (successRatio: number, calls = 1_000, meanMs: number | undefined = 100): Standing => ({
  successRatio,
  calls,
  meanMs,
});
const judge = (own: Standing, others: readonly Standing[], options: OutlierOptions = {}) =>
  findOutlier(own, others, resolveHealthOptions({ outliers: options }).outliers);

describe('the rates of a provider', () => {
  it('are those of its calls, where there are enough', () => {
    expect(standingOf({ succeeded: 30, failed: 10, durationMs: 600 }, 40)).toEqual({
      calls: 40,
      successRatio: 0.75,
      meanMs: 20,
    });
    expect(standingOf({ succeeded: 30, failed: 9, durationMs: 600 }, 40)).toBeUndefined();
    expect(standingOf({ succeeded: 0, failed: 40, durationMs: 0 }, 40)?.meanMs).toBeUndefined();
  });
});

describe('an outlier', () => {
  it('succeeds far less often than the others, also where it is one of three', () => {
    expect(judge(standing(0.5), [standing(0.99), standing(0.98)])).toBe(
      'succeeds at 50 % of its tasks, the others at 99 %',
    );
    expect(judge(standing(0.98), [standing(0.99), standing(0.98)])).toBeUndefined();
  });

  it('is none where the others differ as much among themselves', () => {
    const others = [standing(0.95), standing(0.6), standing(0.7), standing(0.9)];
    expect(judge(standing(0.55), others)).toBeUndefined();
    expect(judge(standing(0.3), others)).toContain('succeeds at 30 %');
    expect(judge(standing(0.55), others, { stdevFactor: 1 })).toContain('succeeds at 55 %');
  });

  it('is none by a difference that may be chance, or that is too small to matter', () => {
    expect(judge(standing(0.8, 30), [standing(0.95, 30), standing(0.95, 30)])).toBeUndefined();
    expect(judge(standing(0.8, 3_000), [standing(0.95, 3_000), standing(0.95, 3_000)])).toBeDefined();
    expect(judge(standing(0.96, 1e6), [standing(1, 1e6), standing(1, 1e6)])).toBeUndefined();
  });

  it('is no judge of the others: who is better than they are is none', () => {
    expect(judge(standing(1), [standing(0.2), standing(0.3)])).toBeUndefined();
  });

  it('may be one by the time that it takes, where that is asked for', () => {
    const slow = standing(1, 100, 450);
    const others = [standing(1, 100, 100), standing(1, 100, 140)];
    expect(judge(slow, others)).toBeUndefined();
    expect(judge(slow, others, { latencyFactor: 3 })).toBe('takes 450 ms for a task, the others 120 ms');
    expect(judge(slow, others, { latencyFactor: 4 })).toBeUndefined();
    const failing = { ...standing(1, 100), meanMs: undefined };
    expect(judge(slow, [failing], { latencyFactor: 3 })).toBeUndefined();
    expect(judge(failing, [slow], { latencyFactor: 3 })).toBeUndefined();
  });
});
