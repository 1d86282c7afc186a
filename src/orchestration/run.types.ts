import type { Failure } from '../common/index.js';
import type { Choice } from '../selection/index.js';
import type { AttemptRecord } from './tasks/task.types.js';

/** The shortest form of a workflow: steps in sequence. */
export type WorkflowList = readonly WorkflowListStep[];

/** One step of the list form: a capability, or an agent pinned by `name[@range]`, or both. */
export interface WorkflowListStep {
  /** Unique in the list; default `step-1`, `step-2` … by position. */
  readonly id?: string;
  readonly capability?: string;
  readonly agent?: string;
  /** What the step gets; without it, the output of the step before, and for the first step the run's input. */
  readonly input?: unknown;
  /** Another word for `input`. */
  readonly task?: unknown;
}

export type RunStatus = 'queued' | 'running' | 'waiting' | 'succeeded' | 'failed' | 'canceled';

/** One execution of a workflow, as it is at one moment. Instants are milliseconds since the epoch. */
export interface Run {
  readonly runId: string;
  readonly status: RunStatus;
  readonly input?: unknown;
  /** The output of the last step, once the run has succeeded. */
  readonly output?: unknown;
  readonly outputType?: string;
  readonly failure?: Failure;
  readonly startedAt: number;
  readonly finishedAt?: number;
  /** US dollars, over all steps so far. */
  readonly costUsd: number;
  readonly stepCount: number;
}

export type RunStepStatus = 'pending' | 'running' | 'succeeded' | 'failed' | 'skipped' | 'canceled';

/** One step of a run, as it is at one moment. */
export interface RunStep {
  readonly stepId: string;
  readonly status: RunStepStatus;
  readonly capability: string;
  readonly taskId?: string;
  readonly agent?: string;
  readonly version?: string;
  readonly output?: unknown;
  readonly outputType?: string;
  readonly failure?: Failure;
  readonly startedAt?: number;
  readonly finishedAt?: number;
  readonly attempts?: readonly AttemptRecord[];
  readonly choice?: Choice;
}

/** Which runs to list. */
export interface RunQuery {
  readonly status?: RunStatus;
  /** 1 to 200. */
  readonly limit: number;
  /** Where the last page ended. */
  readonly cursor?: string;
}

/** A part of a list; `nextCursor` is absent on the last one. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor?: string;
}
