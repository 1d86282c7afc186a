import {
  findNonJson,
  MAX_JSON_DEPTH,
  MAX_JSON_VALUES,
  messageOf,
  sealJson,
  type NonJson,
} from '../../common/index.js';
import { isPlain } from './document-copy.js';

/** A frozen copy of a value, or the first place in it that cannot be kept. */
export type Snapshot =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly found: NonJson };

/**
 * Takes a frozen copy of a JSON value, within the bounds that {@link findNonJson} sets. A run outlives the call that
 * starts it: what the caller does to its objects later must reach neither the run nor its record.
 */
export function takeSnapshot(value: unknown): Snapshot {
  try {
    // The copy is looked at, not the value: a getter or a proxy need not give the same twice.
    const budget = { left: MAX_JSON_VALUES };
    const copy = copyPart(value, 0, budget);
    if (budget.left >= 0 && sealJson(copy, Infinity)) return { ok: true, value: copy };
    return { ok: false, found: findNonJson(copy) as NonJson };
  } catch (error) {
    // A getter or a proxy runs the caller's code, which may throw.
    return { ok: false, found: { path: [], reason: `cannot be read: ${messageOf(error)}` } };
  }
}

/** Copies what may be JSON. Where that ends, for its depth, its size or its kind, it is left as it is, to be found by whoever looks. */
function copyPart(part: unknown, depth: number, budget: { left: number }): unknown {
  if (typeof part !== 'object' || part === null) return part;
  budget.left -= Array.isArray(part) && part.length > budget.left ? Infinity : 1;
  if (depth >= MAX_JSON_DEPTH || budget.left < 0) return part;
  if (Array.isArray(part)) return copyList(part, depth, budget);
  if (!isPlain(part)) return part;
  const copy = { ...part } as Record<string, unknown>;
  for (const key of Object.keys(copy)) {
    const member = copy[key];
    if (typeof member === 'object') copy[key] = copyPart(member, depth + 1, budget);
  }
  return copy;
}

function copyList(list: readonly unknown[], depth: number, budget: { left: number }): unknown[] {
  const copy: unknown[] = [];
  for (let index = 0; index < list.length; index += 1) copy.push(copyPart(list[index], depth + 1, budget));
  return copy;
}
