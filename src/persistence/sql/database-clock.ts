import { Clock, messageOf, type Cancel } from '../../common/index.js';
import type { Database } from './database.js';
import type { DatabaseParts } from './database-parts.js';

/** Milliseconds after which the database is asked again for the time. */
const RESET_AFTER_MS = 30_000;

/** A difference that the way to the database and back explains is none, nor one of so many milliseconds. */
const TOLERANCE_MS = 10;

/**
 * The time of the database, which is the same for all nodes, whatever the clocks of their machines say: what one of them says is
 * due then is due for all. Between two questions it goes on by the monotonic clock, so that it does not jump when somebody
 * sets the machine's.
 */
export class DatabaseClock extends Clock {
  readonly #database: Database;
  readonly #parts: Pick<DatabaseParts, 'clock' | 'logger'>;
  /** What the database's clock says where the monotonic one says 0. */
  #originAt: number;
  #resetMs = 0;

  private constructor(database: Database, parts: Pick<DatabaseParts, 'clock' | 'logger'>) {
    super();
    this.#database = database;
    this.#parts = parts;
    this.#originAt = parts.clock.now() - parts.clock.monotonicMs();
  }

  /** @throws DATABASE_UNAVAILABLE */
  static async open(
    database: Database,
    parts: Pick<DatabaseParts, 'clock' | 'logger'>,
  ): Promise<DatabaseClock> {
    const clock = new DatabaseClock(database, parts);
    await clock.#reset();
    return clock;
  }

  now(): number {
    const nowMs = this.monotonicMs();
    if (nowMs >= this.#resetMs) void this.#resetLater(nowMs);
    return Math.round(this.#originAt + nowMs);
  }

  monotonicMs(): number {
    return this.#parts.clock.monotonicMs();
  }

  schedule(delayMs: number, callback: () => void): Cancel {
    return this.#parts.clock.schedule(delayMs, callback);
  }

  /** Never rejects: until the database answers, the clock goes on as it did. */
  async #resetLater(nowMs: number): Promise<void> {
    this.#resetMs = nowMs + RESET_AFTER_MS;
    try {
      await this.#reset();
    } catch (error) {
      this.#parts.logger.debug('the database was not asked for the time', { error: messageOf(error) });
    }
  }

  async #reset(): Promise<void> {
    const askedMs = this.monotonicMs();
    const [answer] = await this.#database.query<{ at: number }>(
      'select extract(epoch from clock_timestamp())::float8 * 1000 as at',
      [],
      'cadre_clock',
    );
    const answeredMs = this.monotonicMs();
    this.#resetMs = answeredMs + RESET_AFTER_MS;
    const originAt = answer!.at - (askedMs + answeredMs) / 2;
    // It was read somewhere on the way: more cannot be known of it.
    const differenceMs = Math.abs(originAt - this.#originAt);
    if (differenceMs > (answeredMs - askedMs) / 2 + TOLERANCE_MS) this.#originAt = originAt;
  }
}
