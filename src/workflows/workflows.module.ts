import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { OrchestrationModule } from '../orchestration/index.js';
import { RegistryModule } from '../registry/index.js';
import { SelectionModule } from '../selection/index.js';
import { WorkflowExplorer } from './builder/declared/workflow.explorer.js';
import { WorkflowDependents } from './library/workflow-dependents.js';
import { WorkflowLibrary } from './library/workflow-library.js';
import { CheckedPreparation } from './runs/preparation/checked-preparation.js';
import { RunService } from './runs/run-service.js';
import { Schedules } from './schedules/schedules.js';
import { workflowProviders } from './workflows.providers.js';
import { WorkflowsService } from './workflows.service.js';

/** Finds, checks and runs workflows. */
@Module({
  imports: [DiscoveryModule, RegistryModule, SelectionModule, OrchestrationModule],
  providers: [...workflowProviders, WorkflowExplorer, WorkflowsService],
  exports: [Schedules, RunService, WorkflowLibrary, WorkflowDependents, CheckedPreparation],
})
export class WorkflowsModule {}
