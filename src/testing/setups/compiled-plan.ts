import type { CadreError } from '../../common/index.js';
import type { WorkflowDefinition } from '../../orchestration/index.js';
import { compileWorkflow, type DefinitionProblem, type WorkflowPlan } from '../../workflows/index.js';

type Steps = readonly Record<string, unknown>[];
export type Fields = Record<string, unknown>;

export const compile = (fields: Fields, nested: Record<string, unknown> = {}): WorkflowPlan =>
  compileWorkflow({
    main: { name: 'main', steps: [{ capability: 'a' }], ...fields },
    nested: nested as Record<string, WorkflowDefinition>,
  });
export const stepsOf = (steps: Steps) => compile({ steps }).steps;
export const stepOf = (fields: Fields) => stepsOf([{ capability: 'a', ...fields }])[0]!;

export function problemsOf(fields: Fields, nested: Record<string, unknown> = {}): string[] {
  try {
    compile(fields, nested);
    return [];
  } catch (error) {
    const { code, details } = error as CadreError;
    expect(code).toBe('WORKFLOW_INVALID');
    return (details['problems'] as DefinitionProblem[]).map((each) => `${each.path} ${each.code}`);
  }
}

export const scope = (fields: Fields = {}) => ({
  input: {},
  steps: {},
  run: { id: 'r', workflow: 'main', startedAt: '' },
  ...fields,
});
