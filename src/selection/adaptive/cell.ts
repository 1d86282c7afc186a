/** What one attempt taught; its figures are finite and not negative. */
export interface Lesson {
  readonly hasSucceeded: boolean;
  /** The logarithm of the duration; see {@link logOf}. */
  readonly logMs: number;
  readonly costUsd: number;
  /** What the agent had under way when the attempt began; see `loadOf`. */
  readonly load: number;
}

/** A moment: how many attempts at the capability there were, and the clock that does not jump. */
export interface Moment {
  readonly attempts: number;
  readonly nowMs: number;
}

/** Attempts of an agent after which one counts for 1/e of a new one. */
const OWN_MEMORY = 100;

/** Attempts of all agents at a capability after which what is known of one of them counts for 1/e: so it is tried again. */
const SHARED_MEMORY = 2_000;

/** Milliseconds after which what is known counts for 1/e: a day. */
const TIME_MEMORY_MS = 86_400_000;

/** Tells whether what was known at one moment counts for a hundredth less at another. */
export function hasFaded(since: Moment, { attempts, nowMs }: Moment): boolean {
  return (attempts - since.attempts) / SHARED_MEMORY + (nowMs - since.nowMs) / TIME_MEMORY_MS > 0.01;
}

/** Nothing takes or costs more than this; what is reported beyond counts as this. */
const MOST = 1e12;

/** What costs less costs nothing. */
const LEAST_USD = 1e-9;

/**
 * What was observed of one agent in one context: counts and moments of success, of the logarithm of the duration of successes, and
 * of the cost. Older attempts count less (discounted Thompson sampling: Raj and Kalyani, "Taming Non-stationary Bandits: A Bayesian
 * Approach", 2017), so that it follows an agent that changes, and doubts what it has not seen for long.
 */
export class Cell {
  succeeded = 0;
  failed = 0;
  durations = 0;
  meanLogMs = 0;
  /** Under which the mean above was taken; `NaN` before any attempt. */
  meanLoad = Number.NaN;
  /** Sum of squared distances from what was to be expected under the load, after Welford; likewise below. */
  spreadLogMs = 0;
  costs = 0;
  meanUsd = 0;
  spreadUsd = 0;
  #seenAttempts: number;
  #seenMs: number;

  constructor({ attempts, nowMs }: Moment) {
    this.#seenAttempts = attempts;
    this.#seenMs = nowMs;
  }

  /** What the counts and spreads are to be multiplied with now. */
  fadingAt({ attempts, nowMs }: Moment): number {
    const idle = (attempts - this.#seenAttempts) / SHARED_MEMORY + (nowMs - this.#seenMs) / TIME_MEMORY_MS;
    return idle > 0 ? Math.exp(-idle) : 1;
  }

  /** @param loadExponent by which durations grow with the load; see `LoadEffect` */
  learn({ hasSucceeded, logMs, costUsd, load }: Lesson, moment: Moment, loadExponent: number): void {
    this.#fade(this.fadingAt(moment) * (1 - 1 / OWN_MEMORY));
    this.#seenAttempts = moment.attempts;
    this.#seenMs = moment.nowMs;
    if (hasSucceeded) {
      this.succeeded += 1;
      this.#learnDuration(logMs, load, loadExponent);
    } else {
      this.failed += 1;
    }
    this.costs += 1;
    const usd = usdOf(costUsd);
    const distance = usd - this.meanUsd;
    this.meanUsd += distance / this.costs;
    this.spreadUsd += distance * (usd - this.meanUsd);
  }

  #learnDuration(logMs: number, load: number, loadExponent: number): void {
    this.durations += 1;
    // What was declared, or measured before, is taken to be so under the first load that is met.
    if (Number.isNaN(this.meanLoad)) this.meanLoad = load;
    const distance = logMs - this.meanLogMs;
    const loadDistance = load - this.meanLoad;
    this.meanLogMs += distance / this.durations;
    this.meanLoad += loadDistance / this.durations;
    const unexpected = logMs - this.meanLogMs - loadExponent * (load - this.meanLoad);
    this.spreadLogMs += (distance - loadExponent * loadDistance) * unexpected;
  }

  #fade(factor: number): void {
    this.succeeded *= factor;
    this.failed *= factor;
    this.durations *= factor;
    this.spreadLogMs *= factor;
    this.costs *= factor;
    this.spreadUsd *= factor;
  }
}

/** A cost within what can be reckoned with. */
export function usdOf(costUsd: number): number {
  return costUsd < LEAST_USD ? 0 : Math.min(costUsd, MOST);
}

/** A duration of nothing counts as a microsecond: of 0 there is no logarithm. */
export function logOf(durationMs: number): number {
  return Math.log(Math.min(Math.max(durationMs, 0.001), MOST));
}
