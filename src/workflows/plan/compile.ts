import { readDraft } from '../definition/read-definition.js';
import { InvalidWorkflowError } from '../workflows.errors.js';
import { BundleCompiler, surfaceProblems } from './compile-bundle.js';
import type { WorkflowBundle, WorkflowPlan } from './plan.types.js';

/**
 * Compiles what a run keeps of its definition. Asks nobody: a run is taken up again long after its start, when the workflows that
 * it names may have changed. Capabilities, agents and data types are not looked at.
 *
 * @throws WORKFLOW_INVALID with every problem
 */
export function compileWorkflow({ main, nested }: WorkflowBundle): WorkflowPlan {
  const compiler = new BundleCompiler({
    find: (reference) => (Object.hasOwn(nested, reference) ? nested[reference] : undefined),
    names: () => Object.keys(nested),
  });
  const compiled = compiler.compile(readDraft(main));
  surfaceProblems(compiled);
  const { problems } = compiled.draft;
  if (!problems.isEmpty) throw new InvalidWorkflowError(problems.inOrder());
  return compiled.plan;
}
