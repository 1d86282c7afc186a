import { SessionEndedError, TransactionAbortedError } from '../sql/database.errors.js';
import type { SqlSession } from '../sql/database.js';
import type { PgliteThread } from './pglite-thread.js';
import { rowsOf, toPostgresText } from './pglite-values.js';
import type { PgliteResult } from './pglite.worker.js';

/** The one connection of PGlite, for as long as somebody holds it. */
export class PgliteSession implements SqlSession {
  readonly #thread: PgliteThread;
  #hasEnded = false;

  constructor(thread: PgliteThread) {
    this.#thread = thread;
  }

  async query<Row = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
    name?: string,
  ): Promise<readonly Row[]> {
    return rowsOf<Row>(await this.#run(text, values, name));
  }

  /** @throws DATABASE_STATEMENT_FAILED when a statement had failed and nothing is committed */
  async commit(): Promise<void> {
    const { tag } = await this.#run('commit');
    if (tag === 'ROLLBACK') throw new TransactionAbortedError();
  }

  end(): void {
    this.#hasEnded = true;
  }

  async #run(text: string, values?: readonly unknown[], name?: string): Promise<PgliteResult> {
    if (this.#hasEnded) throw new SessionEndedError();
    return this.#thread.run({ text, values: values?.map(toPostgresText), name });
  }
}
