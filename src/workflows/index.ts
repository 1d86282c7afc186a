export { ListRunner } from './list-runner.js';
export * from './workflows.errors.js';
export { WorkflowsModule } from './workflows.module.js';
