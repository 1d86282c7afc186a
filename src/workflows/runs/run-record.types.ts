import type { Failure } from '../../common/index.js';
import type { AttemptRecord, Durability, RunWait } from '../../orchestration/index.js';
import type { Choice } from '../../selection/index.js';

/** How a step ended. */
export interface StepResult {
  readonly status: 'succeeded' | 'failed' | 'skipped' | 'canceled';
  /** Absent for a step whose output is made of its items' or its nested workflow's: it is put together again from them. */
  readonly output?: unknown;
  readonly outputType?: string;
  readonly failure?: Failure;
  readonly startedAt: number;
  readonly finishedAt: number;
  /** Of a task. */
  readonly capability?: string;
  readonly taskId?: string;
  readonly agent?: string;
  readonly version?: string;
  readonly costUsd?: number;
  readonly attempts?: readonly AttemptRecord[];
  readonly choice?: Choice;
  /** The signal or approval that ended a wait; it cannot end another one. */
  readonly signalId?: string;
}

/** A line of the journal as the engine writes it. The journal is what a run resumes from, and what its events are told from. */
export type RunRecord =
  | { readonly type: 'run.started' | 'run.resumed'; readonly at: number }
  | { readonly type: 'run.waiting'; readonly at: number; readonly waits: readonly RunWait[] }
  | {
      readonly type: 'run.finished';
      readonly at: number;
      readonly status: 'succeeded' | 'failed' | 'canceled';
      readonly failure?: Failure;
    }
  /** The end is decided, and steps are to be undone before it: nothing else is begun any more. */
  | {
      readonly type: 'run.failing';
      readonly at: number;
      readonly status: 'failed' | 'canceled';
      readonly failure: Failure;
    }
  /** A run is taken up again: results of the dropped keys count no longer; the work of the undone ones begins anew. */
  | {
      readonly type: 'run.retried';
      readonly at: number;
      readonly dropped: readonly string[];
      readonly undone: readonly string[];
    }
  /** A workflow within the run is gone through again; `key` is what goes before those of its steps, such as `brief/`. */
  | {
      readonly type: 'step.retried';
      readonly at: number;
      readonly key: string;
      readonly dropped: readonly string[];
    }
  | { readonly type: 'step.started'; readonly at: number; readonly key: string }
  | { readonly type: 'step.progress'; readonly at: number; readonly key: string; readonly progress: unknown }
  | { readonly type: 'step.waiting'; readonly at: number; readonly key: string; readonly wait: RunWait }
  /** The journal entry of a step: written before anything depends on it. `withStart`: tell `step.started` first. */
  | {
      readonly type: 'step.finished';
      readonly at: number;
      readonly key: string;
      readonly result: StepResult;
      readonly withStart: boolean;
    };

/** A record in its place: later ones have a greater epoch, or the same and a greater seq. */
export interface PlacedRecord {
  readonly epoch: number;
  readonly seq: number;
  readonly record: RunRecord;
}

/** A run to be recorded. */
export interface NewRun {
  readonly runId: string;
  readonly workflow: string;
  readonly version: string;
  /** Names the bundle that the run executes, see {@link RunStore.saveBundle}. */
  readonly bundleHash: string;
  readonly input: unknown;
  readonly priority: number;
  readonly durability: Durability;
  readonly tenant?: string;
  readonly stepCount: number;
  readonly createdAt: number;
  readonly deadlineAt?: number;
  readonly idempotencyKey?: string;
  /** SHA-256 of workflow and input: the same key with another request is a conflict. */
  readonly requestHash?: string;
}

/** A run as it is stored. */
export interface StoredRun extends NewRun {
  readonly status: 'queued' | 'running' | 'waiting' | 'succeeded' | 'failed' | 'canceled';
  /** Raised by each claim; 0 before the first. */
  readonly epoch: number;
  readonly output?: unknown;
  readonly outputType?: string;
  readonly failure?: Failure;
  readonly startedAt?: number;
  readonly finishedAt?: number;
  readonly costUsd: number;
  readonly waits: readonly RunWait[];
  readonly cancelReason?: string;
}

/** What came from outside for a run. */
export interface StoredSignal {
  /** Later ones have greater ids. */
  readonly id: string;
  /** `result` is that of a step which another node carried out; its name is the key of the step. */
  readonly kind: 'signal' | 'approval' | 'result';
  /** Of the signal; for an approval the id of the step. */
  readonly name: string;
  readonly payload: unknown;
  readonly receivedAt: number;
}

/** A run that this node may execute until it parks, ends or hands it back. */
export interface ClaimedRun {
  readonly run: StoredRun;
  /** What is recorded already; empty at the first claim. */
  readonly records: readonly PlacedRecord[];
  readonly signals: readonly StoredSignal[];
}

/** How a run ended. */
export interface RunOutcome {
  readonly status: 'succeeded' | 'failed' | 'canceled';
  readonly output?: unknown;
  readonly outputType?: string;
  readonly failure?: Failure;
  readonly finishedAt: number;
  readonly costUsd: number;
}

/** Names a claim: a write under an older epoch is refused. */
export interface Lease {
  readonly runId: string;
  readonly epoch: number;
}

/** Something has changed for a run that this node may hold. */
export type RunNudge =
  | { readonly kind: 'signal' | 'cancel' | 'finished'; readonly runId: string }
  /** There may be something to claim. */
  | { readonly kind: 'work' };
