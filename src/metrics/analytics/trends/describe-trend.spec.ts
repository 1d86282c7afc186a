import { Measures } from '../../measures/measures.js';
import { describeTrend } from './describe-trend.js';
import { seriesOf, TREND_METRICS } from './measured-series.js';
import type { Trend } from './trend.js';

const HOUR_MS = 3_600_000;

const TREND: Trend = {
  direction: 'rising',
  pValue: 0.003,
  slopePerDay: { value: 28, low: 11, high: 47 },
  from: 1_000,
  to: 1_200,
  change: { value: 200, low: 80, high: 330 },
  changeRatio: { value: 0.2, low: 0.081, high: 0.332 },
  spanMs: 7 * 24 * HOUR_MS,
  pointCount: 168,
};

describe('a trend in a line', () => {
  it('says how much, over what time, and how sure that is', () => {
    expect(describeTrend('mean-duration', TREND, 0.95)).toBe(
      '20 % slower over 7 days (95 %: 8.1 to 33 %), p = 0.003',
    );
  });

  it('turns the interval with its word', () => {
    const falling: Trend = {
      ...TREND,
      direction: 'falling',
      pValue: 0.00001,
      changeRatio: { value: -0.2, low: -0.3, high: -0.05 },
      spanMs: HOUR_MS,
    };
    expect(describeTrend('cost', falling, 0.9)).toBe('20 % cheaper over 1 hour (90 %: 5 to 30 %), p < 0.001');
  });

  it('says no more than is known', () => {
    expect(describeTrend('success-ratio', { ...TREND, direction: 'none', pValue: 0.4 }, 0.95)).toBe(
      'no significant change over 7 days, p = 0.400',
    );
    expect(describeTrend('mean-wait', { ...TREND, changeRatio: undefined, spanMs: 30 * HOUR_MS }, 0.95)).toBe(
      'longer waits over 30 hours, p = 0.003',
    );
  });
});

describe('a measured series', () => {
  const measuresOf = (succeeded: number, failed: number): Measures => {
    const measures = new Measures();
    for (let attempt = 0; attempt < succeeded + failed; attempt++) {
      measures.record(
        {
          verdict: attempt < succeeded ? 'succeeded' : 'failed',
          durationMs: 100,
          queuedMs: 20,
          costUsd: 0.5,
          inputTokens: 0,
          outputTokens: 0,
        },
        false,
      );
    }
    return measures;
  };

  it.each([
    ['mean-duration', 100],
    ['p50-duration', 100],
    ['p95-duration', 100],
    ['success-ratio', 0.75],
    ['cost', 0.5],
    ['mean-wait', 20],
  ] as const)('has the %s of each stretch, in the order of time', (metric, value) => {
    const stretches = [
      { at: 2, measures: measuresOf(3, 1) },
      { at: 1, measures: measuresOf(3, 1) },
    ];
    const series = seriesOf(metric, stretches);
    expect(series.map(({ at }) => at)).toEqual([1, 2]);
    expect(series[0]!.value / value).toBeCloseTo(1, 1);
  });

  it('has no point where there is no value', () => {
    for (const metric of TREND_METRICS)
      expect(seriesOf(metric, [{ at: 1, measures: new Measures() }])).toEqual([]);
    expect(seriesOf('p95-duration', [{ at: 1, measures: measuresOf(0, 3) }])).toEqual([]);
  });
});
