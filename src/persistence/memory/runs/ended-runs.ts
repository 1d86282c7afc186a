import type { HeldRun } from './held-run.js';

/** So many places of runs that have left are put up with before the list is made anew. */
const MOST_EMPTY = 1_000;

/**
 * Runs that have ended, in the order they did. A list whose head moves: a `Set` through which runs pass all the time has to be
 * searched for its first member, past all who have left.
 */
export class EndedRuns {
  /** A run that is taken up again leaves its place empty. */
  #places: (HeldRun | undefined)[] = [];
  #head = 0;
  /** Places that went before the first one of the list. */
  #gone = 0;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** The one that ended first. */
  get first(): HeldRun | undefined {
    while (this.#head < this.#places.length && this.#places[this.#head] === undefined) this.#head += 1;
    return this.#places[this.#head];
  }

  add(held: HeldRun): void {
    held.endedAs = this.#gone + this.#places.length;
    this.#places.push(held);
    this.#count += 1;
  }

  remove(held: HeldRun): void {
    if (held.endedAs === undefined) return;
    this.#places[held.endedAs - this.#gone] = undefined;
    held.endedAs = undefined;
    this.#count -= 1;
    if (this.#head < MOST_EMPTY || this.#head * 2 < this.#places.length) return;
    this.#places = this.#places.slice(this.#head);
    this.#gone += this.#head;
    this.#head = 0;
  }

  /** The oldest first. */
  all(): HeldRun[] {
    return this.#places.slice(this.#head).filter((held) => held !== undefined);
  }
}
