import { isName, matchInput, type Contract } from '../agents/index.js';
import { CadreError, describeIssues, didYouMean, isCadreError, nearestNames } from '../common/index.js';
import type { WorkflowList, WorkflowListStep } from '../orchestration/index.js';
import { parseAgentReference, type Catalog, type Release } from '../registry/index.js';
import { InvalidWorkflowError, type DefinitionProblem } from './workflows.errors.js';

/** More steps than this do not belong in a list. */
const MAX_STEPS = 1_000;
const FIELDS = new Set(['id', 'capability', 'agent', 'input', 'task']);

/** A step that was checked: who is asked for what. */
export interface PlannedStep {
  readonly id: string;
  readonly capability: string;
  readonly agent?: string;
  /** Absent when the step takes what comes from before. */
  readonly input?: { readonly value: unknown };
}

/**
 * Checks a whole list before any of it runs, and fills in ids and capabilities.
 * @throws WORKFLOW_INVALID with every problem at once
 */
export async function planList(
  list: WorkflowList,
  runInput: unknown,
  catalog: Catalog,
): Promise<PlannedStep[]> {
  const shapeProblem = findShapeProblem(list);
  if (shapeProblem !== undefined) throw new InvalidWorkflowError([shapeProblem]);
  const problems: DefinitionProblem[] = [];
  const ids = new Map<string, number>();
  const planned: (PlannedStep | undefined)[] = [];
  let before: Source = runInput === undefined ? { kind: 'nothing' } : { kind: 'value', value: runInput };
  for (const [index, step] of list.entries()) {
    const report: Report = (field, code, message) =>
      void problems.push({ path: `$[${index}]${field}`, code, message });
    checkFields(step, report);
    const id = step.id ?? `step-${index + 1}`;
    checkId(id, index, ids, report);
    const target = findTarget(step, catalog, report);
    if (target === undefined) {
      planned.push(undefined);
      before = { kind: 'unknown' };
      continue;
    }
    const given = giveInput(step);
    await checkInput(
      target.contracts,
      given === undefined ? before : { kind: 'value', value: given.value },
      report,
    );
    planned.push({ id, capability: target.capability, agent: step.agent, input: given });
    before = { kind: 'output', contracts: target.contracts };
  }
  if (problems.length > 0) throw new InvalidWorkflowError(problems);
  return planned as PlannedStep[];
}

type Report = (field: string, code: string, message: string) => void;

/** Where the input of a step without one comes from. */
type Source =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'output'; readonly contracts: readonly Contract[] };

function findShapeProblem(list: unknown): DefinitionProblem | undefined {
  if (!Array.isArray(list)) return { path: '$', code: 'NOT_A_LIST', message: 'must be a list of steps' };
  if (list.length === 0)
    return { path: '$', code: 'NO_STEPS', message: 'has no steps; give it at least one' };
  if (list.length > MAX_STEPS) {
    return {
      path: '$',
      code: 'TOO_MANY_STEPS',
      message: `has ${list.length} steps; at most ${MAX_STEPS} are allowed`,
    };
  }
  const index = list.findIndex((step) => typeof step !== 'object' || step === null || Array.isArray(step));
  return index < 0 ? undefined : { path: `$[${index}]`, code: 'NOT_A_STEP', message: 'must be an object' };
}

function checkFields(step: WorkflowListStep, report: Report): void {
  for (const field of Object.keys(step)) {
    if (FIELDS.has(field)) continue;
    const hint = didYouMean(nearestNames(field, FIELDS));
    report(`.${field}`, 'UNKNOWN_FIELD', `is no field of a step.${hint}`);
  }
  if ('input' in step && 'task' in step)
    report('.task', 'INPUT_TWICE', 'means the same as input; keep one of them');
}

function checkId(id: unknown, index: number, ids: Map<string, number>, report: Report): void {
  if (!isName(id)) return report('.id', 'ID_INVALID', 'must be a snake_case or kebab-case word');
  const first = ids.get(id);
  if (first !== undefined) report('.id', 'ID_REPEATED', `"${id}" is the id of $[${first}] already`);
  else ids.set(id, index);
}

interface Target {
  readonly capability: string;
  readonly contracts: readonly Contract[];
}

function findTarget(step: WorkflowListStep, catalog: Catalog, report: Report): Target | undefined {
  const { capability, agent } = step;
  if (capability === undefined && agent === undefined) {
    report('', 'NO_TARGET', 'needs a capability or an agent');
    return undefined;
  }
  if (capability !== undefined && typeof capability !== 'string') {
    report('.capability', 'WRONG_TYPE', 'must be a text');
    return undefined;
  }
  if (agent !== undefined)
    return typeof agent === 'string' ? findPinned(agent, capability, catalog, report) : wrongAgent(report);
  const entry = catalog.index.entry(capability as string);
  if (entry !== undefined) return { capability: entry.name, contracts: entry.contracts };
  const hint = didYouMean(nearestNames(capability as string, catalog.index.capabilityNames()));
  report('.capability', 'CAPABILITY_UNKNOWN', `nobody provides "${capability}".${hint}`);
  return undefined;
}

function wrongAgent(report: Report): undefined {
  report('.agent', 'WRONG_TYPE', 'must be a text, name or name@range');
}

function findPinned(
  agent: string,
  capability: string | undefined,
  catalog: Catalog,
  report: Report,
): Target | undefined {
  const release = findRelease(agent, catalog, report);
  if (release === undefined) return undefined;
  const names = [...release.capabilities.keys()];
  const wanted = capability ?? (names.length === 1 ? names[0] : undefined);
  const provided = wanted === undefined ? undefined : release.capabilities.get(wanted);
  if (provided !== undefined)
    return { capability: wanted as string, contracts: [provided.capability.contract] };
  const list = names.join(', ') || 'nothing';
  if (wanted === undefined)
    report('.capability', 'CAPABILITY_AMBIGUOUS', `"${agent}" provides ${list}; say which is meant`);
  else
    report(
      '.capability',
      'CAPABILITY_UNSUPPORTED',
      `"${agent}" does not provide "${wanted}"; it provides ${list}`,
    );
  return undefined;
}

function findRelease(agent: string, catalog: Catalog, report: Report): Release | undefined {
  const { name, range } = parseAgentReference(agent);
  try {
    return catalog.get(name, range);
  } catch (error) {
    const { code, message } = isCadreError(error)
      ? error
      : new CadreError({ code: 'INTERNAL', kind: 'internal', message: String(error) });
    report('.agent', code, message);
    return undefined;
  }
}

function giveInput(step: WorkflowListStep): { readonly value: unknown } | undefined {
  if (step.input !== undefined) return { value: step.input };
  return step.task === undefined ? undefined : { value: step.task };
}

async function checkInput(contracts: readonly Contract[], source: Source, report: Report): Promise<void> {
  if (source.kind === 'unknown') return;
  if (source.kind === 'nothing') {
    return report('.input', 'INPUT_MISSING', 'is missing; give the step an input, or the run one');
  }
  if (source.kind === 'value') return checkValue(contracts, source.value, report);
  const made = new Set(source.contracts.flatMap(({ outputs }) => outputs.map(({ name }) => name)));
  const takes = contracts.flatMap(({ inputs }) => [...inputs.values()].map(({ name }) => name));
  const isSingle = contracts.some(({ mode, inputs }) => mode === 'any' || inputs.size === 1);
  if (isSingle && (takes.some((name) => made.has(name)) || takes.includes('json') || made.has('json')))
    return;
  const need = isSingle ? takes.join(' or ') : `all of ${takes.join(', ')}`;
  report(
    '.input',
    'TYPES_DO_NOT_FIT',
    `takes ${need}, but the step before makes ${[...made].join(' or ')}; give it an input`,
  );
}

async function checkValue(contracts: readonly Contract[], value: unknown, report: Report): Promise<void> {
  const matches = await Promise.all(contracts.map((contract) => matchInput(contract, value)));
  if (matches.some(({ ok }) => ok)) return;
  const issues = matches.flatMap((match) => (match.ok ? [] : match.issues));
  report('.input', 'INPUT_INVALID', `does not fit: ${describeIssues(issues)}`);
}
