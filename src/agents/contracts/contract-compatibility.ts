import { toJsonSchema } from '../../common/index.js';
import type { Capability } from './capability.js';
import type { DataType } from './data-type.js';

/** How two contracts under one capability name compare. */
export type Compatibility =
  | { readonly kind: 'same' }
  /** One is wider than the other: what both name means the same in both. */
  | { readonly kind: 'compatible' }
  | { readonly kind: 'conflicting'; readonly differences: readonly string[] };

/**
 * Compares two contracts of one name.
 *
 * They are compatible when every data type that both name has the same JSON Schema on both sides of validation, alternatives share at least one
 * input and one output, and required sets have the same members. Schemas without a JSON form are the same only when they
 * are the same object.
 */
export function compareContracts(a: Capability, b: Capability): Compatibility {
  if (a === b || a.contract === b.contract) return { kind: 'same' };
  const differences = [...compareInputs(a, b), ...compareOutputs(a, b)];
  if (differences.length > 0) return { kind: 'conflicting', differences };
  const isSame =
    a.contract.inputs.size === b.contract.inputs.size &&
    a.contract.outputs.length === b.contract.outputs.length;
  const sharesAll =
    [...a.contract.inputs.keys()].every((key) => b.contract.inputs.has(key)) &&
    a.contract.outputs.every(({ name }) => b.contract.outputs.some((type) => type.name === name));
  return isSame && sharesAll ? { kind: 'same' } : { kind: 'compatible' };
}

function compareInputs(a: Capability, b: Capability): string[] {
  if (a.contract.mode !== b.contract.mode)
    return ['one takes alternatives (one type of several), the other a required set'];
  const left = a.contract.inputs;
  const right = b.contract.inputs;
  const shared = [...left.keys()].filter((key) => right.has(key));
  if (a.contract.mode === 'all' && (shared.length < left.size || shared.length < right.size)) {
    const lists = [left, right].map((inputs) => [...inputs.keys()].join(', '));
    return [`the required members differ: (${lists[0]}) and (${lists[1]})`];
  }
  if (shared.length === 0) return ['they share no input type'];
  return shared.flatMap((key) =>
    describeDifference(`input "${key}"`, left.get(key) as DataType, right.get(key) as DataType),
  );
}

function compareOutputs(a: Capability, b: Capability): string[] {
  const pairs = a.contract.outputs.flatMap((left) => {
    const right = b.contract.outputs.find(({ name }) => name === left.name);
    return right === undefined ? [] : [[left, right] as const];
  });
  if (pairs.length === 0) return ['they share no output type'];
  return pairs.flatMap(([left, right]) => describeDifference(`output "${left.name}"`, left, right));
}

function describeDifference(subject: string, a: DataType, b: DataType): string[] {
  if (a.name !== b.name)
    return [`the ${subject} is of type ${a.name} in one, of type ${b.name} in the other`];
  return isSameShape(a, b) ? [] : [`the ${subject} has two different schemas`];
}

function isSameShape(a: DataType, b: DataType): boolean {
  if (a === b || a.schema === b.schema) return true;
  const left = fingerprint(a);
  return left !== undefined && left === fingerprint(b);
}

const fingerprints = new WeakMap<DataType, string | undefined>();

/** Both sides count: a default or a conversion changes what callers may pass, not what handlers get. */
function fingerprint(type: DataType): string | undefined {
  if (!fingerprints.has(type)) {
    const input = toJsonSchema(type.schema, 'input');
    const output = toJsonSchema(type.schema, 'output');
    fingerprints.set(type, input && output && JSON.stringify([inOneOrder(input), inOneOrder(output)]));
  }
  return fingerprints.get(type);
}

/** Keywords of JSON Schema whose lists are sets (draft 2020-12, Validation, 6.1 and 6.5.3). */
const SET_KEYWORDS = new Set(['type', 'enum', 'required']);

/** Object members and sets have no order; other lists do. */
function inOneOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOneOrder);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    entries.map(([key, part]) => [
      key,
      Array.isArray(part) && SET_KEYWORDS.has(key)
        ? part.map((item) => JSON.stringify(item)).sort()
        : inOneOrder(part),
    ]),
  );
}
