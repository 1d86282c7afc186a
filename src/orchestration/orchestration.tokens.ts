/** The value token of {@link ResolvedOrchestrationOptions}. */
export const ORCHESTRATION_OPTIONS = Symbol.for('cadre.orchestration.options');
