import { Global, Module, type DynamicModule } from '@nestjs/common';
import { ConfigurableModuleClass } from './cadre.module-definition.js';
import { cadreProviders } from './cadre.providers.js';
import { DatabaseService } from './database.service.js';
import { Clock, EventBus, Logger, RandomSource } from './common/index.js';
import { HEALTH_OPTIONS, HealthModule } from './health/index.js';
import {
  DECISION_OPTIONS,
  DecisionLog,
  METRICS_OPTIONS,
  MetricsModule,
  PerformanceStore,
} from './metrics/index.js';
import {
  ORCHESTRATION_OPTIONS,
  OrchestrationModule,
  OrchestrationService,
  WorkflowRunner,
} from './orchestration/index.js';
import { QUOTAS_CONFIGURED, QuotasModule, QuotaStore } from './quotas/index.js';
import {
  AgentDependents,
  Checkups,
  ClusterStore,
  REGISTRY_OPTIONS,
  RegistryModule,
} from './registry/index.js';
import { SELECTION_OPTIONS } from './selection/index.js';
import { StatusHistoryStore, StatusModule, StatusRules } from './status/index.js';
import {
  RemoteTaskQueue,
  RUN_STORES,
  ScheduleStore,
  WORKFLOW_OPTIONS,
  WorkflowsModule,
  WorkflowStore,
} from './workflows/index.js';

/**
 * Cadre in a Nest application: import `CadreModule.forRoot()` once, list agents as providers anywhere, inject
 * `OrchestrationService` and `AgentRegistry` where they are needed.
 *
 * It is the only place where ports are bound to adapters.
 * @publicApi
 */
@Global()
@Module({
  imports: [
    StatusModule,
    RegistryModule,
    MetricsModule,
    HealthModule,
    QuotasModule,
    OrchestrationModule,
    WorkflowsModule,
  ],
  providers: [...cadreProviders, DatabaseService, OrchestrationService],
  exports: [
    Clock,
    EventBus,
    Logger,
    RandomSource,
    StatusHistoryStore,
    StatusRules,
    WorkflowRunner,
    AgentDependents,
    ClusterStore,
    Checkups,
    RemoteTaskQueue,
    WorkflowStore,
    ScheduleStore,
    RUN_STORES,
    WORKFLOW_OPTIONS,
    REGISTRY_OPTIONS,
    HEALTH_OPTIONS,
    METRICS_OPTIONS,
    DECISION_OPTIONS,
    DecisionLog,
    SELECTION_OPTIONS,
    QuotaStore,
    QUOTAS_CONFIGURED,
    PerformanceStore,
    ORCHESTRATION_OPTIONS,
    OrchestrationService,
    StatusModule,
    RegistryModule,
    MetricsModule,
    QuotasModule,
    OrchestrationModule,
    WorkflowsModule,
  ],
})
export class CadreModule extends ConfigurableModuleClass {
  /** Every option has a default. */
  static override forRoot(
    options: Parameters<typeof ConfigurableModuleClass.forRoot>[0] = {},
  ): DynamicModule {
    return super.forRoot(options);
  }
}
