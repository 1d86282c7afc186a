export type { TypedDefinition, WorkflowInput, WorkflowOutput, WiringScope } from './builder/builder.types.js';
export { optional } from './builder/input-spec.js';
export { at, errorOf, orElse, present, statusOf, typed } from './builder/ref.js';
export type { Ref, RefTo, Wired } from './builder/ref.types.js';
export { expr, text } from './builder/tags.js';
export { workflow, type WorkflowOptions, type WorkflowStart } from './builder/workflow-builder.js';
export { Workflow } from './builder/declared/workflow.decorator.js';
export type { DefinesWorkflow, WorkflowClassOptions } from './builder/declared/workflow.metadata.js';
export { toMermaid, type MermaidOptions } from './graph/to-mermaid.js';
export * from './library/library.errors.js';
export { WorkflowDependents } from './library/workflow-dependents.js';
export { WorkflowLibrary, type LibraryEntry } from './library/workflow-library.js';
export { WorkflowStore, type StoredWorkflow } from './library/workflow.store.js';
export type { Scope, WorkflowBundle, WorkflowPlan } from './plan/plan.types.js';
export type { EngineParts, Elsewhere } from './engine/execution.js';
export { checkWorkflow } from './check/check-workflow.js';
export type { CheckEnvironment, CheckResult } from './check/check.types.js';
export { compileTemplate } from './expressions/compile-template.js';
export type { KnownNames } from './expressions/expression.types.js';
export { parseDocument, type ParsedDocument } from './definition/parse-document.js';
export { workflowJsonSchema } from './definition/shapes/workflow.shape.js';
export { compileWorkflow } from './plan/compile.js';
export { CheckedPreparation } from './runs/preparation/checked-preparation.js';
export { createRunPlace, type RunPlaceParts } from './runs/create-run-place.js';
export { WorkflowPreparation, type PreparedWorkflow } from './runs/preparation/prepared-workflow.js';
export { RunPlace } from './runs/run-place.js';
export { RunService, type RunServiceParts } from './runs/run-service.js';
export * from './runs/run.errors.js';
export type * from './runs/run-record.types.js';
export { compareRuns, readRunCursor, writeRunCursor } from './runs/views/run-list.js';
export * from './runs/run.store.js';
export * from './workflows.errors.js';
export { WorkflowsModule } from './workflows.module.js';
export {
  resolveWorkflowsOptions,
  WORKFLOW_DEFAULTS,
  type ResolvedWorkflowsOptions,
  type WorkflowsOptions,
} from './workflows.options.js';
export { RUN_STORES, WORKFLOW_OPTIONS, type DurableRuns, type RunStores } from './workflows.tokens.js';
export { nextOccurrence } from './schedules/cron.js';
export * from './schedules/schedule.errors.js';
export { ScheduleStore, type OnDue } from './schedules/schedule.store.js';
export type * from './schedules/schedule.types.js';
export { Schedules } from './schedules/schedules.js';
export {
  RemoteTaskQueue,
  TASK_HEARTBEAT_MS,
  type QueueNews,
  type RemoteTask,
  type TakenTask,
} from './remote/remote-task.queue.js';
