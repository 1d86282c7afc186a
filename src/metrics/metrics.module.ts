import { Module } from '@nestjs/common';
import { PerformanceBook } from './estimates/performance-book.js';
import { metricsProviders } from './metrics.providers.js';

/** Measures how releases perform. Needs `Clock` and `METRICS_OPTIONS` from a global module. */
@Module({ providers: metricsProviders, exports: [PerformanceBook] })
export class MetricsModule {}
