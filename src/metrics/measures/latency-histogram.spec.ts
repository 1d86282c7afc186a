import fc from 'fast-check';
import { LatencyHistogram, RELATIVE_ERROR_RATIO } from './latency-histogram.js';

const histogramOf = (...valuesMs: readonly number[]): LatencyHistogram => {
  const histogram = new LatencyHistogram();
  for (const valueMs of valuesMs) histogram.record(valueMs);
  return histogram;
};

const merged = (...parts: readonly LatencyHistogram[]): LatencyHistogram => {
  const whole = new LatencyHistogram();
  for (const part of parts) whole.merge(part);
  return whole;
};

const countsOf = (histogram: LatencyHistogram) => [...histogram.bins()].sort(([a], [b]) => a - b);

/** From a fifth of a microsecond to a day, evenly over the orders of magnitude. */
const durationMs = fc.double({ min: -8.5, max: 18.2, noNaN: true }).map(Math.exp);
const durations = fc.array(durationMs, { minLength: 1, maxLength: 60 });

describe('LatencyHistogram', () => {
  it('knows no quantile of nothing', () => {
    expect(histogramOf().quantileMs(0.5)).toBeUndefined();
    expect(histogramOf().count).toBe(0);
  });

  it('knows every quantile to 1 %', () => {
    const property = fc.property(durations, fc.double({ min: 0, max: 1, noNaN: true }), (values, ratio) => {
      const exact = values.toSorted((a, b) => a - b)[Math.floor(ratio * (values.length - 1))]!;
      const estimate = histogramOf(...values).quantileMs(ratio)!;
      const allowed = exact <= 0.001 ? 0.001 : exact * (RELATIVE_ERROR_RATIO + 1e-9);
      expect(Math.abs(estimate - exact)).toBeLessThanOrEqual(allowed);
    });
    fc.assert(property, { numRuns: 500 });
  });

  it('merges in any order and any grouping to the same, which is that of all values at once', () => {
    const property = fc.property(durations, durations, durations, (first, second, third) => {
      const [a, b, c] = [first, second, third].map((values) => histogramOf(...values)) as [
        LatencyHistogram,
        LatencyHistogram,
        LatencyHistogram,
      ];
      const whole = countsOf(histogramOf(...first, ...second, ...third));
      expect(countsOf(merged(a, b, c))).toEqual(whole);
      expect(countsOf(merged(c, a, b))).toEqual(whole);
      expect(countsOf(merged(a, merged(b, c)))).toEqual(whole);
      expect(countsOf(merged(merged(a, b), c))).toEqual(whole);
    });
    fc.assert(property);
  });

  it('takes what is too short or too long as the shortest and the longest there is', () => {
    expect(histogramOf(0, 0.000_1).quantileMs(1)).toBe(0);
    const longest = histogramOf(Number.MAX_VALUE).quantileMs(1)!;
    expect(longest).toBeGreaterThan(99_000_000);
    expect(longest).toBeLessThan(101_000_000);
  });
});
