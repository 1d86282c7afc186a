import { matchInput, OPEN_TYPE, type Contract } from '../agents/index.js';
import { describeIssues, MAX_ISSUES, type SchemaIssue } from '../common/index.js';

/** Where the input of a step comes from, as far as can be told before the run. */
export type InputSource =
  | { readonly kind: 'nothing' }
  /** The step before is wrong itself: no more can be said. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'value'; readonly value: unknown }
  /** One of the outputs of these contracts. */
  | { readonly kind: 'output'; readonly contracts: readonly Contract[] };

/** Why an input cannot be right. */
export interface InputProblem {
  readonly code: string;
  readonly message: string;
}

/** Holds what a step will be given against the contracts of those who may take it; one that fits is enough. */
export async function findInputProblem(
  contracts: readonly Contract[],
  source: InputSource,
): Promise<InputProblem | undefined> {
  if (source.kind === 'value') return findValueProblem(contracts, source.value);
  if (source.kind === 'output') return findTypeProblem(contracts, source.contracts);
  if (source.kind === 'unknown') return undefined;
  return { code: 'INPUT_MISSING', message: 'is missing; give the step an input, or the run one' };
}

/** The data types that a step takes as they come, without members around them. */
export function acceptedTypes(contracts: readonly Contract[]): ReadonlySet<string> {
  return new Set(contracts.flatMap(({ mode, inputs }) => (mode === 'any' ? [...inputs.keys()] : [])));
}

async function findValueProblem(
  contracts: readonly Contract[],
  value: unknown,
): Promise<InputProblem | undefined> {
  const issues: SchemaIssue[] = [];
  for (const contract of contracts) {
    const match = await matchInput(contract, value);
    if (match.ok) return undefined;
    issues.push(...match.issues);
  }
  return {
    code: 'INPUT_INVALID',
    message: `does not fit: ${describeIssues(issues.slice(0, MAX_ISSUES))}`,
  };
}

function findTypeProblem(
  contracts: readonly Contract[],
  before: readonly Contract[],
): InputProblem | undefined {
  const made = new Set(before.flatMap(({ outputs }) => outputs.map(({ name }) => name)));
  const accepted = acceptedTypes(contracts);
  // An open type may hold anything, so only the run can tell.
  if (made.has(OPEN_TYPE.name) || accepted.has(OPEN_TYPE.name)) return undefined;
  if ([...made].some((type) => accepted.has(type))) return undefined;
  const needs = [...new Set(contracts.map(describeInputs))].join(' or ');
  return {
    code: 'TYPES_DO_NOT_FIT',
    message: `takes ${needs}, but the step before makes ${[...made].join(' or ')}; give it an input, or let the two share a data type`,
  };
}

function describeInputs({ mode, inputs }: Contract): string {
  const names = [...inputs.values()].map(({ name }) => name);
  return mode === 'any' ? names.join(' or ') : `an object of ${names.join(' and ')}`;
}
