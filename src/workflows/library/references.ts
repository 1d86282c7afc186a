import type { SubstituteDefinition, WorkflowDefinition } from '../../orchestration/index.js';

/** All that a workflow may do: its steps, their fallbacks, and what undoes them. */
export function actionsOf({ steps }: WorkflowDefinition): SubstituteDefinition[] {
  return steps.flatMap((step) => {
    const fallback = typeof step.onError === 'object' ? step.onError.fallback : undefined;
    return [step as SubstituteDefinition, fallback, step.compensate].filter((action) => action !== undefined);
  });
}

/** The workflows that a workflow runs, as they are written: `name` or `name@range`; also as a fallback or to undo a step. */
export function referencesOf(definition: WorkflowDefinition): string[] {
  return actionsOf(definition).flatMap((action) => ('workflow' in action ? [action.workflow] : []));
}
