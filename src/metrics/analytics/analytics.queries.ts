import { DAY_MS, HOUR_MS, type MeasuresField, type Retention } from '../rollups/performance.store.js';
import { AnalyticsInputError, checkRange } from './analytics.errors.js';
import type { WaitTarget } from './capacity/capacity-plan.js';
import type { LoadBasis } from './capacity/measured-load.js';
import type { ChoosingPolicy } from './costs/choosing-policy.js';
import { TREND_METRICS, type TrendMetric } from './trends/measured-series.js';

/**
 * What is asked of the capacity.
 * @publicApi
 */
export interface CapacityQuery {
  /** How far to look back, above 0, at most as long as hours are kept (14 days); default 24. */
  readonly hours?: number | undefined;
  /** By which load to plan: of the `busiest-hour` (default) or the `mean` of all. */
  readonly basis?: LoadBasis | undefined;
  /** How long tasks may wait, 1 to 86 400 000 ms at a quantile of 0.5 to 0.999, or on average; default: 95 % at most 2 s. */
  readonly target?: WaitTarget | undefined;
  /** So many agents more, or less, to predict the wait with: -10 000 to 10 000. */
  readonly addAgents?: number | undefined;
}

/**
 * What a trend is looked for in.
 * @publicApi
 */
export interface TrendQuery {
  /** Default `mean-duration`. */
  readonly metric?: TrendMetric | undefined;
  /** How far to look back, above 0, at most as long as days are kept (400 days); default 168, a week. */
  readonly hours?: number | undefined;
  /** Only attempts of this release, agent, capability, input type, workflow or tenant; default: all. */
  readonly where?: Readonly<Partial<Record<MeasuresField, string>>> | undefined;
  /** Of the intervals, 0.5 to 0.999; default 0.95. */
  readonly confidence?: number | undefined;
}

/**
 * How far a what-if looks back, and how sure it is to be.
 * @publicApi
 */
export interface WhatIfQuery {
  /** Above 0, at most 8 784 (366 days); default 168, a week. What is no longer kept is not among it. */
  readonly hours?: number | undefined;
  /** Of the intervals, 0.5 to 0.999; default 0.95. */
  readonly confidence?: number | undefined;
}

export const DEFAULT_CONFIDENCE = 0.95;
export const CONFIDENCE_RANGE = [0.5, 0.999] as const;
export const DEFAULT_TARGET: WaitTarget = Object.freeze({ waitMs: 2_000, quantile: 0.95 });
export const TARGET_RANGE = [1, DAY_MS] as const;
export const ADD_AGENTS_RANGE = [-10_000, 10_000] as const;

/** @throws ANALYTICS_INPUT_INVALID */
export function resolveCapacityQuery(query: CapacityQuery, { hourMs }: Retention) {
  const { hours = 24, basis = 'busiest-hour', target = DEFAULT_TARGET, addAgents } = query;
  checkHours(hours, hourMs);
  checkOneOf('basis', basis, ['busiest-hour', 'mean']);
  checkRange('target.waitMs', target.waitMs, TARGET_RANGE);
  if (target.quantile !== undefined) checkRange('target.quantile', target.quantile, CONFIDENCE_RANGE);
  if (addAgents !== undefined) checkRange('addAgents', addAgents, ADD_AGENTS_RANGE);
  return { hours, basis, target, addAgents };
}

/** @throws ANALYTICS_INPUT_INVALID */
export function resolveTrendQuery(query: TrendQuery, { dayMs }: Retention) {
  const { metric = 'mean-duration', hours = 168, where = {}, confidence = DEFAULT_CONFIDENCE } = query;
  checkOneOf('metric', metric, TREND_METRICS);
  checkHours(hours, dayMs);
  checkRange('confidence', confidence, CONFIDENCE_RANGE);
  return { metric, hours, where, confidence };
}

function checkHours(hours: number, mostMs: number): void {
  checkRange('hours', hours, [0.01, mostMs / HOUR_MS]);
}

function checkOneOf(field: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value)) throw new AnalyticsInputError(field, value, `one of ${allowed.join(', ')}`);
}

/** @throws ANALYTICS_INPUT_INVALID */
export function resolveWhatIfQuery({ hours = 168, confidence = DEFAULT_CONFIDENCE }: WhatIfQuery) {
  checkHours(hours, 366 * DAY_MS);
  checkRange('confidence', confidence, CONFIDENCE_RANGE);
  return { hours, confidence };
}

/** @throws ANALYTICS_INPUT_INVALID */
export function checkPolicy({ choose, minSuccessRatio, shareRatio, weights = {} }: ChoosingPolicy): void {
  checkOneOf('choose', choose, ['cheapest', 'fastest', 'most-reliable', 'any']);
  if (minSuccessRatio !== undefined) checkRange('minSuccessRatio', minSuccessRatio, [0, 1]);
  if (shareRatio !== undefined) checkRange('shareRatio', shareRatio, [0.001, 1]);
  for (const [agent, weight] of Object.entries(weights))
    checkRange(`weights.${agent}`, weight, [0, 1_000_000]);
}
