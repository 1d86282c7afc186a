import { LOG_VARIANCE, VARIANCE_WEIGHT } from './belief.js';
import { OWN_MEMORY } from './cell.js';

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
 * The prior is that load does not matter. How far the slope is drawn to it is learned from the slope itself: by the share of its
 * square that chance alone explains (the positive-part rule of James and Stein as an empirical Bayes estimate: Efron and Morris,
 * "Stein's Estimation Rule and Its Competitors", 1973). So a slope that may be chance counts as none, and one that is sure in full.
 */
export class LoadEffect {
  #exponent = 0;
  #count = 0;
  #meanLoad = 0;
  #meanLogMs = 0;
  /** Sums of squared distances from the means, and of their products, after Welford; older attempts count less. */
  #spreadLoad = 0;
  #spreadLogMs = 0;
  #coSpread = 0;

  get exponent(): number {
    return this.#exponent;
  }

  learn(load: number, logMs: number): void {
    const kept = 1 - 1 / OWN_MEMORY;
    this.#count = this.#count * kept + 1;
    const loadDistance = load - this.#meanLoad;
    const distance = logMs - this.#meanLogMs;
    this.#meanLoad += loadDistance / this.#count;
    this.#meanLogMs += distance / this.#count;
    this.#spreadLoad = this.#spreadLoad * kept + loadDistance * (load - this.#meanLoad);
    this.#spreadLogMs = this.#spreadLogMs * kept + distance * (logMs - this.#meanLogMs);
    this.#coSpread = this.#coSpread * kept + loadDistance * (logMs - this.#meanLogMs);
    this.#exponent = this.#estimate();
  }

  #estimate(): number {
    const spread = this.#spreadLoad;
    const explained = this.#coSpread;
    if (!(explained > 0)) return 0;
    const unexplained = this.#spreadLogMs - (explained * explained) / spread;
    const variance =
      (LOG_VARIANCE * VARIANCE_WEIGHT + Math.max(unexplained, 0)) / (VARIANCE_WEIGHT + this.#count);
    const chance = (variance * spread) / (explained * explained);
    return chance < 1 ? Math.min((explained / spread) * (1 - chance), MOST) : 0;
  }
}
