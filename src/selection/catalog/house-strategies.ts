import { AdaptiveStrategy } from '../adaptive/adaptive.strategy.js';
import { BalancedStrategy } from '../strategies/balanced.strategy.js';
import { CheapestStrategy } from '../strategies/cheapest.strategy.js';
import { FastestStrategy } from '../strategies/fastest.strategy.js';
import { FirstStrategy } from '../strategies/first.strategy.js';
import { LeastLoadedStrategy } from '../strategies/least-loaded.strategy.js';
import { MostReliableStrategy } from '../strategies/most-reliable.strategy.js';
import { RandomStrategy } from '../strategies/random.strategy.js';
import { RoundRobinStrategy } from '../strategies/round-robin.strategy.js';
import type { StrategyParts } from './strategy-parts.types.js';
import type { Strategy } from '../strategy.js';

/** Cadre's own strategies. */
export function houseStrategies(parts: StrategyParts): Strategy[] {
  const { random, book, objective } = parts;
  return [
    new AdaptiveStrategy(parts),
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
