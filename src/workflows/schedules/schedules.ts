import { isName, NAME_RULE } from '../../agents/index.js';
import { messageOf, nearestNames, type Clock, type Logger } from '../../common/index.js';
import type { RunService } from '../runs/run-service.js';
import type { WorkflowPreparation } from '../runs/preparation/prepared-workflow.js';
import { findCronProblem, nextOccurrence } from './cron.js';
import { InvalidScheduleError, UnknownScheduleError } from './schedule.errors.js';
import type { ScheduleStore } from './schedule.store.js';
import type { NewSchedule, Schedule, UpcomingSchedule } from './schedule.types.js';

const DEFAULT_TIMEZONE = 'UTC';

/** What schedules work with. */
export interface SchedulesParts {
  readonly store: ScheduleStore;
  readonly preparation: WorkflowPreparation;
  readonly runs: Pick<RunService, 'start'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Starts workflows by the clock on the wall. An occurrence starts one run, however many nodes there are and however often one of
 * them fails; it is named by an idempotency key of its own.
 * @publicApi
 */
export class Schedules {
  constructor(private readonly parts: SchedulesParts) {}

  async open(): Promise<void> {
    await this.parts.store.open((schedule, occurrence) => this.#start(schedule, occurrence));
  }

  close(): Promise<void> {
    return this.parts.store.close();
  }

  /**
   * Keeps a schedule, in place of one of the same id. Its workflow and input are checked now, and again at each start.
   * @throws SCHEDULE_INVALID, WORKFLOW_UNKNOWN, WORKFLOW_INVALID, INPUT_INVALID
   */
  async put(schedule: NewSchedule): Promise<UpcomingSchedule> {
    const { id, workflow, cron, timezone = DEFAULT_TIMEZONE, input } = schedule;
    if (!isName(id)) throw new InvalidScheduleError(`id ${NAME_RULE}`);
    const problem = findCronProblem(cron, timezone);
    if (problem !== undefined) throw new InvalidScheduleError(problem);
    await this.parts.preparation.prepare(workflow, input);
    const kept: Schedule = { id, workflow, cron, timezone, input, createdAt: this.parts.clock.now() };
    await this.parts.store.put(kept);
    return this.#upcoming(kept);
  }

  /** @throws SCHEDULE_UNKNOWN */
  async get(id: string): Promise<UpcomingSchedule> {
    const all = await this.parts.store.all();
    const schedule = all.find((known) => known.id === id);
    if (schedule === undefined)
      throw new UnknownScheduleError(
        id,
        nearestNames(
          id,
          all.map((known) => known.id),
        ),
      );
    return this.#upcoming(schedule);
  }

  /** By id. */
  async list(): Promise<readonly UpcomingSchedule[]> {
    return (await this.parts.store.all()).map((schedule) => this.#upcoming(schedule));
  }

  /** Runs that were started go on. @throws SCHEDULE_UNKNOWN */
  async remove(id: string): Promise<void> {
    if (!(await this.parts.store.remove(id))) await this.get(id);
  }

  #upcoming(schedule: Schedule): UpcomingSchedule {
    const { cron, timezone } = schedule;
    return { ...schedule, nextAt: nextOccurrence(cron, timezone, this.parts.clock.now()) };
  }

  /** One that can no longer be started is told of in the log, and tried again when it is due the next time. */
  async #start({ id, workflow, input }: Schedule, occurrence: string): Promise<void> {
    try {
      await this.parts.runs.start(workflow, input, { idempotencyKey: `schedule:${id}:${occurrence}` });
    } catch (error) {
      this.parts.logger.error('a scheduled workflow could not be started', {
        schedule: id,
        workflow,
        error: messageOf(error),
      });
    }
  }
}
