import type { Worker } from 'node:worker_threads';
import type { Cancel, Logger } from '../../common/index.js';
import { Database, type SqlSession } from '../sql/database.js';
import { DatabaseUnavailableError } from '../sql/database.errors.js';
import { Listeners } from '../sql/listeners.js';
import { TransactionScope } from '../sql/transaction-scope.js';
import { quoteName } from '../sql/values.js';
import { PgliteSession } from './pglite-session.js';
import { PgliteThread } from './pglite-thread.js';
import { Turnstile } from './turnstile.js';

/**
 * PGlite, which is PostgreSQL compiled to WebAssembly, in a thread of its own: a database without a server.
 *
 * There is one connection. Statements are carried out in the order in which they come, and nothing comes between those of a
 * transaction. A thread that crashes is started anew with the next statement; what was committed is still there.
 */
export class PgliteDatabase extends Database {
  readonly kind = 'pglite';
  readonly #spawn: () => Worker;
  readonly #listeners: Listeners;
  readonly #turnstile = new Turnstile();
  readonly #scope = new TransactionScope();
  readonly #onClosed: () => void;
  #thread: Promise<PgliteThread> | undefined;
  #closing: Promise<void> | undefined;

  /**
   * @param spawn starts the thread; again after a crash
   * @param onClosed called once the thread has ended for good
   */
  constructor(spawn: () => Worker, logger: Logger, onClosed: () => void = () => {}) {
    super();
    this.#onClosed = onClosed;
    this.#spawn = spawn;
    this.#listeners = new Listeners(logger);
  }

  async query<Row = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
    name?: string,
  ): Promise<readonly Row[]> {
    this.#throwIfUnusable();
    return this.#turnstile.pass(async () => {
      const thread = await this.#running();
      return new PgliteSession(thread).query<Row>(text, values, name);
    });
  }

  async transaction<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
    this.#throwIfUnusable();
    return this.#turnstile.passAlone(() => this.#scope.run(() => this.#transact(work)));
  }

  async listen(channel: string, listener: (payload: string) => void): Promise<Cancel> {
    const remove = this.#listeners.add(channel, listener);
    try {
      await this.query(`listen ${quoteName(channel)}`);
    } catch (error) {
      remove();
      throw error;
    }
    return () => {
      remove();
      if (this.#listeners.has(channel)) return;
      // Where that fails nothing is listened to any more.
      this.query(`unlisten ${quoteName(channel)}`).catch(() => {});
    };
  }

  async notify(channel: string, payload: string, session: SqlSession = this): Promise<void> {
    await session.query('select pg_notify($1, $2)', [channel, payload], 'cadre_notify');
  }

  close(): Promise<void> {
    this.#closing ??= this.#turnstile.passAlone(() => this.#end((thread) => thread.close()));
    return this.#closing;
  }

  /** Ends at once, in the middle of what it does: the data is not this process's any more. */
  abandon(reason: string): Promise<void> {
    this.#closing ??= this.#end((thread) => thread.terminate(reason));
    return this.#closing;
  }

  async #end(end: (thread: PgliteThread) => Promise<void>): Promise<void> {
    const thread = await this.#thread?.catch(() => undefined);
    if (thread !== undefined) await end(thread);
    this.#onClosed();
  }

  async #transact<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
    const session = new PgliteSession(await this.#running());
    try {
      await session.query('begin');
      const result = await work(session);
      await session.commit();
      return result;
    } catch (error) {
      // Where that fails the thread is gone, and with it the transaction.
      await session.query('rollback').catch(() => {});
      throw error;
    } finally {
      session.end();
    }
  }

  #throwIfUnusable(): void {
    this.#scope.throwIfInside();
    if (this.#closing !== undefined) throw new DatabaseUnavailableError('it is closed');
  }

  #running(): Promise<PgliteThread> {
    this.#thread ??= this.#start();
    return this.#thread;
  }

  async #start(): Promise<PgliteThread> {
    const thread = new PgliteThread(this.#spawn(), (channel, payload) =>
      this.#listeners.call(channel, payload),
    );
    const onEnd = (): void => {
      this.#thread = undefined;
    };
    thread.ended.then(onEnd, onEnd);
    await thread.ready;
    await this.#listenAgain(thread);
    return thread;
  }

  /** After a crash the listeners are called with an empty payload: something may have been missed. */
  async #listenAgain(thread: PgliteThread): Promise<void> {
    const channels = this.#listeners.channels();
    if (channels.length === 0) return;
    await thread.run({ text: channels.map((channel) => `listen ${quoteName(channel)}`).join('; ') });
    this.#listeners.callAll('');
  }
}
