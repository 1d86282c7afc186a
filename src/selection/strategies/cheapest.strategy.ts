import type { PerformanceEstimate } from '../../metrics/index.js';
import { RankingStrategy, successRatioOf, UNKNOWN } from './ranking.js';

/**
 * The candidate that costs least for a success: its expected cost, over the share of its attempts that succeed, as failed ones are
 * paid for too.
 */
export class CheapestStrategy extends RankingStrategy {
  readonly name = 'cheapest';
  protected readonly isLeastBest = true;

  protected figuresOf(estimates: readonly PerformanceEstimate[]): number[] {
    return estimates.map((estimate) =>
      estimate.meanCostUsd === undefined ? UNKNOWN : estimate.meanCostUsd / successRatioOf(estimate),
    );
  }

  protected describe(figure: number): string {
    return `costs ${Number(figure.toPrecision(3))} USD for a success`;
  }
}
