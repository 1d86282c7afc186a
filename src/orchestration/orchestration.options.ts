import { OrchestrationOptionError } from './orchestration.errors.js';

/** Limits of the orchestrator in one process; see {@link ORCHESTRATION_DEFAULTS}. */
export interface OrchestrationOptions {
  /** Tasks that may wait in line for one capability, 0 to 1 000 000; default 1 000. */
  readonly maxQueuedTasks?: number;
  /** Milliseconds an agent's code gets to end after its abort before its slot is taken back, 0 to 600 000; default 1 000. */
  readonly abortGraceMs?: number;
  /** Milliseconds that tasks under way get to end when the application stops, 0 to 600 000; default 10 000. */
  readonly shutdownGraceMs?: number;
}

export type ResolvedOrchestrationOptions = Required<OrchestrationOptions>;

export const ORCHESTRATION_DEFAULTS: ResolvedOrchestrationOptions = {
  maxQueuedTasks: 1_000,
  abortGraceMs: 1_000,
  shutdownGraceMs: 10_000,
};

/** @throws ORCHESTRATION_OPTION_INVALID naming the field, its value and its range */
export function resolveOrchestrationOptions(
  options: OrchestrationOptions = {},
): ResolvedOrchestrationOptions {
  return {
    maxQueuedTasks: pick('maxQueuedTasks', 1_000_000, options.maxQueuedTasks),
    abortGraceMs: pick('abortGraceMs', 600_000, options.abortGraceMs),
    shutdownGraceMs: pick('shutdownGraceMs', 600_000, options.shutdownGraceMs),
  };
}

function pick(
  field: keyof OrchestrationOptions,
  most: number,
  value: number = ORCHESTRATION_DEFAULTS[field],
): number {
  if (Number.isInteger(value) && value >= 0 && value <= most) return value;
  throw new OrchestrationOptionError(field, value, `a whole number from 0 to ${most}`);
}
