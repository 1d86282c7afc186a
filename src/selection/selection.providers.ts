import type { Provider } from '@nestjs/common';
import { RandomSource } from '../common/index.js';
import { FirstStrategy } from './strategies/first.strategy.js';
import { LeastLoadedStrategy } from './strategies/least-loaded.strategy.js';
import { RandomStrategy } from './strategies/random.strategy.js';
import { RoundRobinStrategy } from './strategies/round-robin.strategy.js';
import { StrategyCatalog } from './strategy-catalog.js';

export const selectionProviders: Provider[] = [
  {
    provide: StrategyCatalog,
    inject: [RandomSource],
    useFactory: (random: RandomSource) =>
      new StrategyCatalog([
        new FirstStrategy(),
        new RandomStrategy(random),
        new RoundRobinStrategy(),
        new LeastLoadedStrategy(),
      ]),
  },
];
