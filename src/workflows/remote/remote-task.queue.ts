import type { RemoteTask } from '../engine/execution.js';

/** A task that is to be done here for a run elsewhere. */
export interface RemoteJob extends RemoteTask {
  readonly capability: string;
}

/** Does a job; resolves when its result was told. The signal aborts when the job is another node's by now. */
export type DoRemoteJob = (job: RemoteJob, lost: AbortSignal) => Promise<void>;

/** Hands steps of runs to nodes that host somebody who can do them: each to one node, and to another when that one dies. */
export abstract class RemoteTaskQueue {
  /**
   * Begins to take jobs.
   * @param capabilities those that this node hosts now
   */
  abstract open(capabilities: () => readonly string[], doJob: DoRemoteJob): Promise<void>;

  /** Takes no further jobs; those under way go back to the queue unless they end in time. */
  abstract close(): Promise<void>;

  abstract send(job: RemoteJob): Promise<void>;
}
