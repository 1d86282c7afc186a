import type { Provider } from '@nestjs/common';
import { Clock } from '../common/index.js';
import { PerformanceBook } from './estimates/performance-book.js';
import type { ResolvedMetricsOptions } from './metrics.options.js';
import { METRICS_OPTIONS } from './metrics.tokens.js';

/** Puts the plain parts of the metrics together. */
export const metricsProviders: Provider[] = [
  {
    provide: PerformanceBook,
    inject: [Clock, METRICS_OPTIONS],
    useFactory: (clock: Clock, options: ResolvedMetricsOptions) => new PerformanceBook(clock, options),
  },
];
