export type * from './attempt-observation.types.js';
export type { CapacityQuery, TrendQuery, WhatIfQuery } from './analytics/analytics.queries.js';
export { AnalyticsService, type WhatIfReport } from './analytics/analytics.service.js';
export type { PredictedWait, WaitTarget } from './analytics/capacity/capacity-plan.js';
export type { CapacityReport } from './analytics/capacity/capacity-report.js';
export { predictWait } from './analytics/capacity/queue-model.js';
export type { ChoosingPolicy, Knowledge } from './analytics/costs/choosing-policy.js';
export type { LoggedDecision } from './analytics/costs/recorded-task.js';
export { judgeWhatIf } from './analytics/costs/what-if.js';
export { DecisionLog, type DecisionPage, type DecisionQuery } from './decisions/decision-log.js';
export {
  DECISION_DEFAULTS,
  resolveDecisionOptions,
  type DecisionOptions,
  type ResolvedDecisionOptions,
} from './decisions/decision.options.js';
export {
  evidenceAt,
  type Decision,
  type DecisionCandidate,
  type DecisionKind,
  type DecisionOutcome,
} from './decisions/decision.types.js';
export { DecisionKeeper } from './decisions/decision-keeper.js';
export type { Estimated } from './analytics/statistics/estimated.js';
export { TREND_METRICS, type TrendMetric } from './analytics/trends/measured-series.js';
export type { TrendReport } from './analytics/trends/trend-report.js';
export type { Trend } from './analytics/trends/trend.js';
export { PerformanceBook, type EstimatedRelease } from './estimates/performance-book.js';
export type { PerformanceEstimate } from './estimates/performance-estimate.types.js';
export { MetricsModule } from './metrics.module.js';
export {
  resolveMetricsOptions,
  type MetricsOptions,
  type ResolvedMetricsOptions,
} from './metrics.options.js';
export { DECISION_OPTIONS, METRICS_OPTIONS } from './metrics.tokens.js';
export { AttemptRecorder } from './rollups/attempt-recorder.js';
export { PerformanceService } from './performance.service.js';
export { Measures, SUM_FIELDS, type Counter, type Sums } from './measures/measures.js';
export {
  agentOf,
  DAY_MS,
  DIMENSIONS,
  HOUR_MS,
  MINUTE_MS,
  PerformanceStore,
  type MeasuredMinute,
  type MeasuresField,
  type MeasuresGroup,
  type MeasuresQuery,
  type Retention,
  type Series,
} from './rollups/performance.store.js';
export { PerformanceDrifted, PerformanceRecovered, PerformanceReviewed } from './metrics.events.js';
export { DriftWatch } from './reviews/drift-watch.js';
export type { SuccessRatio } from './reviews/comparisons.js';
export type * from './reports/reports.types.js';
export type * from './reviews/review.types.js';
export type { ImprovementOptions, ReviewOptions } from './metrics.options.js';
