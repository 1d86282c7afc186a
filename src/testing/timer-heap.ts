/** A call that is due at a moment. */
export interface Timer {
  readonly dueMs: number;
  /** Among those due at one moment, the lower one is first. */
  readonly order: number;
  readonly callback: () => void;
  /** Where the heap keeps it; -1 once it is out. */
  place: number;
}

/** The timers of a clock, the next one on top: a binary heap that also gives up those in the middle, as most are canceled. */
export class TimerHeap {
  readonly #timers: Timer[] = [];

  get size(): number {
    return this.#timers.length;
  }

  /** The next one due. */
  get top(): Timer | undefined {
    return this.#timers[0];
  }

  add(timer: Timer): void {
    timer.place = this.#timers.length;
    this.#timers.push(timer);
    this.#rise(timer);
  }

  /** Does nothing when it is out already. */
  remove(timer: Timer): void {
    const { place } = timer;
    if (place < 0) return;
    timer.place = -1;
    const last = this.#timers.pop() as Timer;
    if (last === timer) return;
    this.#put(last, place);
    this.#rise(last);
    this.#sink(last);
  }

  #rise(timer: Timer): void {
    while (timer.place > 0) {
      const parent = this.#timers[(timer.place - 1) >> 1] as Timer;
      if (isBefore(parent, timer)) return;
      this.#swap(parent, timer);
    }
  }

  #sink(timer: Timer): void {
    for (;;) {
      const left = this.#timers[2 * timer.place + 1];
      const right = this.#timers[2 * timer.place + 2];
      const child = right !== undefined && isBefore(right, left as Timer) ? right : left;
      if (child === undefined || isBefore(timer, child)) return;
      this.#swap(timer, child);
    }
  }

  /** Swaps a timer with one of those right below it. */
  #swap(upper: Timer, lower: Timer): void {
    const { place } = upper;
    this.#put(upper, lower.place);
    this.#put(lower, place);
  }

  #put(timer: Timer, place: number): void {
    this.#timers[place] = timer;
    timer.place = place;
  }
}

function isBefore(one: Timer, other: Timer): boolean {
  return one.dueMs < other.dueMs || (one.dueMs === other.dueMs && one.order < other.order);
}
