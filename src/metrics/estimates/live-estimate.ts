import type { PerformanceEstimate } from './performance-estimate.types.js';
import type { Prior } from './prior.js';

/** How fast what was observed is forgotten, and what a declared estimate weighs; see `MetricsOptions`. */
export interface EstimateOptions {
  readonly memoryAttempts: number;
  readonly memoryMs: number;
  readonly peakDecayMs: number;
  readonly priorWeight: number;
}

/** What one attempt tells; its figures are finite and not negative. */
export interface Outcome {
  readonly hasSucceeded: boolean;
  readonly durationMs: number;
  readonly costUsd: number;
}

/** What was observed elsewhere, by other nodes or before this process began; each attempt weighs what it weighs by now. */
export interface Evidence {
  readonly succeeded: number;
  readonly failed: number;
  /** Sum of the durations of those that succeeded. */
  readonly successMs: number;
  readonly costUsd: number;
}

const NO_EVIDENCE: Evidence = { succeeded: 0, failed: 0, successMs: 0, costUsd: 0 };

/** An estimate is brought up to date in so many steps of the time in which its peak falls to 1/e: exact to 2 %. */
const STEPS = 64;

/**
 * The estimate of one release at one capability, brought up to date in place.
 *
 * Each attempt discounts those before it by 1 - 1/memoryAttempts, and time discounts all by exp(-t/memoryMs): an agent that has
 * not been asked for long becomes uncertain again. Discounted counts of success after Raj and Kalyani, "Taming Non-stationary
 * Bandits: A Bayesian Approach" (2017). The peak is Finagle's peak EWMA (`PeakEwma.scala`), except that it falls back to the
 * mean duration while nothing is observed, where Finagle's falls to 0: an idle agent is not the fastest.
 */
export class LiveEstimate implements PerformanceEstimate {
  sampleCount = 0;
  successAlpha = 1;
  successBeta = 1;
  meanDurationMs: number | undefined;
  peakEwmaMs: number | undefined;
  meanCostUsd: number | undefined;
  #succeeded = 0;
  #failed = 0;
  #durationSumMs = 0;
  #costSumUsd = 0;
  /** What of the figures comes from elsewhere: discounted by what is observed here, and replaced when there is news. */
  #elsewhere = NO_EVIDENCE;
  #elsewhereWeight = 1;
  #settledMs: number;
  #settleDueMs: number;

  // Not parameter properties: a copy of an estimate has its figures and nothing else.
  readonly #options: EstimateOptions;
  #prior: Prior;

  /** @param nowMs of the clock that does not jump, here and below */
  constructor(prior: Prior, options: EstimateOptions, nowMs: number) {
    this.#prior = prior;
    this.#options = options;
    this.#settledMs = nowMs;
    this.#settleDueMs = nowMs + options.peakDecayMs / STEPS;
    this.#derive();
  }

  /** Takes another declaration in place of the last one. */
  declare(prior: Prior): void {
    this.#prior = prior;
    this.#derive();
  }

  /**
   * Takes what was observed elsewhere in place of what was known of it, and lets what was observed here count for less by the
   * attempts that are new among it.
   */
  learn(evidence: Evidence, newAttempts: number): void {
    this.#discount((1 - 1 / this.#options.memoryAttempts) ** newAttempts);
    this.#elsewhere = evidence;
    this.#elsewhereWeight = 1;
    this.#derive();
  }

  /** Lets time pass; cheap when little has. */
  settle(nowMs: number): void {
    if (nowMs < this.#settleDueMs) return;
    const sinceMs = nowMs - this.#settledMs;
    this.#discount(Math.exp(-sinceMs / this.#options.memoryMs));
    this.#derive();
    this.#fall(this.meanDurationMs, sinceMs);
    this.#restart(nowMs);
  }

  observe({ hasSucceeded, durationMs, costUsd }: Outcome, nowMs: number): void {
    const sinceMs = nowMs - this.#settledMs;
    const aging = sinceMs > 0 ? Math.exp(-sinceMs / this.#options.memoryMs) : 1;
    this.#discount(aging * (1 - 1 / this.#options.memoryAttempts));
    if (hasSucceeded) {
      this.#succeeded += 1;
      this.#durationSumMs += durationMs;
    } else {
      this.#failed += 1;
    }
    this.#costSumUsd += costUsd;
    this.#derive();
    if (this.peakEwmaMs === undefined || durationMs > this.peakEwmaMs) {
      // Failures raise it, as those that took long block a slot all the same, and never lower it: to fail at once is not to be fast.
      this.peakEwmaMs = durationMs;
    } else {
      this.#fall(hasSucceeded ? durationMs : this.meanDurationMs, sinceMs);
    }
    this.#restart(nowMs);
  }

  #restart(nowMs: number): void {
    this.#settledMs = nowMs;
    this.#settleDueMs = nowMs + this.#options.peakDecayMs / STEPS;
  }

  #discount(factor: number): void {
    this.#succeeded *= factor;
    this.#failed *= factor;
    this.#durationSumMs *= factor;
    this.#costSumUsd *= factor;
    this.#elsewhereWeight *= factor;
  }

  #fall(toMs: number | undefined, sinceMs: number): void {
    if (this.peakEwmaMs === undefined || toMs === undefined || toMs >= this.peakEwmaMs) return;
    this.peakEwmaMs = toMs + (this.peakEwmaMs - toMs) * Math.exp(-sinceMs / this.#options.peakDecayMs);
  }

  #derive(): void {
    const { priorWeight } = this.#options;
    const { alpha, beta, durationMs, costUsd } = this.#prior;
    const elsewhere = this.#elsewhere;
    const weight = this.#elsewhereWeight;
    const succeeded = this.#succeeded + elsewhere.succeeded * weight;
    const failed = this.#failed + elsewhere.failed * weight;
    const successMs = this.#durationSumMs + elsewhere.successMs * weight;
    this.sampleCount = succeeded + failed;
    this.successAlpha = alpha + succeeded;
    this.successBeta = beta + failed;
    this.meanDurationMs = blend(durationMs, priorWeight, successMs, succeeded);
    this.meanCostUsd = blend(
      costUsd,
      priorWeight,
      this.#costSumUsd + elsewhere.costUsd * weight,
      this.sampleCount,
    );
  }
}

/** The mean of what was observed and, weighing so much, of what was declared; `undefined` when there is neither. */
function blend(declared: number | undefined, weight: number, sum: number, count: number): number | undefined {
  if (declared !== undefined) return (declared * weight + sum) / (weight + count);
  // Discounted to next to nothing, a sum and its count no longer say much about each other.
  return count > 1e-9 ? sum / count : undefined;
}
