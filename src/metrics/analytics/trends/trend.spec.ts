import fc from 'fast-check';
import { drawNormal, SeededRandom } from '../../../common/index.js';
import { mannKendall } from './mann-kendall.js';
import type { SeriesPoint } from './theil-sen.js';
import { assessTrend, MAX_TREND_POINTS, type Trend } from './trend.js';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

function daily(values: readonly number[]): SeriesPoint[] {
  return values.map((value, day) => ({ at: day * DAY_MS, value }));
}

/** Noise in which each value keeps this share of the one before. */
function noiseOf(count: number, kept: number, seed: number): number[] {
  const random = new SeededRandom(seed);
  let last = drawNormal(random);
  return Array.from({ length: count }, () => {
    last = kept * last + Math.sqrt(1 - kept * kept) * drawNormal(random);
    return last;
  });
}

/** The share of this many noises for which it holds. */
function shareOf(count: number, holds: (seed: number) => boolean): number {
  return Array.from({ length: count }, (_, seed) => seed + 1).filter(holds).length / count;
}

const trendOf = (points: readonly SeriesPoint[]): Trend => assessTrend(points)!;

describe('Mann–Kendall', () => {
  it('counts out short series: four that rise are one order in 24, and so are four that fall', () => {
    expect(mannKendall([1, 2, 3, 4])).toMatchObject({ score: 6, pValue: 2 / 24 });
    expect(mannKendall([1, 2, 3, 4, 5]).pValue).toBeCloseTo(2 / 120, 12);
    expect(mannKendall([3, 1, 2]).pValue).toBe(1);
  });

  it.each([
    [[4, 1, 2, 3, 8, 5, 6, 7, 10, 9], 31],
    [[7, 1, 2, 3, 4, 5, 6, 10, 9, 8], 27],
    [[7, 6, 1, 2, 3, 4, 5, 10, 8, 9], 19],
  ])('counts the pairs of %j that rise, less those that fall: %d', (values, score) => {
    expect(mannKendall(values).score).toBe(score);
  });

  it('has the probabilities of table A18 of Gilbert: of 10 values, 0.036 for a score of 21 or more, 0.0083 for 27', () => {
    expect(mannKendall([7, 5, 1, 2, 3, 4, 6, 10, 8, 9]).score).toBe(21);
    expect(mannKendall([7, 5, 1, 2, 3, 4, 6, 10, 8, 9]).pValue / 2).toBeCloseTo(0.036, 3);
    expect(mannKendall([7, 1, 2, 3, 4, 5, 6, 10, 9, 8]).pValue / 2).toBeCloseTo(0.0083, 4);
  });

  it('says the same of values under any scale', () => {
    const values = noiseOf(30, 0, 8);
    expect(mannKendall(values.map((value) => 3 * value + 7))).toEqual(mannKendall(values));
  });

  it('takes ties into account: Kendall’s variance of 12 values of which 4 and 3 are equal', () => {
    const { variance } = mannKendall([5, 5, 5, 5, 1, 2, 2, 2, 7, 8, 9, 10]);
    expect(variance).toBeCloseTo((12 * 11 * 29 - 4 * 3 * 13 - 3 * 2 * 11) / 18, 9);
  });

  it('finds nothing where all values are equal', () => {
    expect(mannKendall(new Array(20).fill(4), new Array(20).fill(0))).toEqual({
      score: 0,
      variance: 0,
      pValue: 1,
    });
  });

  it('finds a trend in noise in about one of twenty cases', () => {
    const found = shareOf(1_000, (seed) => mannKendall(noiseOf(40, 0, seed)).pValue < 0.05);
    expect(found).toBeGreaterThan(0.035);
    expect(found).toBeLessThan(0.065);
  });
});

describe('a trend', () => {
  it('is that of a line, whatever a fifth of the points say', () => {
    const values = Array.from({ length: 20 }, (_, day) => (day % 5 === 2 ? 1_000 - day : 100 + 2 * day));
    const trend = trendOf(daily(values));
    expect(trend.direction).toBe('rising');
    expect(trend.slopePerDay.value).toBeCloseTo(2, 0);
  });

  it('is told in shares of where it began: 20 % slower over a week', () => {
    const noise = noiseOf(169, 0, 5);
    const points = noise.map((each, hour) => ({
      at: hour * HOUR_MS,
      value: 1_000 + (200 * hour) / 168 + 100 * each,
    }));
    const trend = trendOf(points);
    expect(trend).toMatchObject({ direction: 'rising', spanMs: 7 * DAY_MS, pointCount: 169 });
    expect(trend.changeRatio!.value).toBeCloseTo(0.2, 1);
    expect(trend.changeRatio!.low).toBeLessThan(0.2);
    expect(trend.changeRatio!.high).toBeGreaterThan(0.2);
    expect(trend.pValue).toBeLessThan(0.003);
  });

  it('has the slope and interval of the example of Sen (1968)', () => {
    // Sen, section 6: ages 1, 2, 3, 4, 10, 12, 18; the estimate is 4, and 93 % are sure of 10/3 to 4.75, more or less by rounding.
    const values: readonly [number, number][] = [
      [1, 9],
      [2, 15],
      [3, 19],
      [4, 20],
      [10, 45],
      [12, 55],
      [18, 78],
    ];
    const trend = assessTrend(
      values.map(([day, value]) => ({ at: day * DAY_MS, value })),
      { confidence: 0.93 },
    )!;
    expect(trend.slopePerDay.value).toBeCloseTo(4, 9);
    expect(trend.slopePerDay.low).toBeLessThan(4);
    expect(trend.slopePerDay.high).toBeGreaterThan(4);
    expect(trend.pValue).toBeCloseTo(2 / 5_040, 12);
  });

  it('is none in noise, in shares of nothing when it begins at nothing', () => {
    expect(trendOf(daily(noiseOf(30, 0, 3))).direction).toBe('none');
    expect(trendOf(daily([0, 0, 0, 0, 0, 0, 1]))).toMatchObject({
      direction: 'none',
      changeRatio: undefined,
    });
    expect(trendOf(daily([5, 5, 5, 5, 5]))).toMatchObject({ direction: 'none', from: 5, to: 5, pValue: 1 });
  });

  it('is unknown for fewer than five points, and that of the latest 1 000 of more', () => {
    expect(assessTrend(daily([1, 2, 3, 4]))).toBeUndefined();
    const values = Array.from({ length: MAX_TREND_POINTS + 50 }, (_, day) => (day < 50 ? 1_000 - day : day));
    expect(trendOf(daily(values))).toMatchObject({ pointCount: MAX_TREND_POINTS });
  });

  it.each([0.3, 0.5, 0.7])(
    'is found in about one of twenty noises also where each value keeps %d of the one before',
    (kept) => {
      const noises = Array.from({ length: 200 }, (_, seed) => noiseOf(168, kept, seed + 1));
      const shareIn = (found: (noise: readonly number[]) => boolean) => noises.filter(found).length / 200;
      expect(shareIn((noise) => trendOf(daily(noise)).direction !== 'none')).toBeLessThan(0.08);
      expect(shareIn((noise) => mannKendall(noise).pValue < 0.05)).toBeGreaterThan(0.1);
    },
  );

  it('has an interval that holds the slope in about 95 of 100 cases', () => {
    const held = shareOf(400, (seed) => {
      const values = noiseOf(30, 0, seed).map((each, day) => 0.05 * day + each);
      const { low, high } = trendOf(daily(values)).slopePerDay;
      return low <= 0.05 && high >= 0.05;
    });
    expect(held).toBeGreaterThan(0.93);
    expect(held).toBeLessThan(0.98);
  });

  it('turns round with its values, and keeps its p value under any scale', () => {
    const property = fc.property(
      fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 5, maxLength: 60 }),
      fc.integer({ min: 1, max: 50 }),
      (values, scale) => {
        const trend = trendOf(daily(values));
        const turned = trendOf(daily(values.map((value) => -value)));
        const scaled = trendOf(daily(values.map((value) => value * scale)));
        expect(turned.slopePerDay.value).toBeCloseTo(-trend.slopePerDay.value, 6);
        expect(scaled.slopePerDay.value).toBeCloseTo(scale * trend.slopePerDay.value, 6);
        expect(trend.slopePerDay.low).toBeLessThanOrEqual(trend.slopePerDay.value);
        expect(trend.slopePerDay.high).toBeGreaterThanOrEqual(trend.slopePerDay.value);
        expect(trend.pValue).toBeGreaterThanOrEqual(0);
        expect(trend.pValue).toBeLessThanOrEqual(1);
      },
    );
    fc.assert(property, { numRuns: 200 });
  });
});
