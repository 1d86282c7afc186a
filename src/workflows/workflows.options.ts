import { WorkflowOptionError } from './workflows.errors.js';

/** Limits of workflows in one process; see {@link WORKFLOW_DEFAULTS}. */
export interface WorkflowsOptions {
  /** Runs that one process executes at a time, 1 to 10 000; default 256. Those that wait are not counted once they have left memory. */
  readonly maxActiveRuns?: number;
  /** Largest output of a step, and payload of a signal, in bytes of JSON, 1 024 to 67 108 864; default 1 048 576. */
  readonly maxOutputBytes?: number;
  /** Milliseconds that a wait must last for a run to leave memory, 0 to 3 600 000; default 1 000. */
  readonly parkAfterMs?: number;
  /**
   * Milliseconds that a run is kept after its end, with its steps and events, 60 000 to 315 360 000 000 (ten years), or `Infinity` for
   * ever; default 2 592 000 000 (30 days). Its idempotency key is free again with it.
   */
  readonly keepEndedRunsMs?: number;
}

export type ResolvedWorkflowsOptions = Required<WorkflowsOptions>;

export const WORKFLOW_DEFAULTS: ResolvedWorkflowsOptions = {
  maxActiveRuns: 256,
  maxOutputBytes: 1_048_576,
  parkAfterMs: 1_000,
  keepEndedRunsMs: 2_592_000_000,
};

const BOUNDS: Readonly<Record<keyof WorkflowsOptions, readonly [least: number, most: number]>> = {
  maxActiveRuns: [1, 10_000],
  maxOutputBytes: [1_024, 67_108_864],
  parkAfterMs: [0, 3_600_000],
  keepEndedRunsMs: [60_000, 315_360_000_000],
};

/** @throws WORKFLOW_OPTION_INVALID naming the field, its value and its range */
export function resolveWorkflowsOptions(options: WorkflowsOptions = {}): ResolvedWorkflowsOptions {
  return {
    maxActiveRuns: pick('maxActiveRuns', options.maxActiveRuns),
    maxOutputBytes: pick('maxOutputBytes', options.maxOutputBytes),
    parkAfterMs: pick('parkAfterMs', options.parkAfterMs),
    keepEndedRunsMs:
      options.keepEndedRunsMs === Infinity ? Infinity : pick('keepEndedRunsMs', options.keepEndedRunsMs),
  };
}

function pick(field: keyof WorkflowsOptions, value: number = WORKFLOW_DEFAULTS[field]): number {
  const [least, most] = BOUNDS[field];
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new WorkflowOptionError(field, value, `a whole number from ${least} to ${most}`);
}
