/** The value token of {@link ResolvedMetricsOptions}. */
export const METRICS_OPTIONS = Symbol.for('cadre.metrics.options');

/** The value token of {@link ResolvedDecisionOptions}. */
export const DECISION_OPTIONS = Symbol.for('cadre.metrics.decision-options');
