import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { HealthModule } from '../health/index.js';
import { MetricsModule } from '../metrics/index.js';
import { OrchestrationModule } from '../orchestration/index.js';
import { QuotasModule } from '../quotas/index.js';
import { RegistryModule } from '../registry/index.js';
import { SelectionModule } from '../selection/index.js';
import { StatusModule } from '../status/index.js';
import { WorkflowsModule } from '../workflows/index.js';
import { AgentsController } from './agents/agents.controller.js';
import { AnalyticsController } from './analytics/analytics.controller.js';
import { CapabilitiesController } from './capabilities/capabilities.controller.js';
import { QuotasController } from './quotas/quotas.controller.js';
import { ChoicesController } from './choices/choices.controller.js';
import { TaskChoicesController } from './choices/task-choices.controller.js';
import { HealthController } from './health.controller.js';
import { PerformanceController, ReviewsController } from './performance/performance.controller.js';
import { EventStreams } from './runs/event-streams.service.js';
import { RunDetailsController } from './runs/run-details.controller.js';
import { RunsController } from './runs/runs.controller.js';
import { SchedulesController } from './schedules/schedules.controller.js';
import { SchemasController } from './workflows/schemas.controller.js';
import { WorkflowsController } from './workflows/workflows.controller.js';

/**
 * Cadre over REST. Optional: an application with controllers of its own may do without it.
 * @publicApi
 */
@Module({
  // Not ready is an answer, no error: the log has a line of the request anyway.
  imports: [
    TerminusModule.forRoot({ logger: false }),
    StatusModule,
    RegistryModule,
    HealthModule,
    QuotasModule,
    SelectionModule,
    MetricsModule,
    OrchestrationModule,
    WorkflowsModule,
  ],
  controllers: [
    AgentsController,
    ReviewsController,
    PerformanceController,
    CapabilitiesController,
    ChoicesController,
    TaskChoicesController,
    RunsController,
    RunDetailsController,
    WorkflowsController,
    SchemasController,
    SchedulesController,
    QuotasController,
    AnalyticsController,
    HealthController,
  ],
  providers: [EventStreams],
})
export class RestModule {}
