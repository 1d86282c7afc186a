import type { Failure } from '../../common/index.js';
import type { Choice } from '../../selection/index.js';
import type { AttemptRecord } from '../tasks/task.types.js';
import type { Durability, WorkflowDefinition, WorkflowList } from './workflow-definition.types.js';

/** What to run: a stored or declared workflow by `name` or `name@range`, or a definition as it is. */
export type WorkflowSource = string | WorkflowDefinition | WorkflowList;

/** How a run is started. */
export interface StartOptions {
  /** Runs of a higher one are taken up first, -100 to 100; default: the workflow's own. */
  readonly priority?: number;
  /** Default: the workflow's own. */
  readonly durability?: Durability;
  /** On whose behalf, for statistics and limits of its tasks; 1 to 200 characters. */
  readonly tenant?: string;
  /** Starting again with the same key gives the run that is there already; 1 to 200 characters. */
  readonly idempotencyKey?: string;
}

export type RunStatus = 'queued' | 'running' | 'waiting' | 'succeeded' | 'failed' | 'canceled';

/** What a run waits for at a step. */
export interface RunWait {
  /** The place of the step in the run. */
  readonly key: string;
  readonly stepId: string;
  readonly kind: 'sleep' | 'signal' | 'approval' | 'agent' | 'task';
  /** The signal, the capability that nobody serves, or what is asked of a person. */
  readonly subject?: string;
  readonly openedAt: number;
  /** When the wait ends by itself. */
  readonly dueAt?: number;
}

/** One execution of a workflow, as it is at one moment. Instants are milliseconds since the epoch. */
export interface Run {
  readonly runId: string;
  /** `list` for a bare list. */
  readonly workflow: string;
  readonly version: string;
  readonly status: RunStatus;
  readonly durability: Durability;
  readonly priority: number;
  readonly tenant?: string;
  readonly input?: unknown;
  readonly output?: unknown;
  readonly outputType?: string;
  readonly failure?: Failure;
  /** When it was asked for, taken up first, and ended. */
  readonly createdAt: number;
  readonly startedAt?: number;
  readonly finishedAt?: number;
  /** When it is given up. */
  readonly deadlineAt?: number;
  /** US dollars, over all steps so far. */
  readonly costUsd: number;
  readonly stepCount: number;
  /** What it waits for while its status is `waiting`. */
  readonly waits: readonly RunWait[];
}

export type RunStepStatus =
  'pending' | 'running' | 'waiting' | 'succeeded' | 'failed' | 'skipped' | 'canceled';

/** One step of a run, as it is at one moment. */
export interface RunStep {
  /** The place of the step in the run: `write`, `each[3]`, `poll#2`, `brief/research`. */
  readonly key: string;
  readonly stepId: string;
  /** The position in the list, for a step done once for each item. */
  readonly item?: number;
  /** The round, from 1, for a step that repeats. */
  readonly iteration?: number;
  readonly kind: 'task' | 'workflow' | 'sleep' | 'approval' | 'signal';
  readonly status: RunStepStatus;
  readonly capability?: string;
  readonly taskId?: string;
  readonly agent?: string;
  readonly version?: string;
  readonly output?: unknown;
  readonly outputType?: string;
  /** Also of a step that failed without failing the run. */
  readonly failure?: Failure;
  readonly startedAt?: number;
  readonly finishedAt?: number;
  readonly costUsd?: number;
  readonly attempts?: readonly AttemptRecord[];
  readonly choice?: Choice;
}

/** Which runs to list. */
export interface RunQuery {
  readonly status?: RunStatus;
  readonly workflow?: string;
  /** Created at this instant or later, or earlier than that, in milliseconds since the epoch. */
  readonly createdFrom?: number;
  readonly createdTo?: number;
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

/** What happened in a run; told once it is recorded, in order, each once. */
export interface RunEvent {
  /** `epoch.seq.part`; a later event has a greater one. */
  readonly id: string;
  readonly type:
    | 'run.started'
    | 'run.resumed'
    | 'run.waiting'
    | 'run.finished'
    | 'step.started'
    | 'step.progress'
    | 'step.waiting'
    | 'step.finished';
  readonly runId: string;
  readonly at: number;
  /** What it is about: a step, a report of progress, or the run. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** What a person says to an approval. */
export interface ApprovalAnswer {
  readonly approved: boolean;
  readonly comment?: string;
  /** Who says so, for the record. */
  readonly by?: string;
}
