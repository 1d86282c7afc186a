import { Module } from '@nestjs/common';
import { HealthModule } from '../health/index.js';
import { MetricsModule } from '../metrics/index.js';
import { QuotasModule } from '../quotas/index.js';
import { RegistryModule } from '../registry/index.js';
import { SelectionModule } from '../selection/index.js';
import { orchestrationProviders } from './orchestration.providers.js';
import { TaskExecutor } from './tasks/task-executor.js';
import { Dispatcher } from './dispatch/dispatcher.js';

/** Carries out single tasks. */
@Module({
  imports: [RegistryModule, MetricsModule, HealthModule, QuotasModule, SelectionModule],
  providers: orchestrationProviders,
  exports: [Dispatcher, TaskExecutor],
})
export class OrchestrationModule {}
