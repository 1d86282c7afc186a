import { LOG_VARIANCE, VARIANCE_WEIGHT } from './belief.js';

/** Loads of so few tasks are met all the time. */
const LOGARITHMS = Array.from({ length: 256 }, (_, inFlight) => Math.log1p(inFlight));

/** The load that so many tasks under way are for a further one: the logarithm of how many it makes together with them. */
export function loadOf(inFlight: number): number {
  return LOGARITHMS[inFlight] ?? Math.log1p(Math.max(inFlight, 0));
}

/** Attempts after which one counts for 1/e of a new one: how an agent takes load changes more seldom than how quick it is. */
const MEMORY = 400;

/** What is usual is taken from so many recent attempts. */
const RECENT = 10;

/**
 * Twice the work in flight makes a task take twice as long where it waits in line or shares a processor, and up to four times where
 * tasks also hinder one another: the universal scalability law is quadratic (Gunther, "Guerrilla Capacity Planning", 2007).
 */
const MOST = 2;

/**
 * How the duration of an agent's tasks grows with what it has under way when they begin: `durationMs ∝ (1 + inFlight) ** exponent`,
 * the slope of a regression line between the logarithms of both. 0 for an agent to which load does not matter, 1 for one that does
 * a task at a time.
 *
 * Both are taken as distances from what was usual just before. An agent that becomes slow has more under way for that reason alone:
 * held against all that was, this would look as if load had made it slow, and it would be trusted as soon as it is idle.
 *
 * The prior is that load does not matter. How far the slope is drawn to it is learned from the slope itself: by the share of its
 * square that chance alone explains (the positive-part rule of James and Stein as an empirical Bayes estimate: Efron and Morris,
 * "Stein's Estimation Rule and Its Competitors", 1973). So a slope that may be chance counts as none, and one that is sure in full.
 */
export class LoadEffect {
  #exponent = 0;
  #seen = 0;
  #usualLoad = 0;
  #usualLogMs = 0;
  /** How many distances count, and the sums of their squares and products; older ones count less. */
  #count = 0;
  #squaredLoad = 0;
  #squaredLogMs = 0;
  #product = 0;

  get exponent(): number {
    return this.#exponent;
  }

  /** @param load when the attempt began; see `loadOf` */
  learn(load: number, logMs: number): void {
    const loadDistance = load - this.#usualLoad;
    const distance = logMs - this.#usualLogMs;
    this.#seen += 1;
    const share = 1 / Math.min(this.#seen, RECENT);
    this.#usualLoad += loadDistance * share;
    this.#usualLogMs += distance * share;
    // The first one has nothing to be compared with.
    if (this.#seen > 1) this.#compare(loadDistance, distance);
  }

  #compare(loadDistance: number, distance: number): void {
    const kept = 1 - 1 / MEMORY;
    this.#count = this.#count * kept + 1;
    this.#squaredLoad = this.#squaredLoad * kept + loadDistance * loadDistance;
    this.#squaredLogMs = this.#squaredLogMs * kept + distance * distance;
    this.#product = this.#product * kept + loadDistance * distance;
    this.#exponent = this.#estimate();
  }

  #estimate(): number {
    const squared = this.#squaredLoad;
    const product = this.#product;
    if (!(product > 0)) return 0;
    const unexplained = Math.max(this.#squaredLogMs - (product * product) / squared, 0);
    const variance = (LOG_VARIANCE * VARIANCE_WEIGHT + unexplained) / (VARIANCE_WEIGHT + this.#count);
    const chance = (variance * squared) / (product * product);
    return chance < 1 ? Math.min((product / squared) * (1 - chance), MOST) : 0;
  }
}
