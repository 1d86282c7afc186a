import type { Clock, RandomSource } from '../../common/index.js';
import type { PerformanceBook } from '../../metrics/index.js';
import type { Objective } from '../strategies/objective.js';

/** What the strategies of the house go by. */
export interface StrategyParts {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly book: PerformanceBook;
  readonly objective: Objective;
}
