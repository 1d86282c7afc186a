import { CadreError, type Failure } from '../../../common/index.js';
import { TaskFailedError, type AttemptRecord } from '../../../orchestration/index.js';
import type { ActionResult } from './action-result.js';

/** What several tries of one step add up to. */
export interface Tries {
  readonly count: number;
  /** US dollars. */
  readonly costUsd: number;
  readonly attempts: readonly AttemptRecord[];
}

/** Before the first one. */
export const NO_TRIES: Tries = Object.freeze({ count: 0, costUsd: 0, attempts: Object.freeze([]) });

/** The failure of a step's last task, with what all its tries came to. */
export class ActionFailedError extends CadreError {
  /** What is kept beside the failure. */
  readonly record: Partial<ActionResult>;

  constructor(failure: Failure, { costUsd, attempts }: Tries, thrown?: unknown) {
    super({ ...failure, cause: thrown });
    const last = thrown instanceof TaskFailedError ? thrown.result : undefined;
    const before = thrown instanceof ActionFailedError ? thrown.record : undefined;
    const { capability, taskId, agent, version, choice } = last ?? before ?? {};
    this.record = { capability, taskId, agent, version, choice, costUsd, attempts };
  }

  /** A failure that comes with its record. */
  static of(failure: Failure, record: Partial<ActionResult>): ActionFailedError {
    const { costUsd = 0, attempts = [] } = record;
    const error = new ActionFailedError(failure, { count: 1, costUsd, attempts });
    Object.assign(error.record, record);
    return error;
  }
}
