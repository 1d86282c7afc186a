import type { Cancel } from '../../common/index.js';
import type { Page, RunQuery } from '../../orchestration/index.js';
import type { WorkflowBundle } from '../plan/plan.types.js';
import type {
  ClaimedRun,
  Lease,
  NewRun,
  PlacedRecord,
  RunNudge,
  RunOutcome,
  RunRecord,
  StoredRun,
  StoredSignal,
} from './run-record.types.js';

/** The order of a record within a run, as events are numbered. */
export interface RecordPlace {
  readonly epoch: number;
  readonly seq: number;
}

/** Records to be added to a run, with the seq of the first; the next one's is one more. */
export interface RecordBatch {
  readonly firstSeq: number;
  readonly records: readonly RunRecord[];
}

/** What a run waits for when it leaves memory. */
export interface Parking extends RecordBatch {
  readonly waits: StoredRun['waits'];
  /** When the earliest of them ends by itself. */
  readonly dueAt?: number;
  /** Keys that wake it, as {@link RunStore.wakeWaiting} names them: `agent:web_research`. */
  readonly wakeKeys: readonly string[];
  /** The last signal the run has seen: a later one, or a request to cancel, keeps it awake. */
  readonly lastSignalId?: string;
  /** The run knows that it is to end, and waits while its steps are undone: a request to cancel does not keep it awake then. */
  readonly hasSeenCancel?: boolean;
  readonly costUsd: number;
}

/**
 * Keeps runs, their journals and their signals, and hands them out to be executed: each to one node at a time.
 *
 * A claim raises the run's epoch. Every write names its {@link Lease}; one of an older epoch changes nothing and rejects with
 * RUN_LOST, and so can a node that was paused past its heartbeat do no harm. A claim that is not kept alive by
 * {@link touch} ends after a while, and the run is handed out again.
 */
export abstract class RunStore {
  /** Begins to hand out work; told `work` when there may be some, at once where it can be known. */
  abstract open(): Promise<void>;

  /** Stops; what is claimed stays claimed until its heartbeat runs out. */
  abstract close(): Promise<void>;

  abstract onNudge(listener: (nudge: RunNudge) => void): Cancel;

  /**
   * Keeps a definition under its hash, for a run that is recorded next; to be called before each, for one that no run has is not
   * kept for ever. Where it is kept already this costs next to nothing.
   */
  abstract saveBundle(hash: string, bundle: WorkflowBundle): Promise<void>;
  abstract bundle(hash: string): Promise<WorkflowBundle | undefined>;

  /**
   * Records a run and the job that brings it to a node, both or none. With an idempotency key that is taken, gives the run
   * that has it.
   */
  abstract create(run: NewRun): Promise<{ readonly run: StoredRun; readonly isNew: boolean }>;

  /** Takes up to `limit` runs that are due, the highest priority first, then the oldest. */
  abstract claim(limit: number): Promise<readonly ClaimedRun[]>;

  /** Adds records behind all others of the run; without a promise where they are kept at once. Rejects with RUN_LOST. */
  abstract append(lease: Lease, batch: RecordBatch): Promise<void> | undefined;

  /**
   * Lets a run leave memory. `false` when something came for it that it has not seen: then nothing is written, and it goes on.
   * @throws RUN_LOST
   */
  abstract park(lease: Lease, parking: Parking): Promise<boolean>;

  /** Ends a run, with the last records. @throws RUN_LOST */
  abstract finish(lease: Lease, outcome: RunOutcome, last: RecordBatch): Promise<void>;

  /** Hands runs back, to be claimed by any node at once. */
  abstract release(leases: readonly Lease[]): Promise<void>;

  /** Keeps claims alive; gives those that are lost. */
  abstract touch(leases: readonly Lease[]): Promise<readonly Lease[]>;

  /** Signals later than one, oldest first, and whether somebody wants the run to end. */
  abstract news(
    runId: string,
    afterSignalId?: string,
  ): Promise<{ readonly signals: readonly StoredSignal[]; readonly cancelReason?: string }>;

  /** Keeps a signal for a run and wakes it. `undefined` when the run has ended or does not exist. */
  abstract signal(
    runId: string,
    signal: Omit<StoredSignal, 'id' | 'receivedAt'>,
  ): Promise<StoredSignal | undefined>;

  /** Asks for the end of a run and wakes it. `false` when it has ended or does not exist. */
  abstract requestCancel(runId: string, reason: string): Promise<boolean>;

  /** Takes an ended run up again under a new deadline; `false` when it has not ended, or has succeeded. */
  abstract reopen(runId: string, retried: RunRecord, deadlineAt?: number): Promise<boolean>;

  /** Wakes the waiting runs that have one of these keys: an agent became available. */
  abstract wakeWaiting(wakeKeys: readonly string[]): Promise<void>;

  /**
   * Forgets up to `limit` runs that ended before an instant, with their records and signals; how many there were. One that is
   * taken up again at the same time stays. None, where another node is about it. Definitions that no run has any more go at last, too.
   */
  abstract removeEnded(before: number, limit: number): Promise<number>;

  abstract get(runId: string): Promise<StoredRun | undefined>;

  /** Those of the runs that have ended. */
  abstract finishedOf(runIds: readonly string[]): Promise<readonly string[]>;

  /** Records behind a place, in order. */
  abstract records(
    runId: string,
    options: { readonly after?: RecordPlace; readonly limit: number },
  ): Promise<readonly PlacedRecord[]>;

  /** Newest first, those of one instant by id; a cursor is the place of a run in that order, as `writeRunCursor` writes it. @throws CURSOR_INVALID */
  abstract list(query: RunQuery): Promise<Page<StoredRun>>;
}
