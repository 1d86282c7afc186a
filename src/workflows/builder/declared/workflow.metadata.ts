import type { WorkflowDefinition } from '../../../orchestration/index.js';
import type { WorkflowOptions, WorkflowStart } from '../workflow-builder.js';

/** A registered symbol, so that two copies of the package read each other's metadata. */
export const WORKFLOW_METADATA = Symbol.for('cadre.metadata.workflow');

/** How a class with `@Workflow` describes what it defines. */
export interface WorkflowClassOptions extends WorkflowOptions {
  /** Default: the class name in `snake_case`, without `Workflow`. */
  readonly name?: string;
}

/** What `@Workflow` leaves on a class. */
export interface WorkflowMetadata {
  readonly className: string;
  readonly options: WorkflowClassOptions;
}

/**
 * The shape of a class with `@Workflow`.
 * @publicApi
 */
export interface DefinesWorkflow {
  /** Called once, at boot. `flow` has the name and the options of the decorator already. */
  define(flow: WorkflowStart): WorkflowDefinition;
}
