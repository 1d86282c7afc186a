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
  const resolved = { ...ORCHESTRATION_DEFAULTS, ...options };
  checkRange('maxQueuedTasks', resolved.maxQueuedTasks, 1_000_000);
  checkRange('abortGraceMs', resolved.abortGraceMs, 600_000);
  checkRange('shutdownGraceMs', resolved.shutdownGraceMs, 600_000);
  return resolved;
}

function checkRange(field: string, value: number, most: number): void {
  if (value >= 0 && value <= most) return;
  throw new OrchestrationOptionError(field, value, `a number from 0 to ${most}`);
}
