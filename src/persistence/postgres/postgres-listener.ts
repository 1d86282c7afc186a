import type pg from 'pg';
import { messageOf, resolveRetryOptions, retryDelayMs, type Cancel } from '../../common/index.js';
import { DatabaseUnavailableError, toDatabaseError } from '../sql/database.errors.js';
import { Listeners } from '../sql/listeners.js';
import type { DatabaseParts } from '../sql/database-parts.js';
import { quoteName } from '../sql/values.js';

const RECONNECT = resolveRetryOptions({ delayMs: 100, maxDelayMs: 5_000 });

/** Silence and a dead network sound the same, so the server is asked now and then. */
const PING_INTERVAL_MS = 15_000;

/**
 * The one connection that hears notifications. It is made with the first listener and made again when it is lost; then every
 * listener is called with an empty payload, because something may have been missed.
 */
export class PostgresListener {
  readonly #connect: () => pg.Client;
  readonly #parts: DatabaseParts;
  readonly #listeners: Listeners;
  /** The connection, or the attempt to make it; rejects when that fails. */
  #connection: Promise<pg.Client> | undefined;
  /** Statements wait for each other here: the connection takes one at a time. */
  #lastStatement: Promise<unknown> = Promise.resolve();
  #cancelTimer: Cancel = () => {};
  #failedAttempts = 0;
  #isClosed = false;

  constructor(connect: () => pg.Client, parts: DatabaseParts) {
    this.#connect = connect;
    this.#parts = parts;
    this.#listeners = new Listeners(parts.logger);
  }

  /** @throws DATABASE_UNAVAILABLE and what else keeps it from listening now; then nobody listens */
  async listen(channel: string, listener: (payload: string) => void): Promise<Cancel> {
    const isFirst = !this.#listeners.has(channel);
    const remove = this.#listeners.add(channel, listener);
    try {
      if (this.#connection === undefined) await this.#open();
      else if (isFirst) await this.#run(await this.#connection, `listen ${quoteName(channel)}`);
      else await this.#connection;
    } catch (error) {
      remove();
      if (this.#connection === undefined && this.#listeners.isEmpty) this.#cancelTimer();
      throw toDatabaseError(error);
    }
    return () => {
      remove();
      if (!this.#listeners.has(channel)) this.#forget(channel);
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelTimer();
    const connection = this.#connection;
    this.#connection = undefined;
    const client = await connection?.catch(() => undefined);
    if (client !== undefined) hangUp(client);
  }

  /** Connects and listens to all channels that somebody listens to. */
  #open(): Promise<pg.Client> {
    const client = this.#connect();
    client.on('notification', ({ channel, payload = '' }) => this.#listeners.call(channel, payload));
    const connection = this.#start(client);
    this.#connection = connection;
    const onLost = (reason: unknown): void => this.#onLost(connection, client, reason);
    client.on('error', onLost);
    client.on('end', () => onLost('the connection ended'));
    connection.then(() => this.#onOpened(connection, client), onLost);
    return connection;
  }

  async #start(client: pg.Client): Promise<pg.Client> {
    await client.connect();
    if (this.#isClosed) {
      hangUp(client);
      throw new DatabaseUnavailableError('it is closed');
    }
    const channels = this.#listeners.channels();
    await this.#run(client, channels.map((channel) => `listen ${quoteName(channel)}`).join('; '));
    return client;
  }

  #onOpened(connection: Promise<pg.Client>, client: pg.Client): void {
    this.#failedAttempts = 0;
    this.#schedulePing(connection, client);
  }

  #onLost(connection: Promise<pg.Client>, client: pg.Client, reason: unknown): void {
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    this.#cancelTimer();
    hangUp(client);
    if (this.#isClosed || this.#listeners.isEmpty) return;
    this.#failedAttempts += 1;
    const delayMs = retryDelayMs(RECONNECT, this.#failedAttempts, this.#parts.random);
    this.#parts.logger.warn('listening to the database was interrupted', {
      reason: messageOf(reason),
      delayMs,
    });
    this.#cancelTimer = this.#parts.clock.schedule(delayMs, () => void this.#reopen());
  }

  async #reopen(): Promise<void> {
    try {
      await (this.#connection ?? this.#open());
      this.#listeners.callAll('');
    } catch {
      // Already told and scheduled again: see #onLost.
    }
  }

  #schedulePing(connection: Promise<pg.Client>, client: pg.Client): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#parts.clock.schedule(PING_INTERVAL_MS, () => {
      this.#run(client, 'select 1').then(
        () => this.#connection === connection && this.#schedulePing(connection, client),
        (error: unknown) => this.#onLost(connection, client, error),
      );
    });
  }

  #forget(channel: string): void {
    this.#connection
      ?.then((client) => this.#run(client, `unlisten ${quoteName(channel)}`))
      // A connection that is lost listens to nothing.
      .catch(() => {});
  }

  #run(client: pg.Client, text: string): Promise<unknown> {
    const result = this.#lastStatement.then(() => client.query(text));
    this.#lastStatement = result.catch(() => {});
    return result;
  }
}

/** Ends a connection without waiting for a server that may not answer. */
function hangUp(client: pg.Client): void {
  void client.end().catch(() => {});
}
