import type { Provider } from '@nestjs/common';
import { Clock, EventBus, Logger, RandomSource } from '../common/index.js';
import { PerformanceBook } from '../metrics/index.js';
import { houseStrategies } from './catalog/house-strategies.js';
import type { ResolvedSelectionOptions } from './selection.options.js';
import { SELECTION_OPTIONS } from './selection.tokens.js';
import { StrategyAlarm } from './catalog/strategy-alarm.js';
import { StrategyCatalog } from './catalog/strategy-catalog.js';

export const selectionProviders: Provider[] = [
  {
    provide: StrategyCatalog,
    inject: [RandomSource, PerformanceBook, SELECTION_OPTIONS, Clock, EventBus, Logger],
    useFactory: (
      ...parts: [RandomSource, PerformanceBook, ResolvedSelectionOptions, Clock, EventBus, Logger]
    ) => {
      const [random, book, { objective }, clock, events, logger] = parts;
      const tell = new StrategyAlarm({ clock, events, logger }).tell;
      return new StrategyCatalog(houseStrategies({ clock, random, book, objective }), tell);
    },
  },
];
