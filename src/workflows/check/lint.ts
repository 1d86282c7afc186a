import type { SubstituteDefinition } from '../../orchestration/index.js';
import { ProblemList, type Report } from '../definition/problem-list.js';
import { readDraft, type DefinitionDraft } from '../definition/read-definition.js';
import type { StepDraft } from '../definition/shapes/step.shape.js';
import type { DefinitionProblem } from '../workflows.errors.js';

/**
 * Tells what may be better in a definition that can run all the same: agents pinned by name, and waits without an end.
 * @param source a definition or a bare list; nothing is said of what cannot be read
 */
export function lintWorkflow(source: unknown): readonly DefinitionProblem[] {
  return lintDraft(readDraft(source));
}

export function lintDraft({ head, steps, problems }: DefinitionDraft): readonly DefinitionProblem[] {
  const warnings = new ProblemList(problems.stepsPath);
  for (const [index, step] of steps.entries()) {
    const report = warnings.ofStep(index);
    lintPin(step, '', report);
    if (typeof step.onError === 'object') lintPin(step.onError.fallback, '.onError.fallback', report);
    if (step.compensate !== undefined) lintPin(step.compensate, '.compensate', report);
    if (head.timeout === undefined) lintWait(step, report);
  }
  return warnings.inOrder();
}

function lintPin(action: StepDraft | SubstituteDefinition, place: string, report: Report): void {
  if (!('agent' in action) || action.agent === undefined) return;
  const message = `pins the step to "${action.agent}"; with a capability alone, whoever is available and best can take it`;
  report('AGENT_PINNED', `${place}.agent`, message);
}

function lintWait({ approval, signal, timeout }: StepDraft, report: Report): void {
  const wait: { readonly timeout?: string } | undefined =
    approval ?? (typeof signal === 'string' ? {} : signal);
  if (wait === undefined || wait.timeout !== undefined || timeout !== undefined) return;
  const place = approval === undefined ? '.signal' : '.approval';
  report('WAIT_UNBOUNDED', place, 'may wait for ever; give it, the step or the workflow a timeout');
}
