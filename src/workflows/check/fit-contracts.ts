import { matchInput, OPEN_TYPE, partsTypeName, type Contract, type DataType } from '../../agents/index.js';
import { describeIssues, jsonPath, MAX_ISSUES, validate, type SchemaIssue } from '../../common/index.js';
import { within, type Report } from '../definition/problem-list.js';
import type { Flow } from './flow.js';

/** Those who may take a task, and which of their data types the step says its input is of. */
export interface ContractTaker {
  readonly contracts: readonly Contract[];
  readonly inputType?: string;
}

type MembersFlow = Extract<Flow, { readonly kind: 'members' }>;

/** Holds what a task will be given against the contracts of those who may take it; one that it fits is enough. */
export async function checkContracts(
  { contracts, inputType }: ContractTaker,
  flow: Flow,
  report: Report,
): Promise<void> {
  switch (flow.kind) {
    case 'unknown':
      return;
    case 'nothing':
      report('INPUT_MISSING', '', 'is missing; give the step an input, or the run one');
      return;
    case 'value': {
      const issues = await findIssues(contracts, flow.value, inputType);
      if (issues !== undefined) report('INPUT_INVALID', '', `does not fit: ${describeIssues(issues)}`);
      return;
    }
    case 'types':
      if (inputType === undefined) checkTypes(contracts, flow.types, flow.maker, report);
      return;
    case 'samples':
      if (await fitsSome(contracts, flow.samples)) return;
      reportMisfit(contracts, `${flow.maker} ${flow.label}`, report);
      return;
    case 'members':
      await checkMembers(contracts, flow, report);
  }
}

/** Tells whether the data type may be named that the step names for its input, if any. */
export function isInputTypeTaken({ contracts, inputType }: ContractTaker, report: Report): boolean {
  if (inputType === undefined || contracts.some((contract) => namesOf(contract).includes(inputType)))
    return true;
  const names = new Set(contracts.flatMap(namesOf));
  report(
    'TYPES_DO_NOT_FIT',
    '',
    `"${inputType.slice(0, 80)}" is not taken here; it may be ${[...names].join(' or ')}`,
  );
  return false;
}

function namesOf(contract: Contract): string[] {
  return contract.mode === 'all' ? [partsTypeName(contract)] : [...contract.inputs.keys()];
}

/** Tells whether a value fits one of the contracts; without a promise as long as the schemas do. */
export function fitsTaker(
  { contracts, inputType }: ContractTaker,
  value: unknown,
): boolean | Promise<boolean> {
  for (const contract of contracts) {
    const match = matchInput(contract, value, inputType);
    if (match instanceof Promise) return fitsAny(contracts, value, inputType);
    if (match.ok) return true;
  }
  return false;
}

async function fitsAny(contracts: readonly Contract[], value: unknown, inputType?: string): Promise<boolean> {
  return (await findIssues(contracts, value, inputType)) === undefined;
}

/** Why a value fits none of the contracts. */
async function findIssues(
  contracts: readonly Contract[],
  value: unknown,
  inputType?: string,
): Promise<readonly SchemaIssue[] | undefined> {
  const issues: SchemaIssue[] = [];
  for (const contract of contracts) {
    const match = await matchInput(contract, value, inputType);
    if (match.ok) return undefined;
    issues.push(...match.issues);
  }
  return issues.slice(0, MAX_ISSUES);
}

async function fitsSome(contracts: readonly Contract[], samples: readonly unknown[]): Promise<boolean> {
  for (const sample of samples) if (await fitsAny(contracts, sample)) return true;
  return false;
}

function checkTypes(
  contracts: readonly Contract[],
  made: ReadonlySet<string>,
  maker: string,
  report: Report,
): void {
  const accepted = new Set(
    contracts.flatMap(({ mode, inputs }) => (mode === 'any' ? [...inputs.keys()] : [])),
  );
  if (accepted.has(OPEN_TYPE.name) || [...made].some((type) => accepted.has(type))) return;
  reportMisfit(contracts, `${maker} ${[...made].join(' or ')}`, report);
}

function reportMisfit(contracts: readonly Contract[], made: string, report: Report): void {
  const needs = [...new Set(contracts.map(describeInputs))].join(' or ');
  const remedy = 'give it an input, or let the two share a data type';
  report('TYPES_DO_NOT_FIT', '', `takes ${needs}, but ${made}; ${remedy}`);
}

function describeInputs({ mode, inputs }: Contract): string {
  const names = [...inputs.values()].map(({ name }) => name);
  return mode === 'any' ? names.join(' or ') : `an object of ${names.join(' and ')}`;
}

async function checkMembers(
  contracts: readonly Contract[],
  flow: MembersFlow,
  report: Report,
): Promise<void> {
  // The object as a whole may be of a data type; only the run can tell.
  if (contracts.some(({ mode }) => mode === 'any')) return;
  let first: readonly MemberProblem[] = [];
  for (const contract of contracts) {
    const problems = await findMemberProblems(contract.inputs, flow);
    if (problems.length === 0) return;
    if (first.length === 0) first = problems;
  }
  for (const { name, code, message } of first) within(report, jsonPath([name]).slice(1))(code, '', message);
}

interface MemberProblem {
  readonly name: string;
  readonly code: string;
  readonly message: string;
}

async function findMemberProblems(
  wanted: ReadonlyMap<string, DataType>,
  { members }: MembersFlow,
): Promise<readonly MemberProblem[]> {
  const names = [...wanted.keys()].join(', ');
  const problems: MemberProblem[] = [];
  for (const name of members.keys()) {
    if (wanted.has(name)) continue;
    problems.push({ name, code: 'INPUT_INVALID', message: `is no member of this input; it has ${names}` });
  }
  for (const [name, type] of wanted) {
    const flow = members.get(name);
    if (flow === undefined)
      problems.push({ name, code: 'INPUT_INVALID', message: `is missing; it is a ${type.name}` });
    else await checkTyped(type, flow, (code, _, message) => problems.push({ name, code, message }));
  }
  return problems;
}

/** Holds what flows into one member against its data type. */
export async function checkTyped(type: DataType, flow: Flow, report: Report): Promise<void> {
  if (flow.kind === 'types') {
    if (type.name === OPEN_TYPE.name || flow.types.has(type.name)) return;
    report('TYPES_DO_NOT_FIT', '', `takes ${type.name}, but ${flow.maker} ${[...flow.types].join(' or ')}`);
  } else if (flow.kind === 'value') {
    const result = await validate(type, flow.value);
    if (!result.ok) report('INPUT_INVALID', '', `does not fit: ${describeIssues(result.issues)}`);
  }
}
