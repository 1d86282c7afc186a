import type { Measures } from '../../measures/measures.js';
import type { SeriesPoint } from './theil-sen.js';

/** What of measures a series is made of, and what it is made of where there is none: nothing. */
const METRICS = {
  'mean-duration': ({ succeeded, successMs }: Measures) => successMs / succeeded,
  'p50-duration': ({ successes }: Measures) => successes.quantileMs(0.5),
  'p95-duration': ({ successes }: Measures) => successes.quantileMs(0.95),
  'success-ratio': ({ succeeded, counted }: Measures) => succeeded / counted,
  cost: ({ costUsd, attempts }: Measures) => costUsd / attempts,
  'mean-wait': ({ queuedMs, attempts }: Measures) => queuedMs / attempts,
} as const;

/**
 * What a trend is told of: durations of attempts that succeeded and waits, in milliseconds; the share of attempts that succeed; US dollars for
 * each attempt.
 * @publicApi
 */
export type TrendMetric = keyof typeof METRICS;

export const TREND_METRICS = Object.keys(METRICS) as readonly TrendMetric[];

/** Measures of a stretch of time. */
export interface MeasuredStretch {
  /** When it began, in milliseconds since the epoch. */
  readonly at: number;
  readonly measures: Measures;
}

/** A point for each stretch that has a value, in the order of time. */
export function seriesOf(metric: TrendMetric, stretches: readonly MeasuredStretch[]): SeriesPoint[] {
  return stretches
    .map(({ at, measures }) => ({ at, value: METRICS[metric](measures) ?? NaN }))
    .filter(({ value }) => Number.isFinite(value))
    .sort((a, b) => a.at - b.at);
}
