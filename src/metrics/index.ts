export type * from './attempt-observation.types.js';
export { PerformanceBook, type EstimatedRelease } from './estimates/performance-book.js';
export type { PerformanceEstimate } from './estimates/performance-estimate.types.js';
export { MetricsModule } from './metrics.module.js';
export {
  resolveMetricsOptions,
  type MetricsOptions,
  type ResolvedMetricsOptions,
} from './metrics.options.js';
export { METRICS_OPTIONS } from './metrics.tokens.js';
