import 'reflect-metadata';
import { nameOfClass } from '../../../agents/index.js';
import type { WorkflowOptions } from '../workflow-builder.js';
import { WORKFLOW_METADATA, type WorkflowMetadata } from './workflow.metadata.js';

/** What a workflow class says of itself. */
export interface WorkflowDeclaration {
  readonly className: string;
  readonly name: string;
  readonly options: WorkflowOptions;
}

/**
 * Reads what `@Workflow` left on a class; the only reader of that metadata. It counts on the class itself only.
 * @returns `undefined` when the value is no class marked with `@Workflow`
 */
export function readWorkflowDeclaration(target: unknown): WorkflowDeclaration | undefined {
  if (typeof target !== 'function') return undefined;
  const metadata = Reflect.getOwnMetadata(WORKFLOW_METADATA, target) as WorkflowMetadata | undefined;
  if (metadata === undefined) return undefined;
  const { className } = metadata;
  const { name = nameOfClass(className, 'Workflow'), ...options } = metadata.options;
  return { className, name, options };
}
