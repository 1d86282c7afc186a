import { Module } from '@nestjs/common';
import { analyticsProviders } from './analytics/analytics.providers.js';
import { AnalyticsService } from './analytics/analytics.service.js';
import { PerformanceBook } from './estimates/performance-book.js';
import { RegistryModule } from '../registry/index.js';
import { StatusModule } from '../status/index.js';
import { metricsProviders } from './metrics.providers.js';
import { MetricsService } from './metrics.service.js';
import { PerformanceService } from './performance.service.js';
import { DriftWatch } from './reviews/drift-watch.js';
import { AttemptRecorder } from './rollups/attempt-recorder.js';

/** Measures how releases perform. Needs `Clock`, `EventBus`, `Logger`, `Checkups`, `PerformanceStore` and its options from a global module. */
@Module({
  imports: [StatusModule, RegistryModule],
  providers: [...metricsProviders, ...analyticsProviders, MetricsService, PerformanceService],
  exports: [AnalyticsService, AttemptRecorder, DriftWatch, PerformanceBook, PerformanceService],
})
export class MetricsModule {}
