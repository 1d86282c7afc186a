/** Slices of a window: what is older than it leaves with an error of at most one of them. */
const SLICES = 10;

/** Counts the calls of the last while, in slices that are dropped one by one as time goes on. */
export class CallWindow {
  readonly #sliceMs: number;
  readonly #succeeded = new Uint32Array(SLICES);
  readonly #failed = new Uint32Array(SLICES);
  readonly #durationMs = new Float64Array(SLICES);
  /** The number of the newest slice since time began. */
  #newest = -Infinity;

  constructor(windowMs: number) {
    this.#sliceMs = windowMs / SLICES;
  }

  /** Counts a call that has ended. @param durationMs counts for those that succeeded */
  record(nowMs: number, isSuccess: boolean, durationMs: number): void {
    const at = this.#advance(nowMs);
    if (isSuccess) {
      this.#succeeded[at]! += 1;
      this.#durationMs[at]! += durationMs;
    } else {
      this.#failed[at]! += 1;
    }
  }

  /** What came of the calls that are still in the window. */
  totals(nowMs: number): CallTotals {
    this.#advance(nowMs);
    const succeeded = sum(this.#succeeded);
    return { succeeded, failed: sum(this.#failed), durationMs: sum(this.#durationMs) };
  }

  clear(): void {
    this.#succeeded.fill(0);
    this.#failed.fill(0);
    this.#durationMs.fill(0);
  }

  /** Empties the slices that time has come to, and gives the place of the present one. */
  #advance(nowMs: number): number {
    const slice = Math.floor(nowMs / this.#sliceMs);
    if (slice > this.#newest) {
      const from = Math.max(this.#newest + 1, slice - SLICES + 1);
      for (let each = from; each <= slice; each += 1) this.#empty(each % SLICES);
      this.#newest = slice;
    }
    return this.#newest % SLICES;
  }

  #empty(place: number): void {
    this.#succeeded[place] = 0;
    this.#failed[place] = 0;
    this.#durationMs[place] = 0;
  }
}

/** What came of some calls. */
export interface CallTotals {
  readonly succeeded: number;
  readonly failed: number;
  /** Of those that succeeded, together. */
  readonly durationMs: number;
}

function sum(slices: Uint32Array | Float64Array): number {
  let total = 0;
  for (const each of slices) total += each;
  return total;
}
