import { PgBoss } from 'pg-boss';
import { messageOf, type Cancel, type Clock, type Logger } from '../../common/index.js';
import { RemoteTaskQueue, type DoRemoteJob, type RemoteJob } from '../../workflows/index.js';
import { bossClock } from '../runs/boss-clock.js';
import { bossDatabase } from '../runs/boss-database.js';
import type { Database } from '../sql/database.js';

/** Followed by the capability, in letters that pg-boss allows for the name of a queue. */
const QUEUE_PREFIX = 'cadre-tasks.';

/** A job was sent for a capability, whose name is the payload. */
const CHANNEL = 'cadre_tasks';

const LOOK_EVERY_MS = 2_000;
const TOUCH_EVERY_MS = 3_000;

/** The least that pg-boss allows. */
const HEARTBEAT_SECONDS = 10;

/** Steps of other nodes' runs that are done here at a time. */
const MAX_JOBS = 50;

const DAY_SECONDS = 86_400;

/** A job that is being done here. */
interface OwnJob {
  readonly queue: string;
  readonly lost: AbortController;
  readonly ended: Promise<void>;
}

/**
 * Steps for other nodes in queues of pg-boss, one for each capability that somebody was ever asked for from afar. A job whose
 * node dies is handed out again when its heartbeat is over.
 */
export class BossRemoteTaskQueue extends RemoteTaskQueue {
  readonly #jobs = new Map<string, OwnJob>();
  readonly #queues = new Set<string>();
  readonly #cancels = new Set<Cancel>();
  #boss: PgBoss | undefined;
  #looking: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly parts: { readonly clock: Clock; readonly logger: Logger },
  ) {
    super();
  }

  async open(capabilities: () => readonly string[], doJob: DoRemoteJob): Promise<void> {
    const boss = new PgBoss({
      db: bossDatabase(this.database),
      backend: this.database.kind,
      clock: bossClock(this.parts.clock),
      schedule: false,
      // The queue of runs sees to the upkeep of all.
      supervise: false,
    });
    boss.on('error', (error) => this.#warn('the queue of remote tasks failed', error));
    await boss.start();
    this.#boss = boss;
    const look = (): void => {
      this.#looking = this.#looking.then(() => this.#take(capabilities(), doJob));
    };
    this.#cancels.add(await this.database.listen(CHANNEL, look));
    this.#every(LOOK_EVERY_MS, look);
    this.#every(TOUCH_EVERY_MS, () => void this.#touch());
  }

  async close(): Promise<void> {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
    await this.#looking;
    await Promise.all([...this.#jobs.values()].map(({ ended }) => ended));
    const boss = this.#boss;
    this.#boss = undefined;
    await boss?.stop({ graceful: false });
  }

  async send(job: RemoteJob): Promise<void> {
    const queue = QUEUE_PREFIX + job.capability;
    if (!this.#queues.has(queue)) {
      await this.#boss?.createQueue(queue, {
        heartbeatSeconds: HEARTBEAT_SECONDS,
        expireInSeconds: DAY_SECONDS,
        retryLimit: 1_000,
        deleteAfterSeconds: 60,
      });
      this.#queues.add(queue);
    }
    await this.#boss?.send(queue, job);
    await this.database.notify(CHANNEL, job.capability);
  }

  /** Never rejects. */
  async #take(capabilities: readonly string[], doJob: DoRemoteJob): Promise<void> {
    try {
      const hosted = new Set(capabilities.map((capability) => QUEUE_PREFIX + capability));
      const queues = (await this.#boss?.getQueues()) ?? [];
      for (const { name } of queues.filter((queue) => hosted.has(queue.name))) {
        const batchSize = MAX_JOBS - this.#jobs.size;
        if (batchSize <= 0) return;
        const jobs = (await this.#boss?.fetch<RemoteJob>(name, { batchSize })) ?? [];
        for (const { id, data } of jobs) this.#begin(id, name, data, doJob);
      }
    } catch (error) {
      this.#warn('tasks of other nodes could not be looked for', error);
    }
  }

  #begin(id: string, queue: string, data: RemoteJob, doJob: DoRemoteJob): void {
    const lost = new AbortController();
    const ended = doJob(data, lost.signal)
      .then(() => (lost.signal.aborted ? undefined : this.#boss?.complete(queue, id)))
      // Handed out again when its heartbeat is over.
      .catch((error: unknown) => this.#warn('a task of another node could not be done', error))
      .then(() => void this.#jobs.delete(id));
    this.#jobs.set(id, { queue, lost, ended });
  }

  /** Keeps the jobs that are done here from being handed out again. */
  async #touch(): Promise<void> {
    for (const [id, { queue }] of this.#jobs) {
      try {
        await this.#boss?.touch(queue, id);
      } catch (error) {
        this.#warn('a task of another node could not be kept', error);
      }
    }
  }

  #every(periodMs: number, act: () => void): void {
    const next = (): Cancel =>
      this.parts.clock.schedule(periodMs, () => {
        this.#cancels.delete(cancel);
        cancel = next();
        this.#cancels.add(cancel);
        act();
      });
    let cancel = next();
    this.#cancels.add(cancel);
  }

  #warn(message: string, error: unknown): void {
    this.parts.logger.warn(message, { error: messageOf(error) });
  }
}
