import type { Provider } from '@nestjs/common';
import { Catalog, Neighbors } from '../../registry/index.js';
import type { ResolvedMetricsOptions } from '../metrics.options.js';
import { METRICS_OPTIONS } from '../metrics.tokens.js';
import { PerformanceStore } from '../rollups/performance.store.js';
import { RollupKeeper } from '../rollups/rollup-keeper.js';
import { AnalyticsService } from './analytics.service.js';

export const analyticsProviders: Provider[] = [
  {
    provide: AnalyticsService,
    inject: [PerformanceStore, RollupKeeper, Catalog, Neighbors, METRICS_OPTIONS],
    useFactory: (...given: [PerformanceStore, RollupKeeper, Catalog, Neighbors, ResolvedMetricsOptions]) => {
      const [store, keeper, catalog, neighbors, options] = given;
      return new AnalyticsService({ store, keeper, catalog, neighbors, options });
    },
  },
];
