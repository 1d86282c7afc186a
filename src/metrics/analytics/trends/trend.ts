import { mapped, type Estimated } from '../statistics/estimated.js';
import { medianOf } from '../statistics/order.js';
import { mannKendall } from './mann-kendall.js';
import { slopeInterval, slopesOf, theilSenSlope, type SeriesPoint } from './theil-sen.js';

export interface TrendOptions {
  /** Of the intervals, 0.5 to 0.999; default 0.95. A trend is significant where its p value is below 1 less this. */
  readonly confidence?: number;
}

/**
 * Where a series is going, and how sure that is.
 * @publicApi
 */
export interface Trend {
  /** `none` where the change is not significant. */
  readonly direction: 'rising' | 'falling' | 'none';
  /** Probability of so clear a trend when there is none: Mann–Kendall, two-sided, corrected for ties and autocorrelation. */
  readonly pValue: number;
  /** Value per day (Theil–Sen). */
  readonly slopePerDay: Estimated;
  /** On the line, at the first and at the last point. */
  readonly from: number;
  readonly to: number;
  /** `to` less `from`. */
  readonly change: Estimated;
  /** The change in shares of `from`: 0.2 is 20 % more. `undefined` where the line does not begin above 0. */
  readonly changeRatio: Estimated | undefined;
  /** Milliseconds from the first to the last point. */
  readonly spanMs: number;
  readonly pointCount: number;
}

/** With fewer points no order of them is rare enough to be told from chance. */
export const MIN_TREND_POINTS = 5;

/** Every two points are compared; more of them than this are to be put together before. */
export const MAX_TREND_POINTS = 1_000;

const DAY_MS = 86_400_000;

/**
 * Says whether a series rises or falls, by how much, and how sure that is. Values may be missing, tied or wild, and need not be normally
 * distributed; they may depend on those shortly before them.
 *
 * @param points in the order of time, each at another instant, at most {@link MAX_TREND_POINTS}; the latest are taken
 * @returns `undefined` for fewer than {@link MIN_TREND_POINTS} points
 */
export function assessTrend(
  points: readonly SeriesPoint[],
  { confidence = 0.95 }: TrendOptions = {},
): Trend | undefined {
  if (points.length < MIN_TREND_POINTS) return undefined;
  const series = points.slice(-MAX_TREND_POINTS);
  const slopes = slopesOf(series);
  const slope = theilSenSlope(slopes);
  const values = series.map(({ value }) => value);
  const test = mannKendall(
    values,
    series.map(({ at, value }) => value - slope * (at - series[0]!.at)),
  );
  const [low, high] = slopeInterval(slopes, test.variance, confidence);
  const spanMs = series.at(-1)!.at - series[0]!.at;
  const line = { value: slope, low, high };
  const start = (each: number): number => startOf(series, values, each);
  const isSignificant = test.pValue < 1 - confidence && slope !== 0;
  return {
    direction: isSignificant ? (slope > 0 ? 'rising' : 'falling') : 'none',
    pValue: test.pValue,
    slopePerDay: mapped(line, (each) => each * DAY_MS),
    from: start(slope),
    to: start(slope) + slope * spanMs,
    change: mapped(line, (each) => each * spanMs),
    changeRatio: start(high) > 0 ? mapped(line, (each) => (each * spanMs) / start(each)) : undefined,
    spanMs,
    pointCount: series.length,
  };
}

/** Where a line of this slope through the medians begins (Conover, Practical Nonparametric Statistics, 1980, section 5.5). */
function startOf(series: readonly SeriesPoint[], values: readonly number[], slope: number): number {
  const middleAt = medianOf(series.map(({ at }) => at - series[0]!.at));
  return medianOf(values.toSorted((a, b) => a - b)) - slope * middleAt;
}
