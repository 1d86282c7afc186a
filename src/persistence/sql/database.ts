import type { Cancel } from '../../common/index.js';

/** Something that takes SQL: a connection in a transaction, or the whole database. */
export interface SqlSession {
  /**
   * Runs one statement and gives its rows.
   * @param name a name of its own prepares the statement once for each connection: for what is run often
   */
  query<Row = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
    name?: string,
  ): Promise<readonly Row[]>;
}

/**
 * The one SQL database behind all stores: Postgres, or PGlite in a worker thread. The dialect is the same.
 */
export abstract class Database implements SqlSession {
  abstract readonly kind: 'postgres' | 'pglite';

  abstract query<Row = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
    name?: string,
  ): Promise<readonly Row[]>;

  /**
   * Runs the work in one transaction: committed when it resolves, rolled back when it rejects. The work sends its statements to
   * the session; one that it sends to the database is refused with DATABASE_IN_TRANSACTION.
   */
  abstract transaction<T>(work: (session: SqlSession) => Promise<T>): Promise<T>;

  /**
   * Hears what {@link notify} sends on a channel, from any node; goes on after a lost connection. The listener is then called
   * with an empty payload, because it may have missed something.
   */
  abstract listen(channel: string, listener: (payload: string) => void): Promise<Cancel>;

  /** Tells everybody who listens, this node included. At most 7 999 bytes; from a session, once its transaction commits. */
  abstract notify(channel: string, payload: string, session?: SqlSession): Promise<void>;

  /** Ends all connections; statements under way end first. Later ones reject with DATABASE_UNAVAILABLE. */
  abstract close(): Promise<void>;
}
