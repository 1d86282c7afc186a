export { AttemptRunner } from './attempts/attempt-runner.js';
export { Dispatcher } from './dispatch/dispatcher.js';
export { WaitingRoom } from './dispatch/waiting-room.js';
export * from './orchestration.errors.js';
export * from './orchestration.events.js';
export { OrchestrationModule } from './orchestration.module.js';
export {
  resolveOrchestrationOptions,
  type OrchestrationOptions,
  type ResolvedOrchestrationOptions,
} from './orchestration.options.js';
export { OrchestrationService } from './orchestration.service.js';
export { ORCHESTRATION_OPTIONS } from './orchestration.tokens.js';
export type * from './runs/run.types.js';
export type * from './runs/workflow-definition.types.js';
export { TaskExecutor, type StepOfRun } from './tasks/task-executor.js';
export { TASK_DEFAULTS } from './tasks/task.options.js';
export type * from './tasks/task.types.js';
export { WorkflowRunner } from './runs/workflow-runner.js';
