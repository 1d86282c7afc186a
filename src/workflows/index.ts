export { WorkflowStore, type StoredWorkflow } from './library/workflow.store.js';
export { ListRunner } from './list-runner.js';
export type { WorkflowBundle } from './plan/plan.types.js';
export type * from './runs/run-record.types.js';
export * from './runs/run.store.js';
export * from './workflows.errors.js';
export { WorkflowsModule } from './workflows.module.js';
