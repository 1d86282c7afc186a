import { messageOf, type Cancel, type Clock, type Logger } from '../../common/index.js';
import type { Database } from '../sql/database.js';
import { quoteName } from '../sql/values.js';

const INTERVAL_MS = 60_000;

/** So much log is read again at a start after a crash, at most about two seconds of it. */
const CHECKPOINT_BYTES = 32 * 1_048_576;

interface WornTable {
  readonly schema: string;
  readonly name: string;
}

/**
 * Does what background processes do in a Postgres server: a checkpoint when the log has grown, without which it would grow
 * until the next start, and a vacuum of tables that hold many dead rows. One table at a time, so that statements get in between.
 */
export class Upkeep {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #cancel: Cancel = () => {};
  #isStopped = false;

  constructor(database: Database, clock: Clock, logger: Logger) {
    this.#database = database;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Runs each minute from now on. */
  start(): void {
    if (this.#isStopped) return;
    this.#cancel = this.#clock.schedule(INTERVAL_MS, () => {
      void this.run().then(() => this.start());
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  /** Runs once; what fails is logged and left to the next time. */
  async run(): Promise<void> {
    try {
      for (const table of await this.#wornTables()) {
        if (this.#isStopped) return;
        await this.#database.query(`vacuum (analyze) ${quoteName(table.schema)}.${quoteName(table.name)}`);
      }
      // Behind the vacuum, which makes the log grow.
      await this.#shortenLog();
    } catch (error) {
      if (!this.#isStopped) this.#logger.warn('upkeep of the database failed', { error: messageOf(error) });
    }
  }

  async #shortenLog(): Promise<void> {
    const [log] = await this.#database.query<{ bytes: number }>(
      `select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn)::double precision as bytes from pg_control_checkpoint()`,
    );
    if ((log?.bytes ?? 0) >= CHECKPOINT_BYTES) await this.#database.query('checkpoint');
  }

  /** By the measure of Postgres' own autovacuum, from 500 rows on. */
  async #wornTables(): Promise<readonly WornTable[]> {
    await this.#database.query('select pg_stat_force_next_flush()');
    return this.#database.query<WornTable>(
      `select schemaname as schema, relname as name from pg_stat_all_tables
       where n_dead_tup > 500 + 0.2 * n_live_tup or n_mod_since_analyze > 500 + 0.1 * n_live_tup`,
    );
  }
}
