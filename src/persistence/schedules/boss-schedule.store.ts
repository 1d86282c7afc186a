import { PgBoss } from 'pg-boss';
import { messageOf, type Cancel, type Clock, type Logger } from '../../common/index.js';
import { ScheduleStore, type OnDue, type Schedule } from '../../workflows/index.js';
import { bossClock } from '../runs/jobs/boss-clock.js';
import { bossDatabase } from '../runs/jobs/boss-database.js';
import type { Database } from '../sql/database.js';

const QUEUE = 'cadre-schedules';

/** Milliseconds between two looks for occurrences; pg-boss itself makes them within half a minute. */
const LOOK_EVERY_MS = 2_000;

const BATCH_SIZE = 20;

/** An occurrence that was taken and not begun, for its node died, is handed out again after this many seconds. */
const EXPIRE_SECONDS = 60;

/** Schedules in the database, on pg-boss: one node makes the jobs of what is due, any node takes them. */
export class BossScheduleStore extends ScheduleStore {
  #boss: PgBoss | undefined;
  #cancelLook: Cancel = () => {};
  #looking: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly parts: { readonly clock: Clock; readonly logger: Logger },
  ) {
    super();
  }

  async open(onDue: OnDue): Promise<void> {
    const boss = new PgBoss({
      db: bossDatabase(this.database),
      backend: this.database.kind,
      clock: bossClock(this.parts.clock),
      schedule: true,
      // The queue of runs sees to the upkeep of both.
      supervise: false,
    });
    boss.on('error', (error) => this.#warn('the schedules failed', error));
    await boss.start();
    await boss.createQueue(QUEUE, {
      expireInSeconds: EXPIRE_SECONDS,
      retryLimit: 10,
      deleteAfterSeconds: 86_400,
    });
    this.#boss = boss;
    this.#lookAgain(onDue);
  }

  async close(): Promise<void> {
    this.#cancelLook();
    const boss = this.#boss;
    this.#boss = undefined;
    await this.#looking;
    await boss?.stop({ graceful: false });
  }

  async put(schedule: Schedule): Promise<void> {
    const { id: key, cron, timezone: tz } = schedule;
    await this.#boss?.schedule(QUEUE, cron, schedule, { tz, key });
  }

  async remove(id: string): Promise<boolean> {
    if ((await this.#boss?.getSchedule(QUEUE, id)) === null) return false;
    await this.#boss?.unschedule(QUEUE, id);
    return true;
  }

  async all(): Promise<readonly Schedule[]> {
    const schedules = (await this.#boss?.getSchedules(QUEUE)) ?? [];
    return schedules.map(({ data }) => data as Schedule).sort((one, other) => (one.id < other.id ? -1 : 1));
  }

  #lookAgain(onDue: OnDue): void {
    this.#cancelLook = this.parts.clock.schedule(LOOK_EVERY_MS, () => {
      this.#looking = this.#lookAndGoOn(onDue);
    });
  }

  async #lookAndGoOn(onDue: OnDue): Promise<void> {
    await this.#look(onDue);
    if (this.#boss !== undefined) this.#lookAgain(onDue);
  }

  /** Never rejects. */
  async #look(onDue: OnDue): Promise<void> {
    try {
      const jobs = (await this.#boss?.fetch<Schedule>(QUEUE, { batchSize: BATCH_SIZE })) ?? [];
      for (const { id, data } of jobs) {
        await onDue(data, id);
        await this.#boss?.complete(QUEUE, id);
      }
    } catch (error) {
      this.#warn('what is due could not be looked for', error);
    }
  }

  #warn(message: string, error: unknown): void {
    this.parts.logger.warn(message, { error: messageOf(error) });
  }
}
