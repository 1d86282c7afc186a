/** The value token of {@link ResolvedMetricsOptions}. */
export const METRICS_OPTIONS = Symbol.for('cadre.metrics.options');
