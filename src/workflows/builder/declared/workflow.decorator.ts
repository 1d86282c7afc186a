import 'reflect-metadata';
import {
  WORKFLOW_METADATA,
  type DefinesWorkflow,
  type WorkflowClassOptions,
  type WorkflowMetadata,
} from './workflow.metadata.js';

/**
 * Marks a class that defines a workflow. Cadre finds it among the providers at boot, checks what it defines, and keeps it beside those
 * that are stored. It is a provider like any other: what it needs to define the workflow comes in by its constructor.
 *
 * @example
 * \@Workflow({ version: '1.2.0', timeout: '2d' })
 * class MarketBrief {
 *   define(flow: WorkflowStart) {
 *     return flow.input({ topic: SearchQuery }).step('research', WebResearch, ({ input }) => input.topic).build();
 *   }
 * }
 * @publicApi
 */
export function Workflow(
  options: WorkflowClassOptions = {},
): (target: new (...args: never[]) => DefinesWorkflow) => void {
  return (target) => {
    const metadata: WorkflowMetadata = { className: target.name, options };
    Reflect.defineMetadata(WORKFLOW_METADATA, metadata, target);
  };
}
