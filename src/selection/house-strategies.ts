import type { Clock, RandomSource } from '../common/index.js';
import type { PerformanceBook } from '../metrics/index.js';
import { BalancedStrategy } from './strategies/balanced.strategy.js';
import { CheapestStrategy } from './strategies/cheapest.strategy.js';
import { FastestStrategy } from './strategies/fastest.strategy.js';
import { FirstStrategy } from './strategies/first.strategy.js';
import { LeastLoadedStrategy } from './strategies/least-loaded.strategy.js';
import { MostReliableStrategy } from './strategies/most-reliable.strategy.js';
import type { Objective } from './strategies/objective.js';
import { RandomStrategy } from './strategies/random.strategy.js';
import { RoundRobinStrategy } from './strategies/round-robin.strategy.js';
import type { Strategy } from './strategy.js';

/** What the strategies of the house go by. */
export interface StrategyParts {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly book: PerformanceBook;
  readonly objective: Objective;
}

/** Cadre's own strategies. */
export function houseStrategies({ random, book, objective }: StrategyParts): Strategy[] {
  return [
    new LeastLoadedStrategy(book, random),
    new FastestStrategy(book, random),
    new MostReliableStrategy(book, random),
    new CheapestStrategy(book, random),
    new BalancedStrategy(book, random, objective),
    new RoundRobinStrategy(),
    new RandomStrategy(random),
    new FirstStrategy(),
  ];
}
