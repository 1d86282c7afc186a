import type { SubstituteDefinition, WorkflowDefinition } from '../../orchestration/index.js';

/** The workflows that a workflow runs, as they are written: `name` or `name@range`; also as a fallback or to undo a step. */
export function referencesOf({ steps }: WorkflowDefinition): string[] {
  return steps.flatMap((step) => {
    const fallback = typeof step.onError === 'object' ? step.onError.fallback : undefined;
    return [step as SubstituteDefinition, fallback, step.compensate].flatMap(referenceOf);
  });
}

function referenceOf(action: SubstituteDefinition | undefined): string[] {
  return action !== undefined && 'workflow' in action ? [action.workflow] : [];
}
