/** A quantile is off by at most this share of the true value. */
export const RELATIVE_ERROR_RATIO = 0.01;

/** What is shorter counts as 0: a microsecond. */
const LEAST_MS = 0.001;
/** What is longer counts as this, which is more than an attempt may take. */
const MOST_MS = 100_000_000;

const GAMMA = (1 + RELATIVE_ERROR_RATIO) / (1 - RELATIVE_ERROR_RATIO);
const BINS_PER_E = 1 / Math.log(GAMMA);

/**
 * Durations, counted in bins whose bounds grow by a constant factor, so that any quantile is known to 1 % and two histograms merge
 * without loss: in any order, to the same counts. DDSketch with fixed bounds (Masson, Rim, Lee: "DDSketch: A Fast and
 * Fully-Mergeable Quantile Sketch with Relative-Error Guarantees", VLDB 2019): from 1 µs to 28 hours,
 * in 1 268 bins, of which only those that are not empty take memory.
 */
export class LatencyHistogram {
  readonly #counts = new Map<number, number>();
  #total = 0;

  get count(): number {
    return this.#total;
  }

  /** @param valueMs at least 0 */
  record(valueMs: number): void {
    this.add(binOf(valueMs), 1);
  }

  /** Counts so many in one bin. */
  add(bin: number, count: number): void {
    this.#counts.set(bin, (this.#counts.get(bin) ?? 0) + count);
    this.#total += count;
  }

  /** Takes in all that another one has counted. */
  merge(other: LatencyHistogram): void {
    for (const [bin, count] of other.#counts) this.add(bin, count);
  }

  /** The bins that are not empty, with their counts, in no order. */
  bins(): IterableIterator<[bin: number, count: number]> {
    return this.#counts.entries();
  }

  /** The middles of the bins that are not empty, which are exact to 1 %, with their counts, in no order. */
  *values(): Generator<[valueMs: number, count: number]> {
    for (const [bin, count] of this.#counts) yield [middleOf(bin), count];
  }

  /** Exact to 1 %; 0 of nothing. */
  meanMs(): number {
    let sum = 0;
    for (const [valueMs, count] of this.values()) sum += valueMs * count;
    return this.#total === 0 ? 0 : sum / this.#total;
  }

  /**
   * The value that the share `ratio` (0 to 1) of all values does not exceed: of n values, that at position ⌊ratio · (n - 1)⌋ from
   * the smallest; `undefined` when there is none.
   */
  quantileMs(ratio: number): number | undefined {
    const rank = Math.floor(ratio * (this.#total - 1));
    let seen = 0;
    for (const [bin, count] of [...this.#counts].sort(([a], [b]) => a - b)) {
      seen += count;
      if (seen > rank) return middleOf(bin);
    }
    return undefined;
  }
}

function binOf(valueMs: number): number {
  if (valueMs <= LEAST_MS) return 0;
  return Math.ceil(Math.log(Math.min(valueMs, MOST_MS) / LEAST_MS) * BINS_PER_E);
}

/** As far from one bound of the bin as from the other, relative to them. */
function middleOf(bin: number): number {
  return bin === 0 ? 0 : (LEAST_MS * 2 * GAMMA ** bin) / (GAMMA + 1);
}
