import { Module } from '@nestjs/common';
import { PerformanceBook } from './estimates/performance-book.js';
import { metricsProviders } from './metrics.providers.js';
import { PerformanceService } from './performance.service.js';
import { AttemptRecorder } from './rollups/attempt-recorder.js';

/** Measures how releases perform. Needs `Clock`, `EventBus`, `Logger`, `PerformanceStore` and its options from a global module. */
@Module({
  providers: [...metricsProviders, PerformanceService],
  exports: [AttemptRecorder, PerformanceBook, PerformanceService],
})
export class MetricsModule {}
