import type { Schedule } from './schedule.types.js';

/**
 * Starts what is due.
 * @param occurrence names this time of the schedule: the same when it is handed out again after a failure
 */
export type OnDue = (schedule: Schedule, occurrence: string) => Promise<void>;

/**
 * Keeps schedules and says when they are due: each occurrence to one node, and again when that node fails before it has started it.
 * Occurrences that fell into a time when nobody was there are passed over.
 */
export abstract class ScheduleStore {
  abstract open(onDue: OnDue): Promise<void>;
  abstract close(): Promise<void>;

  /** Keeps a schedule in place of one of the same id. */
  abstract put(schedule: Schedule): Promise<void>;

  /** `false` when there is none. */
  abstract remove(id: string): Promise<boolean>;

  /** By id. */
  abstract all(): Promise<readonly Schedule[]>;
}
