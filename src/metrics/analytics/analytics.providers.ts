import type { Provider } from '@nestjs/common';
import { Catalog, Neighbors } from '../../registry/index.js';
import { DecisionLog } from '../decisions/decision-log.js';
import { PerformanceBook } from '../estimates/performance-book.js';
import type { ResolvedMetricsOptions } from '../metrics.options.js';
import { METRICS_OPTIONS } from '../metrics.tokens.js';
import { PerformanceStore } from '../rollups/performance.store.js';
import { RollupKeeper } from '../rollups/rollup-keeper.js';
import { AnalyticsService } from './analytics.service.js';

type Given = [
  PerformanceStore,
  RollupKeeper,
  Catalog,
  Neighbors,
  PerformanceBook,
  DecisionLog,
  ResolvedMetricsOptions,
];

export const analyticsProviders: Provider[] = [
  {
    provide: AnalyticsService,
    inject: [
      PerformanceStore,
      RollupKeeper,
      Catalog,
      Neighbors,
      PerformanceBook,
      DecisionLog,
      METRICS_OPTIONS,
    ],
    useFactory: (...given: Given) => {
      const [store, keeper, catalog, neighbors, book, decisions, options] = given;
      return new AnalyticsService({ store, keeper, catalog, neighbors, book, decisions, options });
    },
  },
];
