import { LIST_NAME, readDraft, type DefinitionDraft } from '../definition/read-definition.js';
import { BundleCompiler, surfaceProblems } from '../plan/compile-bundle.js';
import type { CheckEnvironment, CheckResult } from './check.types.js';
import { DataTypes } from './data-types.js';
import { checkDeclared, readGivenInput, type GivenInput } from './fit-members.js';
import { lintDraft } from './lint.js';
import { StepChecker } from './step-checker.js';

/**
 * Checks a whole definition, and all workflows that it runs, before any of it runs. Nothing is thrown: what is wrong is told, all of
 * it at once.
 *
 * @param source a definition or a bare list, as anybody may have written it; it is copied before the first wait
 */
export async function checkWorkflow(source: unknown, environment: CheckEnvironment): Promise<CheckResult> {
  const draft = readDraft(source);
  refuseListName(draft);
  const compiler = new BundleCompiler({
    find: (reference) => environment.findWorkflow(reference),
    names: () => environment.workflowNames(),
  });
  const main = compiler.compile(draft);
  const types = new DataTypes(environment.catalog);
  const steps = new StepChecker(environment, types);
  // Inner ones first: what they make is known then.
  for (const nested of [...new Set(compiler.nested.values()), main]) {
    const { head, problems } = nested.draft;
    await checkDeclared(head.input ?? {}, types, problems.report);
    if (nested !== main) await steps.check(nested);
  }
  const given = await readInput(draft, environment, types);
  await steps.check(main, given);
  surfaceProblems(main);
  return {
    problems: draft.problems.inOrder(),
    warnings: lintDraft(draft),
    inputIssues: given?.ok === false ? given.issues : [],
    ...(given?.ok && { input: given.value, inputTakers: steps.inputTakers }),
    ...(draft.problems.isEmpty && { bundle: compiler.bundle(main), plan: main.plan }),
  };
}

/** Runs of bare lists go by this name. */
function refuseListName({ head, problems }: DefinitionDraft): void {
  if (problems.stepsPath === '$' || head.name !== LIST_NAME) return;
  problems.report('NAME_INVALID', '.name', `"${LIST_NAME}" is the name of all bare lists; take another`);
}

/** What the run is given; `undefined` where none is to be started. */
async function readInput(
  { head }: DefinitionDraft,
  { runInput }: CheckEnvironment,
  types: DataTypes,
): Promise<GivenInput | undefined> {
  if (runInput === undefined) return undefined;
  if (head.input === undefined) return { ok: true, value: runInput.value };
  return readGivenInput(head.input, runInput.value, types);
}
