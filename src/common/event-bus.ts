import type { Cancel } from './clock.js';

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

type Handler = (payload: never) => void | Promise<void>;

/**
 * Carries typed events from the folders on the left of the line to those on the right.
 *
 * Handlers run at once and in order of subscription. One that throws or rejects is reported and disturbs neither the
 * publisher nor the other handlers.
 * @publicApi
 */
export class EventBus {
  readonly #handlers = new Map<EventType<never>, Handler[]>();
  readonly #onHandlerError: (event: string, error: unknown) => void;

  constructor(onHandlerError: (event: string, error: unknown) => void = () => {}) {
    this.#onHandlerError = onHandlerError;
  }

  publish<Payload>(type: EventType<Payload>, payload: Payload): void {
    const handlers = this.#handlers.get(type as EventType<never>);
    if (handlers === undefined) return;
    for (const handler of handlers) this.#call(type, handler, payload);
  }

  /** Calls the handler for each later event of this type until the returned function is called. */
  subscribe<Payload>(type: EventType<Payload>, handler: (payload: Payload) => void | Promise<void>): Cancel {
    const key = type as EventType<never>;
    // Copied on write: a publish under way keeps the list it started with.
    this.#handlers.set(key, [...(this.#handlers.get(key) ?? []), handler as Handler]);
    return () => {
      const rest = (this.#handlers.get(key) ?? []).filter((other) => other !== handler);
      if (rest.length === 0) this.#handlers.delete(key);
      else this.#handlers.set(key, rest);
    };
  }

  #call<Payload>(type: EventType<Payload>, handler: Handler, payload: Payload): void {
    try {
      const result = handler(payload as never);
      if (result instanceof Promise) result.catch((error: unknown) => this.#onHandlerError(type.name, error));
    } catch (error) {
      this.#onHandlerError(type.name, error);
    }
  }
}
