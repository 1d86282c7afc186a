import type { PerformanceEstimate } from '../../metrics/index.js';
import { RankingStrategy, successRatioOf, UNKNOWN } from './ranking.js';

/**
 * The candidate that needs the least time for a success: its expected duration, over the share of its attempts that succeed, as
 * a failed one has to be done again.
 */
export class FastestStrategy extends RankingStrategy {
  readonly name = 'fastest';
  protected readonly isLeastBest = true;

  protected figuresOf(estimates: readonly PerformanceEstimate[]): number[] {
    return estimates.map((estimate) =>
      estimate.meanDurationMs === undefined ? UNKNOWN : estimate.meanDurationMs / successRatioOf(estimate),
    );
  }

  protected describe(figure: number): string {
    return `needs ${Math.round(figure)} ms for a success`;
  }
}
