import type { Cancel, Clock } from '../../../common/index.js';

/** Moments that are kept; of more, the earliest. Those that were let go are found by polling. */
const MAX_TIMES = 1_000;

/** Calls back when one of the moments it was told has come. What it keeps is bounded, however many there are. */
export class DueTimes {
  /** On the monotonic clock; the earliest at the end. */
  readonly #dueMs: number[] = [];
  #cancel: Cancel | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly onDue: () => void,
  ) {}

  /** @param delayMs from now on */
  add(delayMs: number): void {
    const dueMs = this.clock.monotonicMs() + delayMs;
    if (this.#dueMs.length === MAX_TIMES && dueMs >= this.#dueMs[0]!) return;
    const place = this.#dueMs.findLastIndex((other) => other >= dueMs) + 1;
    this.#dueMs.splice(place, 0, dueMs);
    if (this.#dueMs.length > MAX_TIMES) this.#dueMs.shift();
    if (this.#dueMs.at(-1) === dueMs) this.#wait();
  }

  clear(): void {
    this.#dueMs.length = 0;
    this.#cancel?.();
  }

  #wait(): void {
    this.#cancel?.();
    const dueMs = this.#dueMs.at(-1);
    if (dueMs === undefined) return;
    this.#cancel = this.clock.schedule(dueMs - this.clock.monotonicMs(), () => this.#ring());
  }

  #ring(): void {
    const nowMs = this.clock.monotonicMs();
    let isDue = false;
    while (this.#dueMs.length > 0 && this.#dueMs.at(-1)! <= nowMs) {
      this.#dueMs.pop();
      isDue = true;
    }
    this.#wait();
    if (isDue) this.onDue();
  }
}
