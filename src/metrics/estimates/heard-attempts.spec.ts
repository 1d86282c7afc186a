import fc from 'fast-check';
import { measuresOf } from '../../testing/contracts/performance-store.contract.js';
import type { MeasuresGroup } from '../rollups/performance.store.js';
import { HeardAttempts } from './heard-attempts.js';

const OPTIONS = { memoryAttempts: 100, memoryMs: 3_600_000 };
const MINUTE = 60_000;
const NOW = 1_000 * MINUTE;

const group = (writer: string, minute: number, succeeded: number, failed = 0): MeasuresGroup => ({
  key: { release: 'writer@1.0.0', capability: 'writing', writer },
  at: minute * MINUTE,
  measures: measuresOf(succeeded, failed),
});

/** What is learned from groups, as seen by `me`. */
const hear = (...groups: readonly MeasuresGroup[]) => new HeardAttempts(OPTIONS).hear(groups, 'me', NOW)[0]!;

describe('HeardAttempts', () => {
  it('learns what others measured, and not what was measured here', () => {
    const news = hear(group('a', 1_000, 2), group('b', 1_000, 1, 1), group('me', 1_000, 0, 50));
    expect(news).toMatchObject({ release: 'writer@1.0.0', capability: 'writing', newAttempts: 4 });
    const { succeeded, failed, successMs, costUsd } = news.evidence;
    expect(succeeded / failed).toBeCloseTo(3);
    expect(successMs / succeeded).toBeCloseTo(100);
    expect(costUsd / (succeeded + failed)).toBeCloseTo(0.25);
  });

  it('weighs a single attempt of now as one', () => {
    expect(hear(group('a', 1_000, 1)).evidence.succeeded).toBeCloseTo(1, 6);
  });

  it('weighs less what many attempts followed, wherever they were made', () => {
    const alone = hear(group('a', 999, 0, 10)).evidence.failed;
    const followed = hear(group('a', 999, 0, 10), group('b', 1_000, 100)).evidence.failed;
    const followedHere = hear(group('a', 999, 0, 10), group('me', 1_000, 100)).evidence.failed;
    expect(followed).toBeCloseTo(alone * 0.99 ** 100, 6);
    expect(followedHere).toBeCloseTo(followed, 6);
  });

  it('weighs less what is long ago', () => {
    const now = hear(group('a', 1_000, 10)).evidence.succeeded;
    expect(hear(group('a', 940, 10)).evidence.succeeded).toBeCloseTo(now / Math.E, 6);
  });

  it('takes what is newly heard of a minute in place of what was heard of it', () => {
    const heard = new HeardAttempts(OPTIONS);
    heard.hear([group('a', 999, 5), group('a', 1_000, 1)], 'me', NOW);
    const [again] = heard.hear([group('a', 1_000, 3)], 'me', NOW);
    expect(again!.newAttempts).toBe(2);
    expect(again!.evidence).toEqual(hear(group('a', 999, 5), group('a', 1_000, 3)).evidence);
    expect(heard.hear([group('a', 1_000, 3)], 'me', NOW)[0]!.newAttempts).toBe(0);
  });

  it('keeps pairs apart, and says nothing of those that are not named', () => {
    const heard = new HeardAttempts(OPTIONS);
    const other = { ...group('a', 1_000, 4), key: { release: 'b@1.0.0', capability: 'c', writer: 'a' } };
    expect(heard.hear([group('a', 1_000, 5), other], 'me', NOW)).toHaveLength(2);
    expect(heard.hear([other], 'me', NOW).map(({ release }) => release)).toEqual(['b@1.0.0']);
  });

  it('never believes more than its memory, and forgets what weighs nothing', () => {
    const minutes = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 30 });
    const property = fc.property(minutes, (counts) => {
      const { evidence } = hear(...counts.map((count, ago) => group('a', 1_000 - ago, count)));
      expect(evidence.succeeded).toBeLessThanOrEqual(OPTIONS.memoryAttempts + 1e-9);
      expect(evidence.succeeded).toBeGreaterThanOrEqual(0);
    });
    fc.assert(property, { numRuns: 50 });
    const old = hear(group('a', 1_000, 1_000), group('b', 900, 0, 1_000), group('c', 1, 0, 1_000));
    expect(old.evidence.failed).toBe(0);
  });

  it('takes a minute that lies ahead, by another clock, as of now', () => {
    expect(hear(group('a', 1_005, 1)).evidence.succeeded).toBeCloseTo(1, 6);
  });
});
