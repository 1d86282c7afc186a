import { jsonPath, MAX_ISSUES, validate, type SchemaIssue, type Validation } from '../../common/index.js';
import type { Contract } from './capability.js';
import { isTypedValue, type DataType } from './data-type.js';

/** A value that fits a side of a contract, with the name of the data type it is of; or why it does not fit. */
export type Match =
  | { readonly ok: true; readonly type: string; readonly value: unknown }
  | { readonly ok: false; readonly issues: readonly SchemaIssue[] };

/**
 * Matches a caller's input with a contract.
 *
 * In mode `any` the first type that accepts the value names it, unless `inputType` does. In mode `all` the value is an
 * object with exactly the contract's members, and its type is their types' names, joined by `+`.
 * Answers without a promise as long as the schemas do.
 */
export function matchInput(contract: Contract, value: unknown, inputType?: string): Match | Promise<Match> {
  if (contract.mode === 'all') return matchParts(contract, value, inputType);
  if (inputType === undefined) return matchFirst(inputTypesOf(contract), value);
  const type = contract.inputs.get(inputType);
  return type === undefined ? unknownType(inputType, contract) : matchFirst([type], value);
}

/** Matches what a handler returned with the outputs of its contract; `Type.of(value)` names its type. */
export function matchOutput(contract: Contract, returned: unknown): Match | Promise<Match> {
  if (!isTypedValue(returned)) return matchFirst(contract.outputs, returned);
  const type = contract.outputs.find(({ name }) => name === returned.type);
  if (type !== undefined) return matchFirst([type], returned.value);
  const allowed = contract.outputs.map(({ name }) => name).join(', ');
  return {
    ok: false,
    issues: [{ path: '$', message: `is a ${returned.type}; the contract allows ${allowed}` }],
  };
}

/** The name under which a contract's whole input is recorded when its mode is `all`. */
export function partsTypeName(contract: Contract): string {
  return [...contract.inputs.values()].map(({ name }) => name).join('+');
}

/** Contracts last as long as the process, and each task is held against one. */
const inputTypes = new WeakMap<Contract, readonly DataType[]>();

function inputTypesOf(contract: Contract): readonly DataType[] {
  let types = inputTypes.get(contract);
  if (types === undefined) inputTypes.set(contract, (types = [...contract.inputs.values()]));
  return types;
}

function matchFirst(
  types: readonly DataType[],
  value: unknown,
  from = 0,
  earlier: readonly SchemaIssue[] = NO_ISSUES,
): Match | Promise<Match> {
  const type = types[from];
  if (type === undefined) return { ok: false, issues: earlier };
  const result = validate(type, value);
  if (result instanceof Promise) return settle(result, { types, value, from, earlier });
  if (result.ok) return { ok: true, type: type.name, value: result.value };
  return matchNext(result.issues, { types, value, from, earlier });
}

const NO_ISSUES: readonly SchemaIssue[] = Object.freeze([]);

/** A value that was held against the type at `from`, and did not fit those before. */
interface Trial {
  readonly types: readonly DataType[];
  readonly value: unknown;
  readonly from: number;
  readonly earlier: readonly SchemaIssue[];
}

async function settle(pending: Promise<Validation<unknown>>, trial: Trial): Promise<Match> {
  const result = await pending;
  if (!result.ok) return matchNext(result.issues, trial);
  return { ok: true, type: (trial.types[trial.from] as DataType).name, value: result.value };
}

function matchNext(
  issues: readonly SchemaIssue[],
  { types, value, from, earlier }: Trial,
): Match | Promise<Match> {
  const name = (types[from] as DataType).name;
  const named = issues.map(({ path, message }) => ({ path, message: `as ${name}: ${message}` }));
  return matchFirst(types, value, from + 1, [...earlier, ...(types.length === 1 ? issues : named)]);
}

function matchParts(
  contract: Contract,
  value: unknown,
  inputType: string | undefined,
): Match | Promise<Match> {
  const name = partsTypeName(contract);
  if (inputType !== undefined && inputType !== name) return unknownType(inputType, contract);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const members = [...contract.inputs.keys()].join(', ');
    return { ok: false, issues: [{ path: '$', message: `must be an object with the members ${members}` }] };
  }
  const strangers = Object.keys(value)
    .filter((key) => !contract.inputs.has(key))
    .map((key) => ({ path: jsonPath([key]), message: 'is not a member of this input; remove it' }));
  const parts = [...contract.inputs].map(
    ([key, type]) => [key, validate(type, ownMember(value, key))] as const,
  );
  if (parts.some(([, result]) => result instanceof Promise)) {
    const settled = Promise.all(parts.map(async ([key, result]) => [key, await result] as const));
    return settled.then((results) => joinParts(name, results, strangers));
  }
  return joinParts(name, parts as PartResult[], strangers);
}

type PartResult = readonly [key: string, result: Validation<unknown>];

/** Own members only: a contract may name one `constructor`, which every object inherits. */
function ownMember(value: object, key: string): unknown {
  return Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
}

function joinParts(type: string, results: readonly PartResult[], strangers: readonly SchemaIssue[]): Match {
  const issues = [...strangers];
  const matched: [string, unknown][] = [];
  for (const [key, result] of results) {
    if (result.ok) matched.push([key, result.value]);
    else
      issues.push(
        ...result.issues.map(({ path, message }) => ({ path: jsonPath([key]) + path.slice(1), message })),
      );
  }
  if (issues.length > 0) return { ok: false, issues: issues.slice(0, MAX_ISSUES) };
  // `fromEntries` defines members; an assignment to one named `__proto__` would set the prototype.
  return { ok: true, type, value: Object.fromEntries(matched) };
}

function unknownType(inputType: string, contract: Contract): Match {
  const allowed = contract.mode === 'all' ? partsTypeName(contract) : [...contract.inputs.keys()].join(', ');
  return {
    ok: false,
    issues: [
      {
        path: '$',
        message: `inputType "${inputType.slice(0, 80)}" is not accepted here; it may be ${allowed}`,
      },
    ],
  };
}
