import type { Provider } from '@nestjs/common';
import { Clock, Logger } from '../common/index.js';
import { PerformanceBook } from './estimates/performance-book.js';
import type { ResolvedMetricsOptions } from './metrics.options.js';
import { METRICS_OPTIONS } from './metrics.tokens.js';
import { AttemptRecorder } from './rollups/attempt-recorder.js';
import { PerformanceStore } from './rollups/performance.store.js';
import { RollupKeeper } from './rollups/rollup-keeper.js';

/** Puts the plain parts of the metrics together. */
export const metricsProviders: Provider[] = [
  {
    provide: PerformanceBook,
    inject: [Clock, METRICS_OPTIONS],
    useFactory: (clock: Clock, options: ResolvedMetricsOptions) => new PerformanceBook(clock, options),
  },
  {
    provide: AttemptRecorder,
    inject: [PerformanceStore, Logger, METRICS_OPTIONS],
    useFactory: ({ clock }: PerformanceStore, logger: Logger, options: ResolvedMetricsOptions) =>
      new AttemptRecorder(clock, logger, options),
  },
  {
    provide: RollupKeeper,
    inject: [PerformanceStore, AttemptRecorder, PerformanceBook, Clock, Logger, METRICS_OPTIONS],
    useFactory: (
      ...given: [PerformanceStore, AttemptRecorder, PerformanceBook, Clock, Logger, ResolvedMetricsOptions]
    ) => {
      const [store, recorder, book, clock, logger, options] = given;
      return new RollupKeeper({ store, recorder, book, clock, logger, options });
    },
  },
];
