/** Loads whose logarithms differ by less count as the same: one task more or less matters little among many. */
const SAME = 0.15;

/** More changes than this are not remembered; the oldest ones go. Attempts of an agent seldom outlive so many. */
const MOST_CHANGES = 32;

/** Loads of so few tasks are met all the time. */
const LOGARITHMS = Array.from({ length: 256 }, (_, inFlight) => Math.log1p(inFlight));

/** The load that so many tasks under way are for a further one: the logarithm of how many it makes together with them. */
export function loadOf(inFlight: number): number {
  return LOGARITHMS[inFlight] ?? Math.log1p(Math.max(inFlight, 0));
}

/**
 * How much an agent had under way at what time, so that an attempt that ends can be held against the load at its start. Only changes
 * that matter are kept, so that a short memory reaches back far: the more is under way, the longer attempts take, and the less one
 * task more changes.
 */
export class LoadHistory {
  readonly #loads: number[] = [];
  readonly #sinceMs: number[] = [];
  #newest = -1;

  /** Whether this is another load than the one that was noted last. */
  isNew(load: number): boolean {
    return !(Math.abs(load - (this.#loads[this.#newest] ?? Infinity)) < SAME);
  }

  /** @param nowMs of the clock that does not jump */
  note(load: number, nowMs: number): void {
    if (!this.isNew(load)) return;
    this.#newest = (this.#newest + 1) % MOST_CHANGES;
    this.#loads[this.#newest] = load;
    this.#sinceMs[this.#newest] = nowMs;
  }

  /** The load at a time; the earliest that is known when that was before, none when nothing is known. */
  at(timeMs: number): number {
    const { length } = this.#loads;
    let place = this.#newest;
    for (let left = length - 1; left > 0 && (this.#sinceMs[place] as number) > timeMs; left -= 1) {
      place = place === 0 ? length - 1 : place - 1;
    }
    return this.#loads[place] ?? 0;
  }
}
