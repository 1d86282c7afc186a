/** A value that JSON can carry. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** How deep a JSON value may nest before it is refused: deep enough for documents, shallow enough for every recursive reader. */
export const MAX_JSON_DEPTH = 100;

/** The place of the first part of a value that JSON cannot carry, and why; `undefined` when all of it can. */
export function findNonJson(value: unknown, depth = 0): { path: PropertyKey[]; reason: string } | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined;
  if (typeof value === 'number') {
    return Number.isFinite(value) ? undefined : { path: [], reason: `${value} is not a JSON number` };
  }
  if (typeof value !== 'object') return { path: [], reason: `a ${typeof value} is not JSON` };
  if (depth >= MAX_JSON_DEPTH) return { path: [], reason: `nests deeper than ${MAX_JSON_DEPTH} levels` };
  if (!Array.isArray(value) && !isPlainObject(value)) {
    return { path: [], reason: `a ${value.constructor?.name ?? 'class'} instance is not JSON` };
  }
  for (const [key, part] of Object.entries(value)) {
    // JSON.stringify leaves undefined members out, and so do we; in a list it would turn into null.
    if (part === undefined && !Array.isArray(value)) continue;
    const found = findNonJson(part, depth + 1);
    if (found)
      return { path: [Array.isArray(value) ? Number(key) : key, ...found.path], reason: found.reason };
  }
  return undefined;
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** Freezes plain objects and lists all the way down and returns the value; class instances, buffers and streams are left alone. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (!Array.isArray(value) && !isPlainObject(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) deepFreeze(part);
  return value;
}
