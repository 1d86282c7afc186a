import { messageOf, type Cancel, type Logger } from '../../common/index.js';

type Listener = (payload: string) => void;

/** Who listens to which channel. A listener that throws is logged and disturbs no other. */
export class Listeners {
  readonly #byChannel = new Map<string, Set<{ readonly listener: Listener }>>();
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  get isEmpty(): boolean {
    return this.#byChannel.size === 0;
  }

  has(channel: string): boolean {
    return this.#byChannel.has(channel);
  }

  channels(): string[] {
    return [...this.#byChannel.keys()];
  }

  add(channel: string, listener: Listener): Cancel {
    // An object of its own for each call: one function may listen twice and stop once.
    const subscription = { listener };
    const subscriptions = this.#byChannel.get(channel) ?? new Set();
    this.#byChannel.set(channel, subscriptions.add(subscription));
    return () => {
      subscriptions.delete(subscription);
      if (subscriptions.size === 0 && this.#byChannel.get(channel) === subscriptions) {
        this.#byChannel.delete(channel);
      }
    };
  }

  call(channel: string, payload: string): void {
    for (const { listener } of Array.from(this.#byChannel.get(channel) ?? []))
      this.#callOne(channel, listener, payload);
  }

  callAll(payload: string): void {
    for (const channel of this.channels()) this.call(channel, payload);
  }

  #callOne(channel: string, listener: Listener, payload: string): void {
    try {
      listener(payload);
    } catch (error) {
      this.#logger.error('a listener of the database failed', { channel, error: messageOf(error) });
    }
  }
}
