import { PgBoss } from 'pg-boss';
import { messageOf, newId, type Cancel, type Clock, type Logger } from '../../../common/index.js';
import type { Database, SqlSession } from '../../sql/database.js';
import { DatabaseUnavailableError } from '../../sql/database.errors.js';
import { bossClock } from './boss-clock.js';
import { bossDatabase, preparedBossDatabase } from './boss-database.js';

const QUEUE = 'cadre-runs';

/** The least that pg-boss allows. */
const HEARTBEAT_SECONDS = 10;

/** How often somebody, one node for all, looks for heartbeats that have stopped. */
const SUPERVISE_SECONDS = 4;

/** 63 years. Jobs are not to end by age; the sum with an instant must fit a timestamp. */
const FOREVER_SECONDS = 2_000_000_000;

/** Retries are failovers: as many as it takes. */
const RETRIES = 2_000_000_000;

/** Always past, also when the clock of the database is set back: what is to be done at once is not put off by that. */
const AT_ONCE = '2000-01-01T00:00:00Z';

/** Jobs that are done are deleted in bundles, and no later than this. */
const DISCARD_DELAY_MS = 50;
const MAX_DISCARDED = 500;

/** A job that brings a run to a node. */
export interface RunJob {
  readonly id: string;
  readonly runId: string;
  readonly priority: number;
  /** From now on; default: at once. */
  readonly delayMs?: number;
}

/** A job that is taken: nobody else gets it while it is touched. */
export interface TakenJob {
  readonly id: string;
  readonly runId: string;
  /** Raised each time the job is handed out. */
  readonly attempt: number;
}

/**
 * The queue of runs, on pg-boss: it hands each job to one taker, in order of priority, and again when its heartbeat stops.
 *
 * Of pg-boss only the queue is used. Its workers are not: they wait for a whole batch, and poll where we know that there is
 * work. That a job is of no use any more is its run's to say, see `job_id` there; done jobs are deleted lazily.
 */
export class RunJobs {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #boss: PgBoss | undefined;
  #discarded: string[] = [];
  #cancelDiscard: Cancel | undefined;
  #lastDiscard: Promise<void> = Promise.resolve();

  constructor(database: Database, parts: { readonly clock: Clock; readonly logger: Logger }) {
    this.#database = database;
    this.#clock = parts.clock;
    this.#logger = parts.logger;
  }

  /** Also brings pg-boss' own schema up to date. */
  async open(): Promise<void> {
    const isServer = this.#database.kind === 'postgres';
    const boss = new PgBoss({
      db: bossDatabase(this.#database),
      backend: this.#database.kind,
      clock: bossClock(this.#clock),
      schedule: false,
      superviseIntervalSeconds: SUPERVISE_SECONDS,
      monitorIntervalSeconds: SUPERVISE_SECONDS,
      maintenanceIntervalSeconds: 3_600,
      // Neither can be of use where one process has the database to itself.
      reindex: isServer,
      monitorVacuum: isServer,
    });
    boss.on('error', (error) => this.#logger.warn('the job queue failed', { error: messageOf(error) }));
    boss.on('warning', ({ message }) => this.#logger.warn('the job queue warns', { warning: message }));
    try {
      await boss.start();
      await boss.createQueue(QUEUE, { heartbeatSeconds: HEARTBEAT_SECONDS });
      // pg-boss reads about a queue when it is first used, which must not happen inside of a transaction of ours.
      await boss.touch(QUEUE, newId());
    } catch (error) {
      await boss.stop({ graceful: false }).catch(() => {});
      throw error;
    }
    this.#boss = boss;
  }

  async close(): Promise<void> {
    const boss = this.#boss;
    if (boss === undefined) return;
    this.#discardNow();
    await this.#lastDiscard;
    this.#boss = undefined;
    await boss.stop({ graceful: false });
  }

  /** In the transaction that says why. */
  async insert(session: SqlSession, jobs: readonly RunJob[]): Promise<void> {
    if (jobs.length === 0) return;
    const inserts = jobs.map(({ id, runId, priority, delayMs = 0 }) => ({
      id,
      priority,
      data: { runId },
      startAfter: delayMs <= 0 ? AT_ONCE : Math.min(delayMs / 1_000, FOREVER_SECONDS).toFixed(3),
      expireInSeconds: FOREVER_SECONDS,
      retentionSeconds: FOREVER_SECONDS,
      retryLimit: RETRIES,
      retryDelay: 0,
      heartbeatSeconds: HEARTBEAT_SECONDS,
    }));
    await this.#opened.insert(QUEUE, inserts, { db: preparedBossDatabase(session) });
  }

  /** Takes up to `limit` jobs that are due, those of the highest priority first, then the oldest. */
  async take(limit: number): Promise<readonly TakenJob[]> {
    // Not prepared: a plan from when the queue was empty reads all that is delayed for each job, once there are thousands.
    const db = bossDatabase(this.#database);
    const jobs = await this.#opened.fetch<{ runId: string }>(QUEUE, { db, batchSize: limit });
    return jobs.map(({ id, data, retryCount }) => ({ id, runId: data.runId, attempt: retryCount }));
  }

  /** Keeps jobs from being handed out to somebody else; gives those that are still the taker's. */
  async touch(jobs: readonly TakenJob[]): Promise<ReadonlySet<string>> {
    if (jobs.length === 0) return new Set();
    const held = jobs.map(({ id, attempt }) => ({ id, retryCount: attempt }));
    const answer = await this.#opened.touch(QUEUE, held, { db: preparedBossDatabase(this.#database) });
    // Not in the types of pg-boss, which is why its version is pinned.
    return new Set((answer as { readonly settled?: readonly string[] }).settled);
  }

  /** Deletes, soon, a job that nobody needs any more. One that stays for an error is stale and does no harm. */
  discard(jobId: string): void {
    this.#discarded.push(jobId);
    if (this.#discarded.length >= MAX_DISCARDED) this.#discardNow();
    else this.#cancelDiscard ??= this.#clock.schedule(DISCARD_DELAY_MS, () => this.#discardNow());
  }

  #discardNow(): void {
    this.#cancelDiscard?.();
    this.#cancelDiscard = undefined;
    const ids = this.#discarded;
    if (ids.length === 0) return;
    this.#discarded = [];
    this.#lastDiscard = this.#lastDiscard.then(() => this.#delete(ids));
  }

  /** Never rejects. */
  async #delete(ids: string[]): Promise<void> {
    try {
      await this.#opened.deleteJob(QUEUE, ids, { db: preparedBossDatabase(this.#database) });
    } catch (error) {
      this.#logger.warn('done jobs were not deleted', { jobs: ids.length, error: messageOf(error) });
    }
  }

  get #opened(): PgBoss {
    if (this.#boss === undefined) throw new DatabaseUnavailableError('the run store is not open');
    return this.#boss;
  }
}
