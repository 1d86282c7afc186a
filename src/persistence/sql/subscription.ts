import { messageOf, type Cancel } from '../../common/index.js';
import type { Database } from './database.js';
import type { DatabaseParts } from './database-parts.js';

const RETRY_MS = 1_000;

/**
 * Listens to a channel as soon as the database lets it, and tries again until then. Once it does, the listener is called with
 * an empty payload: something may have been missed.
 */
export class Subscription {
  readonly #database: Database;
  readonly #parts: DatabaseParts;
  readonly #channel: string;
  readonly #listener: (payload: string) => void;
  #cancel: Cancel = () => {};
  #isCanceled = false;
  /** Settles with the first attempt, whether or not it succeeds. */
  readonly attempted: Promise<void>;

  constructor(
    database: Database,
    parts: DatabaseParts,
    channel: string,
    listener: (payload: string) => void,
  ) {
    this.#database = database;
    this.#parts = parts;
    this.#channel = channel;
    this.#listener = listener;
    this.attempted = this.#attempt();
  }

  cancel(): void {
    this.#isCanceled = true;
    this.#cancel();
  }

  async #attempt(): Promise<void> {
    try {
      this.#cancel = await this.#database.listen(this.#channel, this.#listener);
      if (this.#isCanceled) this.#cancel();
      else this.#listener('');
    } catch (error) {
      if (this.#isCanceled) return;
      const channel = this.#channel;
      this.#parts.logger.warn('cannot listen to the database yet', { channel, error: messageOf(error) });
      this.#cancel = this.#parts.clock.schedule(RETRY_MS, () => void this.#attempt());
    }
  }
}
