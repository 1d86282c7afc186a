import type { CancelSignal, Clock, Logger, RandomSource } from '../../common/index.js';
import type { TaskExecutor } from '../../orchestration/index.js';
import type { Catalog, Neighbors } from '../../registry/index.js';
import type { Scope } from '../plan/plan.types.js';
import type { RemoteTaskQueue } from '../remote/remote-task.queue.js';
import type { Journal } from './journal.js';
import type { RunLog } from './run-log.js';
import type { Timers } from './waits/timers.js';
import type { UndoList } from './steps/undo-list.js';
import type { Waits } from './waits/waits.js';

/** What the engine works with, the same for all runs of a process. */
export interface EngineParts {
  readonly executor: Pick<TaskExecutor, 'execute' | 'isClosing'>;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly logger: Logger;
  readonly limits: EngineLimits;
  readonly elsewhere?: Elsewhere;
}

export interface EngineLimits {
  /** Largest output of a step, in bytes of JSON. */
  readonly maxOutputBytes: number;
  /** A wait that is over sooner than this, in milliseconds, is not worth leaving memory for. */
  readonly parkAfterMs: number;
}

/** Other nodes, for steps that none of this one's agents can take. */
export interface Elsewhere {
  readonly neighbors: Neighbors;
  readonly queue: Pick<RemoteTaskQueue, 'send' | 'withdraw'>;
}

/** What the parts of one execution of a run share. */
export interface Execution extends EngineParts {
  readonly runId: string;
  readonly run: Scope['run'];
  /** On whose behalf. */
  readonly tenant: string | undefined;
  readonly journal: Journal;
  readonly log: RunLog;
  readonly timers: Timers;
  readonly waits: Waits;
  readonly undoList: UndoList;
  /** The run is about to leave this process, or its end is decided: no step is begun. */
  readonly isHalted: boolean;
  /** Aborts when the execution is halted; for waits that it need not wait for. */
  readonly halting: CancelSignal;
  /** The end of the run is decided: what has no result yet does not get one. */
  readonly isUnwinding: boolean;
  /**
   * Asks before something is begun whether the run is still this node's: resolves once that is known; the execution is halted
   * then if it is not. `undefined` where there is no doubt.
   */
  confirm(): Promise<void> | undefined;
  /** Marks work that keeps the run in memory; each begin has its end. */
  begin(): void;
  end(): void;
}
