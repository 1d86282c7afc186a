import { isName, NAME_RULE, type Contract } from '../agents/index.js';
import { didYouMean, jsonPath, MAX_ISSUES, nearestNames, toFailure } from '../common/index.js';
import type { WorkflowList, WorkflowListStep } from '../orchestration/index.js';
import { parseAgentReference, type Catalog, type Release } from '../registry/index.js';
import { takeSnapshot, type Snapshot } from './definition/snapshot.js';
import { acceptedTypes, findInputProblem, type InputSource } from './step-input.js';
import { InvalidWorkflowError, type DefinitionProblem } from './workflows.errors.js';

/** More steps than this do not belong in a list. */
const MAX_STEPS = 1_000;
const FIELDS: ReadonlySet<string> = new Set(['id', 'capability', 'agent', 'input', 'task']);

/** A step that was checked: who is asked for what. */
export interface PlannedStep {
  readonly id: string;
  readonly capability: string;
  readonly agent?: string;
  /** Absent when the step takes what comes from before. */
  readonly input?: { readonly value: unknown };
  /** The data types that the step takes by their names. */
  readonly accepts: ReadonlySet<string>;
}

/** Adds a problem of one step; the place is relative to it: `.capability`. */
type Report = (code: string, place: string, message: string) => void;

/** Who may take a step. */
interface Target {
  readonly capability: string;
  readonly contracts: readonly Contract[];
}

/** What is known while a list is checked. */
interface Planning {
  readonly catalog: Catalog;
  /** The position of the step that has each id. */
  readonly ids: Map<string, number>;
  readonly problems: DefinitionProblem[];
}

/**
 * Checks a whole list before any of it runs, and fills in ids and capabilities. What is planned is a frozen copy.
 *
 * @param runInput what a first step without an input takes; `undefined` for none
 * @throws WORKFLOW_INVALID with every problem at once
 */
export async function planList(
  list: WorkflowList,
  runInput: unknown,
  catalog: Catalog,
): Promise<PlannedStep[]> {
  const shapeProblem = findShapeProblem(list);
  if (shapeProblem !== undefined) throw new InvalidWorkflowError([shapeProblem]);
  const planning: Planning = { catalog, ids: new Map(), problems: [] };
  const steps: PlannedStep[] = [];
  let before: InputSource = runInput === undefined ? { kind: 'nothing' } : { kind: 'value', value: runInput };
  // All copies are taken before the first wait, during which the caller may change its list.
  for (const [index, snapshot] of Array.from(list, takeSnapshot).entries()) {
    const { step, after } = await planStep(snapshot, index, before, planning);
    if (step !== undefined) steps.push(step);
    before = after;
  }
  if (planning.problems.length > 0) throw new InvalidWorkflowError(planning.problems);
  return steps;
}

/** The step, unless it has a problem, and what the step after it can take from it. */
async function planStep(
  snapshot: Snapshot,
  index: number,
  before: InputSource,
  { catalog, ids, problems }: Planning,
): Promise<{ readonly step?: PlannedStep; readonly after: InputSource }> {
  const report: Report = (code, place, message) =>
    void problems.push({ path: `$[${index}]${place}`, code, message });
  const written = readStep(snapshot, report);
  if (written === undefined) return { after: { kind: 'unknown' } };
  const id = checkId(written.id, index, ids, report);
  const target = findTarget(written, catalog, report);
  if (target === undefined) return { after: { kind: 'unknown' } };
  const { capability, contracts } = target;
  const input = givenInput(written);
  const problem = await findInputProblem(contracts, input ? { kind: 'value', ...input } : before);
  if (problem !== undefined) report(problem.code, '.input', problem.message);
  const after: InputSource = { kind: 'output', contracts };
  if (id === undefined) return { after };
  return { step: { id, capability, agent: written.agent, input, accepts: acceptedTypes(contracts) }, after };
}

function findShapeProblem(list: unknown): DefinitionProblem | undefined {
  if (!Array.isArray(list)) return { path: '$', code: 'NOT_A_LIST', message: 'must be a list of steps' };
  if (list.length === 0)
    return { path: '$', code: 'NO_STEPS', message: 'has no steps; give it at least one' };
  if (list.length <= MAX_STEPS) return undefined;
  const message = `has ${list.length} steps; at most ${MAX_STEPS} are allowed`;
  return { path: '$', code: 'TOO_MANY_STEPS', message };
}

function readStep(snapshot: Snapshot, report: Report): WorkflowListStep | undefined {
  if (!snapshot.ok) {
    const { path, reason } = snapshot.found;
    report(path.length === 0 ? 'NOT_A_STEP' : 'WRONG_TYPE', jsonPath(path).slice(1), reason);
    return undefined;
  }
  const step = snapshot.value;
  if (typeof step !== 'object' || step === null || Array.isArray(step)) {
    report('NOT_A_STEP', '', 'must be an object');
    return undefined;
  }
  checkFields(step, report);
  return step;
}

function checkFields(step: WorkflowListStep, report: Report): void {
  const unknown = Object.keys(step).filter((field) => !FIELDS.has(field));
  for (const field of unknown.slice(0, MAX_ISSUES)) {
    const hint = didYouMean(nearestNames(field, FIELDS));
    report('UNKNOWN_FIELD', jsonPath([field]).slice(1), `is no field of a step.${hint}`);
  }
  if (step.input !== undefined && step.task !== undefined) {
    report('INPUT_TWICE', '.task', 'means the same as input; keep one of them');
  }
}

function checkId(
  wanted: unknown,
  index: number,
  ids: Map<string, number>,
  report: Report,
): string | undefined {
  const id = wanted === undefined ? `step-${index + 1}` : wanted;
  if (!isName(id)) {
    report('ID_INVALID', '.id', NAME_RULE);
    return undefined;
  }
  const first = ids.get(id);
  if (first !== undefined) {
    report('ID_REPEATED', '.id', `"${id}" is the id of $[${first}] already`);
    return undefined;
  }
  ids.set(id, index);
  return id;
}

function findTarget(
  { capability, agent }: WorkflowListStep,
  catalog: Catalog,
  report: Report,
): Target | undefined {
  if (capability === undefined && agent === undefined) {
    report('NO_TARGET', '', 'needs a capability or an agent');
    return undefined;
  }
  const isCapabilityFine = checkText('.capability', capability, report);
  if (!checkText('.agent', agent, report) || !isCapabilityFine) return undefined;
  return agent === undefined
    ? findProvided(capability as string, catalog, report)
    : findPinned(agent, capability, catalog, report);
}

function checkText(place: string, value: unknown, report: Report): boolean {
  if (value === undefined || typeof value === 'string') return true;
  report('WRONG_TYPE', place, 'must be a text');
  return false;
}

function findProvided(capability: string, catalog: Catalog, report: Report): Target | undefined {
  const entry = catalog.index.entry(capability);
  if (entry !== undefined) return { capability: entry.name, contracts: entry.contracts };
  const hint = didYouMean(nearestNames(capability, catalog.index.capabilityNames()));
  report('CAPABILITY_UNKNOWN', '.capability', `nobody provides "${capability.slice(0, 80)}".${hint}`);
  return undefined;
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
  const list = names.join(', ') || 'nothing';
  if (wanted === undefined) {
    report('CAPABILITY_AMBIGUOUS', '.capability', `"${agent}" provides ${list}; say which is meant`);
    return undefined;
  }
  const provided = release.capabilities.get(wanted);
  if (provided !== undefined) return { capability: wanted, contracts: [provided.capability.contract] };
  const message = `"${agent}" does not provide "${wanted.slice(0, 80)}"; it provides ${list}`;
  report('CAPABILITY_UNSUPPORTED', '.capability', message);
  return undefined;
}

function findRelease(agent: string, catalog: Catalog, report: Report): Release | undefined {
  const { name, range } = parseAgentReference(agent);
  try {
    return catalog.get(name, range);
  } catch (error) {
    const { code, message } = toFailure(error);
    report(code, '.agent', message);
    return undefined;
  }
}

function givenInput({ input, task }: WorkflowListStep): { readonly value: unknown } | undefined {
  const value = input === undefined ? task : input;
  return value === undefined ? undefined : { value };
}
