import type { Clock } from './clock.js';

/** Milliseconds after which a turn of the event loop is a long one, for which nobody waits any longer. */
const LONG_TURN_MS = 2;

/**
 * Brings together what ends in one turn of the event loop, so that it goes on one after another.
 *
 * Made for answers over sockets: writing to a client that sleeps costs more processor time than a small task, as it is woken
 * for each answer; written one after another, they find it awake. What ends alone goes on at once, and nobody waits for longer
 * than 2 ms and the work that is under way then.
 */
export class TurnEnd {
  #waiting: (() => void)[] = [];
  #startedMs = 0;

  constructor(private readonly clock: Clock) {}

  /** Resolves at the end of the turn, in the order of the calls. */
  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#waiting.length === 1) this.#begin();
      else if (this.clock.monotonicMs() - this.#startedMs > LONG_TURN_MS) this.#release();
    });
  }

  #begin(): void {
    this.#startedMs = this.clock.monotonicMs();
    // Runs when all that is ready to be read has been read, before any timer.
    setImmediate(() => this.#release());
  }

  #release(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
