import type { Cancel } from '../../common/index.js';
import type { UnavailablePolicy } from '../../orchestration/index.js';
import type { Demand } from '../../registry/index.js';

/** A step of a run, for whoever hosts an agent that can do it. JSON. */
export interface RemoteTask {
  readonly runId: string;
  /** The name of the run's workflow. */
  readonly workflow?: string;
  readonly tenant?: string;
  /** The place of the step in the run. */
  readonly key: string;
  /** Names this sending of the step within its run; its result comes back under this name. */
  readonly name: string;
  readonly demand: Demand;
  readonly input: unknown;
  /** Says of which data type the input is. */
  readonly inputType?: string;
  /** The data type of what flowed in: of use where it is taken as it comes. */
  readonly flowingType?: string;
  readonly strategy?: string;
  readonly priority?: 'normal' | 'urgent';
  readonly criticality?: 'normal' | 'critical';
  readonly preferredRegions?: readonly string[];
  readonly whenUnavailable?: UnavailablePolicy;
  readonly timeoutMs?: number;
  readonly idempotencyKey: string;
  /** Of earlier steps of the workflow, in the order in which they came: what the agent may know of the run. */
  readonly outputs: readonly { readonly stepId: string; readonly type: string; readonly value: unknown }[];
}

/** A task that this node does, until it is finished, handed back or lost. */
export interface TakenTask {
  readonly id: string;
  /** Raised each time the task is handed out. */
  readonly attempt: number;
  readonly task: RemoteTask;
}

/** What has happened at the queue; nothing in particular when something may have been missed. */
export type QueueNews = { readonly sent: Demand } | { readonly withdrawn: true } | undefined;

/**
 * Hands steps of runs to nodes that host somebody who can do them: each to one node at a time, and to another one when that one
 * dies. A task that is done stays known for at least a day.
 */
export abstract class RemoteTaskQueue {
  abstract open(): Promise<void>;

  /** What is taken stays so until its heartbeat runs out. */
  abstract close(): Promise<void>;

  /** Sends a task once: one of the same run and name that was sent before, done or not, stays as it is. */
  abstract send(task: RemoteTask): Promise<void>;

  /** Nobody needs these tasks of a run any more; who does one hears of it. Names that were never sent do no harm. */
  abstract withdraw(runId: string, demand: Demand, names: readonly string[]): Promise<void>;

  /** What was ever asked for, whether or not there is a task for it now. */
  abstract demands(): Promise<readonly Demand[]>;

  /** Takes up to `limit` tasks with this very demand, the oldest first. */
  abstract take(demand: Demand, limit: number): Promise<readonly TakenTask[]>;

  /** Keeps tasks from being handed out to somebody else; gives those that are not ours any more. */
  abstract keep(taken: readonly TakenTask[]): Promise<readonly TakenTask[]>;

  /** It is done; does nothing where it is not ours any more. */
  abstract finish(taken: TakenTask): Promise<void>;

  /** Somebody else may take it, at once; does nothing where it is not ours any more. */
  abstract handBack(taken: TakenTask): Promise<void>;

  abstract onNews(listener: (news: QueueNews) => void): Cancel;
}

/** Milliseconds after its last sign of life, {@link RemoteTaskQueue.keep}, at which a task may be handed out again. */
export const TASK_HEARTBEAT_MS = 10_000;
