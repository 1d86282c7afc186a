import pg from 'pg';
import { messageOf, type Cancel } from '../../common/index.js';
import type { DatabaseParts } from '../sql/database-parts.js';
import { DatabaseUnavailableError, toDatabaseError } from '../sql/database.errors.js';
import { Database, type SqlSession } from '../sql/database.js';
import { clientConfig, type PostgresOptions } from './postgres.options.js';
import { TransactionScope } from '../sql/transaction-scope.js';
import { PostgresListener } from './postgres-listener.js';
import { PostgresSession } from './postgres-session.js';

/** How long closing waits for a server that does not answer. */
const CLOSE_TIMEOUT_MS = 5_000;

/**
 * Prepared statements are planned once for each connection, perhaps while tables are empty still, when reading a whole table
 * looks cheap; the plan would stay when they have grown. So that is a last resort, and rows are found by their keys; and as the
 * values make no difference then, no statement is planned anew for them.
 */
const SESSION_SETTINGS = 'set enable_seqscan = off; set plan_cache_mode = force_generic_plan';

/**
 * A Postgres server behind a pool of connections.
 *
 * When the server goes away, statements reject with DATABASE_UNAVAILABLE; those that come after its return pass. A statement
 * that was under way may or may not have been carried out.
 */
export class PostgresDatabase extends Database {
  readonly kind = 'postgres';
  readonly #parts: DatabaseParts;
  readonly #pool: pg.Pool;
  readonly #listener: PostgresListener;
  readonly #scope = new TransactionScope();
  #closing: Promise<void> | undefined;

  constructor(options: PostgresOptions, parts: DatabaseParts) {
    super();
    this.#parts = parts;
    const client = clientConfig(options);
    this.#pool = new pg.Pool({
      ...client,
      max: options.poolSize,
      // The pool waits for it, though its types do not say so.
      onConnect: ((connection) => connection.query(SESSION_SETTINGS)) as pg.PoolConfig['onConnect'],
    });
    // Without a listener each of these would end the process. The pool replaces the connection by itself.
    this.#pool.on('error', (error) => this.#logLostConnection(error));
    this.#pool.on('connect', (connection) => connection.on('error', () => {}));
    this.#listener = new PostgresListener(() => new pg.Client(client), parts);
  }

  query<Row = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
    name?: string,
  ): Promise<readonly Row[]> {
    return this.#withSession((session) => session.query<Row>(text, values, name));
  }

  transaction<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
    return this.#withSession((session) =>
      this.#scope.run(async () => {
        try {
          await session.query('begin');
          const result = await work(session);
          await session.commit();
          return result;
        } catch (error) {
          await session.rollBack();
          throw error;
        }
      }),
    );
  }

  async listen(channel: string, listener: (payload: string) => void): Promise<Cancel> {
    this.#throwIfClosed();
    return this.#listener.listen(channel, listener);
  }

  async notify(channel: string, payload: string, session: SqlSession = this): Promise<void> {
    await session.query('select pg_notify($1, $2)', [channel, payload], 'cadre_notify');
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#listener.close();
    const timeout = new AbortController();
    const ended = this.#pool.end().finally(() => timeout.abort());
    await Promise.race([ended, this.#parts.clock.delay(CLOSE_TIMEOUT_MS, timeout.signal).catch(() => {})]);
  }

  async #withSession<T>(work: (session: PostgresSession) => Promise<T>): Promise<T> {
    this.#scope.throwIfInside();
    this.#throwIfClosed();
    const client = await this.#connect();
    const session = new PostgresSession(client);
    try {
      return await work(session);
    } finally {
      client.release(session.end());
    }
  }

  async #connect(): Promise<pg.PoolClient> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw toDatabaseError(error);
    }
  }

  #throwIfClosed(): void {
    if (this.#closing !== undefined) throw new DatabaseUnavailableError('it is closed');
  }

  #logLostConnection(error: unknown): void {
    this.#parts.logger.warn('a database connection was lost', { reason: messageOf(error) });
  }
}
