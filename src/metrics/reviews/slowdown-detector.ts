import type { LatencyHistogram } from '../measures/latency-histogram.js';

/** Successes from which the baseline is learned. */
export const BASELINE_COUNT = 200;

/** In standard deviations: what of a deviation counts as none, and the sum at which the alarm is given. */
const SLACK = 0.25;
const THRESHOLD = 25;

/** A single duration counts for no more than this: one that is out of all proportion is no trend. */
const MOST_DEVIATION = 3;

/** Durations that are all but equal have a spread of their own kind: 5 %. */
const LEAST_SPREAD = 0.05;

/** What is slower for so many baselines is the baseline from then on. */
const RENEW_AFTER = 10;

/** What counts as nothing, in milliseconds: less cannot be told from the noise of the clock. */
const LEAST_MS = 0.01;

/** What an observation has changed. */
export type Change = 'drifted' | 'recovered' | undefined;

/**
 * Finds out when durations get longer than their own baseline: a one-sided cumulative sum of standardized log durations (Page,
 * "Continuous Inspection Schemes", Biometrika 41, 1954), and a slowdown that matters besides. On logarithms, because durations are
 * skewed, and twice as long means the same for short and long ones.
 *
 * By Siegmund's approximation (Sequential Analysis, 1985, section 2.6) a slack of 0.25 and a threshold of 25 give one false alarm in
 * millions of observations where the baseline is known exactly, and in tens of thousands where it is learned from 200, and those
 * have to look like a slowdown of the given ratio besides. A slowdown by one standard deviation is found after about 33.
 */
export class SlowdownDetector {
  #count = 0;
  #mean = 0;
  /** Sum of squared deviations (Welford, Technometrics 4, 1962). */
  #squares = 0;
  #sum = 0;
  /** Of what was observed since the sum was 0 last, which is when the change began if there is one. */
  #since = { count: 0, logs: 0 };
  /** Log of what it takes by now, while it has drifted. */
  #level: number | undefined;
  #driftedCount = 0;

  /** @param leastRatio how many times as long as before it has to take to matter, above 1 */
  constructor(private readonly leastRatio: number) {}

  /** How many times as long as its baseline it takes; `undefined` while it has not drifted. */
  get ratio(): number | undefined {
    return this.#level === undefined ? undefined : Math.exp(this.#level - this.#mean);
  }

  /** The geometric mean of the baseline. */
  get baselineMs(): number {
    return Math.exp(this.#mean);
  }

  /** Takes what was measured before as the baseline, where it is enough and nothing was learned yet. */
  learn(histogram: LatencyHistogram): void {
    if (this.#count > 0 || histogram.count < BASELINE_COUNT) return;
    for (const [valueMs, count] of histogram.values()) {
      const log = Math.log(Math.max(valueMs, LEAST_MS));
      const total = this.#count + count;
      const deviation = log - this.#mean;
      this.#mean += (deviation * count) / total;
      this.#squares += (deviation ** 2 * this.#count * count) / total;
      this.#count = total;
    }
  }

  observe(durationMs: number): Change {
    const log = Math.log(Math.max(durationMs, LEAST_MS));
    if (this.#count < BASELINE_COUNT) return this.#extendBaseline(log);
    if (this.#level !== undefined) return this.#follow(log, this.#level);
    return this.#watch(log);
  }

  #extendBaseline(log: number): undefined {
    this.#count += 1;
    const deviation = log - this.#mean;
    this.#mean += deviation / this.#count;
    this.#squares += deviation * (log - this.#mean);
  }

  #watch(log: number): Change {
    const spread = Math.max(Math.sqrt(this.#squares / (this.#count - 1)), LEAST_SPREAD);
    const deviation = Math.min(Math.max((log - this.#mean) / spread, -MOST_DEVIATION), MOST_DEVIATION);
    this.#sum = Math.max(0, this.#sum + deviation - SLACK);
    if (this.#sum === 0) {
      this.#since = { count: 0, logs: 0 };
      return undefined;
    }
    this.#since.count += 1;
    this.#since.logs += log;
    if (this.#sum <= THRESHOLD) return undefined;
    const level = this.#since.logs / this.#since.count;
    if (Math.exp(level - this.#mean) < this.leastRatio) return undefined;
    this.#level = level;
    this.#driftedCount = 0;
    return 'drifted';
  }

  /** It is back when it takes less than half of what is too much. */
  #follow(log: number, level: number): Change {
    this.#driftedCount += 1;
    const next = level + (log - level) / (BASELINE_COUNT / 2);
    this.#level = next;
    const isBack = Math.exp(next - this.#mean) < 1 + (this.leastRatio - 1) / 2;
    if (!isBack && this.#driftedCount < RENEW_AFTER * BASELINE_COUNT) return undefined;
    this.#level = undefined;
    this.#sum = 0;
    this.#since = { count: 0, logs: 0 };
    if (isBack) return 'recovered';
    [this.#count, this.#mean, this.#squares] = [0, 0, 0];
    return undefined;
  }
}
