import { Module } from '@nestjs/common';
import { OrchestrationModule } from '../orchestration/index.js';
import { RegistryModule } from '../registry/index.js';
import { workflowProviders } from './workflows.providers.js';
import { ListRunner } from './list-runner.js';

/** Runs workflows. */
@Module({
  imports: [RegistryModule, OrchestrationModule],
  providers: workflowProviders,
  exports: [ListRunner],
})
export class WorkflowsModule {}
