import type pg from 'pg';
import {
  isConnectionLost,
  SessionEndedError,
  toDatabaseError,
  TransactionAbortedError,
} from '../sql/database.errors.js';
import type { SqlSession } from '../sql/database.js';

/** One connection, for as long as somebody holds it. */
export class PostgresSession implements SqlSession {
  readonly #client: pg.ClientBase;
  #isLost = false;
  #hasEnded = false;

  constructor(client: pg.ClientBase) {
    this.#client = client;
  }

  async query<Row = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
    name?: string,
  ): Promise<readonly Row[]> {
    return ((await this.#run({ text, values: values as unknown[], name }))?.rows as Row[]) ?? [];
  }

  /** @throws DATABASE_STATEMENT_FAILED when a statement had failed and nothing is committed */
  async commit(): Promise<void> {
    const result = await this.#run({ text: 'commit' });
    if (result?.command === 'ROLLBACK') throw new TransactionAbortedError();
  }

  /** Never rejects: a connection that cannot roll back is lost, and with it the transaction. */
  async rollBack(): Promise<void> {
    if (this.#isLost) return;
    await this.query('rollback').catch(() => {
      this.#isLost = true;
    });
  }

  async #run(statement: pg.QueryConfig): Promise<pg.QueryResult | undefined> {
    if (this.#hasEnded) throw new SessionEndedError();
    try {
      const result: unknown = await this.#client.query(statement);
      // A text of several statements has several results.
      return (Array.isArray(result) ? result.at(-1) : result) as pg.QueryResult | undefined;
    } catch (error) {
      this.#isLost ||= isConnectionLost(error);
      throw toDatabaseError(error);
    }
  }

  /** Lets nobody use the connection any more; `true` when it is of no use to anybody. */
  end(): boolean {
    this.#hasEnded = true;
    return this.#isLost;
  }
}
