import { describeTrend } from './describe-trend.js';
import type { TrendMetric } from './measured-series.js';
import type { SeriesPoint } from './theil-sen.js';
import { assessTrend, MIN_TREND_POINTS, type Trend } from './trend.js';

/** The series that a trend was looked for in. */
interface TrendSeries {
  readonly metric: TrendMetric;
  readonly fromAt: number;
  readonly toAt: number;
  /** Milliseconds for which a point stands. */
  readonly everyMs: number;
  readonly confidence: number;
  readonly points: readonly SeriesPoint[];
}

/**
 * Where a figure is going; without a `trend` where there are too few points to tell.
 * @publicApi
 */
export interface TrendReport extends TrendSeries {
  readonly trend: Trend | undefined;
  /** For people: `20 % slower over 7 days (95 %: 8 to 33 %), p = 0.003`. */
  readonly summary: string;
}

export function reportTrend(series: TrendSeries): TrendReport {
  const { metric, points, confidence } = series;
  const trend = assessTrend(points, { confidence });
  const summary =
    trend === undefined
      ? `${points.length} of the at least ${MIN_TREND_POINTS} points that it takes`
      : describeTrend(metric, trend, confidence);
  return { ...series, trend, summary };
}
