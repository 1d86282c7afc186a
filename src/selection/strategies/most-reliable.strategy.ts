import type { PerformanceEstimate } from '../../metrics/index.js';
import { RankingStrategy, successRatioOf } from './ranking.js';

/** The one-sided 95 % point of the normal distribution. */
const Z_95 = 1.645;

/**
 * The candidate that is surest to succeed: by the lower 95 % bound of its posterior, taken as normal, so that one success of one
 * does not beat 99 of 100.
 */
export class MostReliableStrategy extends RankingStrategy {
  readonly name = 'most-reliable';
  protected readonly isLeastBest = false;

  protected figuresOf(estimates: readonly PerformanceEstimate[]): number[] {
    return estimates.map((estimate) => {
      const ratio = successRatioOf(estimate);
      const weight = estimate.successAlpha + estimate.successBeta;
      return Math.max(ratio - Z_95 * Math.sqrt((ratio * (1 - ratio)) / (weight + 1)), 0);
    });
  }

  protected describe(figure: number): string {
    return `at least ${Math.floor(figure * 1_000) / 10} % succeed`;
  }
}
