import type { RandomSource } from '../../common/index.js';
import type { PerformanceBook, PerformanceEstimate } from '../../metrics/index.js';
import { typicalOf, worthOf, type Objective } from './objective.js';
import { RankingStrategy, successRatioOf, UNKNOWN } from './ranking.js';

/** The candidate whose work is expected to be worth most, success, speed and cost taken together; see `ObjectiveOptions`. */
export class BalancedStrategy extends RankingStrategy {
  readonly name = 'balanced';
  protected readonly isLeastBest = false;

  constructor(
    book: PerformanceBook,
    random: RandomSource,
    private readonly objective: Objective,
  ) {
    super(book, random);
  }

  protected figuresOf(estimates: readonly PerformanceEstimate[]): number[] {
    const typicalMs =
      this.objective.typicalMs ?? typicalOf(estimates.map(({ meanDurationMs }) => meanDurationMs ?? 0));
    const typicalUsd =
      this.objective.typicalUsd ?? typicalOf(estimates.map(({ meanCostUsd }) => meanCostUsd ?? 0));
    return estimates.map((estimate) => {
      // What is declared, or nothing at all: without a duration there is nothing to weigh.
      const { meanDurationMs: durationMs, meanCostUsd: costUsd = typicalUsd } = estimate;
      if (durationMs === undefined) return UNKNOWN;
      const expected = { successRatio: successRatioOf(estimate), durationMs, costUsd };
      return worthOf(expected, this.objective, typicalMs, typicalUsd);
    });
  }

  protected describe(figure: number): string {
    return `expected worth ${Math.round(figure * 1_000) / 1_000} of 1`;
  }
}
