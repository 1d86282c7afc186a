import type { Provider } from '@nestjs/common';
import { Clock, EventBus, Logger, RandomSource } from '../common/index.js';
import { FirstStrategy } from './strategies/first.strategy.js';
import { LeastLoadedStrategy } from './strategies/least-loaded.strategy.js';
import { RandomStrategy } from './strategies/random.strategy.js';
import { RoundRobinStrategy } from './strategies/round-robin.strategy.js';
import { StrategyAlarm } from './strategy-alarm.js';
import { StrategyCatalog } from './strategy-catalog.js';

export const selectionProviders: Provider[] = [
  {
    provide: StrategyCatalog,
    inject: [RandomSource, Clock, EventBus, Logger],
    useFactory: (random: RandomSource, clock: Clock, events: EventBus, logger: Logger) =>
      new StrategyCatalog(
        [
          new FirstStrategy(),
          new RandomStrategy(random),
          new RoundRobinStrategy(),
          new LeastLoadedStrategy(),
        ],
        new StrategyAlarm({ clock, events, logger }).tell,
      ),
  },
];
