import type { Cancel } from './time/clock.js';

/** A named kind of event, declared by the folder that publishes it. `Payload` is only a type. */
export interface EventType<Payload> {
  readonly name: string;
  /** Never set: carries the payload's type. */
  readonly payload?: Payload;
}

/** Declares an event. Names read `noun.past-verb`: `agent.registered`. */
export function eventType<Payload>(name: `${string}.${string}`): EventType<Payload> {
  return { name };
}

/** An object of its own for each subscription, so that one handler can subscribe twice and cancel once. */
interface Subscription {
  readonly handler: (payload: never) => void | Promise<void>;
}

/**
 * Carries typed events from the folders on the left of the line to those on the right.
 *
 * Handlers run at once and in order of subscription. One that throws or rejects is reported and disturbs neither the
 * publisher nor the other handlers.
 * @publicApi
 */
export class EventBus {
  readonly #subscriptions = new Map<EventType<never>, readonly Subscription[]>();
  readonly #onHandlerError: (event: string, error: unknown) => void;

  constructor(onHandlerError: (event: string, error: unknown) => void = () => {}) {
    this.#onHandlerError = onHandlerError;
  }

  publish<Payload>(type: EventType<Payload>, payload: Payload): void {
    const subscriptions = this.#subscriptions.get(type as EventType<never>);
    if (subscriptions === undefined) return;
    for (const { handler } of subscriptions) this.#call(type, handler, payload);
  }

  /** Calls the handler for each later event of this type until the returned function is called. */
  subscribe<Payload>(type: EventType<Payload>, handler: (payload: Payload) => void | Promise<void>): Cancel {
    const key = type as EventType<never>;
    const subscription: Subscription = { handler };
    // Copied on write: a publish under way keeps the list it started with.
    this.#subscriptions.set(key, [...(this.#subscriptions.get(key) ?? []), subscription]);
    return () => {
      const rest = (this.#subscriptions.get(key) ?? []).filter((other) => other !== subscription);
      if (rest.length === 0) this.#subscriptions.delete(key);
      else this.#subscriptions.set(key, rest);
    };
  }

  /** Runs the handler up to its first wait at once; what it throws then or later is reported. */
  #call<Payload>({ name }: EventType<Payload>, handler: Subscription['handler'], payload: Payload): void {
    try {
      const running = handler(payload as never);
      if (running !== undefined) Promise.resolve(running).catch((error) => this.#onHandlerError(name, error));
    } catch (error) {
      this.#onHandlerError(name, error);
    }
  }
}
