import { eventType, type Failure } from '../common/index.js';
import type { Release } from '../registry/index.js';
import type { AttemptRecord, FailedTask, TaskProgress, TaskResult } from './tasks/task.types.js';

/** An attempt has ended, one way or the other; what performance is measured by. */
export const AttemptFinished = eventType<{
  readonly release: Release;
  readonly taskId: string;
  readonly capability: string;
  readonly inputType: string;
  readonly record: AttemptRecord;
}>('attempt.finished');

/** An agent's code still ran when the grace time after its abort was over; its slot was taken back. */
export const AttemptAbandoned = eventType<{
  readonly release: Release;
  readonly taskId: string;
  readonly capability: string;
  readonly error: Failure;
}>('attempt.abandoned');

/** An agent reported progress or yielded a partial result. */
export const TaskProgressed = eventType<TaskProgress>('task.progressed');

/** A task has ended. */
export const TaskFinished = eventType<{ readonly result: TaskResult | FailedTask }>('task.finished');
