import { SeededRandom } from '../../common/index.js';
import type { Selection } from '../selection.types.js';

/** Of each candidate: success ratio, duration, cost, the value they come to, and how far it may be off. */
export const EVIDENCE_NAMES = ['successRatio', 'durationMs', 'costUsd', 'value', 'deviation'] as const;

const COUNT = EVIDENCE_NAMES.length;
const VALUE = 3;
const DEVIATION = 4;

/**
 * Draws a value for each candidate from what is believed of it, and takes the highest: each is chosen as often as it is likely to be
 * the best (Thompson, "On the likelihood that one unknown probability exceeds another in view of the evidence of two samples",
 * 1933). A pure function of evidence and seed.
 */
export function drawChoice(evidence: readonly number[], seed: number): Selection {
  const draws = new NormalDraws(seed);
  let index = 0;
  let highest = -Infinity;
  for (let at = 0; COUNT * at < evidence.length; at += 1) {
    const score = draws.scoreAt(evidence, at);
    if (score > highest) [index, highest] = [at, score];
  }
  return new DrawnChoice(index, seed, evidence);
}

/** Kept with every choice, so it holds no more than what it was drawn from. */
class DrawnChoice implements Selection {
  constructor(
    readonly index: number,
    readonly seed: number,
    readonly evidence: readonly number[],
  ) {}

  reason(): string {
    const value = Math.round(valueAt(this.evidence, this.index) * 1_000) / 1_000;
    return `expected worth ${value} of 1, drawn as the best of ${this.evidence.length / COUNT}`;
  }

  scores(): number[] {
    const draws = new NormalDraws(this.seed);
    return Array.from({ length: this.evidence.length / COUNT }, (_, at) => draws.scoreAt(this.evidence, at));
  }

  propensity(): number {
    return propensityOf(this.evidence, this.index);
  }
}

/** Normal draws in pairs, by Box and Muller (1958): asked for in the order of the candidates. */
class NormalDraws {
  readonly #random: SeededRandom;
  #radius = 0;
  #angle = 0;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
  }

  scoreAt(evidence: readonly number[], at: number): number {
    return valueAt(evidence, at) + deviationAt(evidence, at) * this.#next(at % 2 === 0);
  }

  #next(isFirst: boolean): number {
    if (!isFirst) return this.#radius * Math.sin(this.#angle);
    this.#radius = Math.sqrt(-2 * Math.log(1 - this.#random.next()));
    this.#angle = 2 * Math.PI * this.#random.next();
    return this.#radius * Math.cos(this.#angle);
  }
}

const valueAt = (evidence: readonly number[], at: number): number => evidence[COUNT * at + VALUE] as number;
const deviationAt = (evidence: readonly number[], at: number): number =>
  evidence[COUNT * at + DEVIATION] as number;

/** The normal density from -3.5 to 3.5 deviations, at every twentieth of one. */
const STEPS_PER_DEVIATION = 20;
const DENSITIES = Array.from({ length: 7 * STEPS_PER_DEVIATION + 1 }, (_, at) => {
  const away = at / STEPS_PER_DEVIATION - 3.5;
  return Math.exp((-away * away) / 2);
});

/** So many of these steps are taken at once where all rivals are as doubtful as the candidate. */
const STRIDE = 10;

/** Less than this is never said: its inverse weighs what was observed. */
const LEAST = 1e-6;

/**
 * The probability with which a candidate draws the highest value: the integral over its own draw of the probability that all others
 * draw less, by the trapezoidal rule, in smaller steps where a rival is less doubtful. Off by at most 0.01, mostly by far less.
 */
export function propensityOf(evidence: readonly number[], index: number): number {
  const rivals = findRivals(evidence, index);
  const value = valueAt(evidence, index);
  const deviation = deviationAt(evidence, index);
  let narrowest = deviation;
  for (const rival of rivals) narrowest = Math.min(narrowest, deviationAt(evidence, rival));
  const stride = Math.max(Math.min(Math.floor((2 * STRIDE * narrowest) / deviation), STRIDE), 1);
  let sum = 0;
  let total = 0;
  let isPossible = true;
  // From above: the less a candidate draws, the less likely do all others draw less.
  for (let step = DENSITIES.length - 1; step >= 0; step -= stride) {
    const density = DENSITIES[step] as number;
    total += density;
    if (!isPossible) continue;
    const own = value + deviation * (step / STEPS_PER_DEVIATION - 3.5);
    let all = 1;
    for (let at = 0; at < rivals.length && all > LEAST; at += 1) {
      const rival = rivals[at] as number;
      all *= normalBelow((own - valueAt(evidence, rival)) / deviationAt(evidence, rival));
    }
    isPossible = all > LEAST;
    sum += all * density;
  }
  return Math.min(Math.max(sum / total, LEAST), 1);
}

/** The others, without those that can hardly be better. */
function findRivals(evidence: readonly number[], index: number): number[] {
  const least = valueAt(evidence, index) - 4 * deviationAt(evidence, index);
  const rivals: number[] = [];
  for (let at = 0; COUNT * at < evidence.length; at += 1) {
    if (at !== index && valueAt(evidence, at) + 4 * deviationAt(evidence, at) > least) rivals.push(at);
  }
  return rivals;
}

/** The normal distribution function to 7 digits. Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.2.17. */
export function normalBelow(z: number): number {
  const away = Math.abs(z);
  if (away > 6) return z > 0 ? 1 : 0;
  const t = 1 / (1 + 0.2316419 * away);
  const series =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const above = (Math.exp((-away * away) / 2) / Math.sqrt(2 * Math.PI)) * series;
  return z > 0 ? 1 - above : above;
}
