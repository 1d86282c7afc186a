import fc from 'fast-check';
import { SeededRandom } from '../../common/index.js';
import { LatencyHistogram } from '../measures/latency-histogram.js';
import { longerByChance, lowerByChance, successRatioOf } from './comparisons.js';

const histogramOf = (count: number, next: () => number): LatencyHistogram => {
  const histogram = new LatencyHistogram();
  for (let done = 0; done < count; done += 1) histogram.record(next());
  return histogram;
};

describe('successRatioOf', () => {
  it('is unknown without attempts', () => {
    expect(successRatioOf(0, 0)).toBeUndefined();
  });

  it.each([
    // Wilson intervals as published (Newcombe, Statistics in Medicine 17, 1998, table I).
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('of %p among %p has the interval that is published', (succeeded, count, low, high) => {
    const ratio = successRatioOf(succeeded, count - succeeded)!;
    expect(ratio.value).toBeCloseTo(succeeded / count);
    expect(ratio.low).toBeCloseTo(low, 3);
    expect(ratio.high).toBeCloseTo(high, 3);
  });

  it('lies within its interval, between 0 and 1', () => {
    const whole = fc.integer({ min: 0, max: 10_000 });
    const property = fc.property(whole, whole, (succeeded, failed) => {
      const ratio = successRatioOf(succeeded, failed + 1)!;
      expect(ratio.low).toBeLessThanOrEqual(ratio.value + 1e-12);
      expect(ratio.high).toBeGreaterThanOrEqual(ratio.value - 1e-12);
      expect(ratio.low).toBeGreaterThanOrEqual(0);
      expect(ratio.high).toBeLessThanOrEqual(1);
    });
    fc.assert(property);
  });
});

describe('lowerByChance', () => {
  it('is one half for equal shares, and near none for far ones', () => {
    expect(lowerByChance(successRatioOf(50, 50)!, successRatioOf(50, 50)!)).toBeCloseTo(0.5);
    expect(lowerByChance(successRatioOf(30, 70)!, successRatioOf(70, 30)!)).toBeLessThan(1e-6);
    expect(lowerByChance(successRatioOf(70, 30)!, successRatioOf(30, 70)!)).toBeGreaterThan(0.999);
  });

  it('is certain where nothing ever failed', () => {
    expect(lowerByChance(successRatioOf(50, 0)!, successRatioOf(50, 0)!)).toBe(1);
  });
});

describe('longerByChance', () => {
  const random = new SeededRandom(5);

  it('is small for durations that are longer', () => {
    const before = histogramOf(200, () => 100 + 50 * random.next());
    const now = histogramOf(200, () => 130 + 50 * random.next());
    expect(longerByChance(now, before)).toBeLessThan(1e-6);
    expect(longerByChance(before, now)).toBeGreaterThan(0.999);
  });

  it('is not known where one side is empty, or all are the same', () => {
    expect(
      longerByChance(
        histogramOf(0, () => 1),
        histogramOf(5, () => 1),
      ),
    ).toBe(1);
    expect(
      longerByChance(
        histogramOf(5, () => 1),
        histogramOf(0, () => 1),
      ),
    ).toBe(1);
    expect(
      longerByChance(
        histogramOf(5, () => 1),
        histogramOf(5, () => 1),
      ),
    ).toBe(1);
  });

  it('is below one in a hundred in about one of a hundred cases of no difference', () => {
    let alarms = 0;
    for (let trial = 0; trial < 2_000; trial += 1) {
      const next = (): number => -Math.log(1 - random.next()) * 100;
      if (longerByChance(histogramOf(60, next), histogramOf(90, next)) < 0.01) alarms += 1;
    }
    expect(alarms).toBeGreaterThan(5);
    expect(alarms).toBeLessThan(45);
  });
});
