/** A value that JSON can carry. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** How deep a JSON value may nest before it is refused: deep enough for documents, shallow enough for every recursive reader. */
export const MAX_JSON_DEPTH = 100;

/**
 * How many values one JSON value may hold, itself included. A part that is used in two places counts twice, as JSON
 * writes it twice: thirty small objects that share each other can stand for a billion.
 */
export const MAX_JSON_VALUES = 1_000_000;

/** The place of the first part of a value that JSON cannot carry, and why. */
export interface NonJson {
  readonly path: PropertyKey[];
  readonly reason: string;
}

/**
 * Looks for what JSON cannot carry, or not within {@link MAX_JSON_DEPTH} and {@link MAX_JSON_VALUES}; `undefined` when
 * all of the value can. Values that contain themselves are found to nest too deep.
 */
export function findNonJson(value: unknown): NonJson | undefined {
  // Nearly all values are fine, and telling so is a tenth of the work of saying where one is not.
  const budget = { left: MAX_JSON_VALUES };
  if (isJson(value, 0, budget)) return undefined;
  if (budget.left < 0) return { path: [], reason: `holds more than ${MAX_JSON_VALUES} values` };
  return findIn(value, 0, { left: MAX_JSON_VALUES });
}

function isJson(value: unknown, depth: number, budget: { left: number }): boolean {
  budget.left -= 1;
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return budget.left >= 0;
  if (typeof value === 'number') return budget.left >= 0 && Number.isFinite(value);
  if (typeof value !== 'object' || depth >= MAX_JSON_DEPTH || budget.left < 0) return false;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      if (!isJson(value[index], depth + 1, budget)) return false;
    }
    return true;
  }
  if (!isPlainObject(value)) return false;
  for (const key of Object.keys(value)) {
    const part = (value as Record<string, unknown>)[key];
    if (part !== undefined && !isJson(part, depth + 1, budget)) return false;
  }
  return true;
}

function findIn(value: unknown, depth: number, budget: { left: number }): NonJson | undefined {
  budget.left -= 1;
  if (budget.left < 0) return { path: [], reason: `holds more than ${MAX_JSON_VALUES} values` };
  if (typeof value !== 'object' || value === null) return findInScalar(value);
  if (depth >= MAX_JSON_DEPTH) return { path: [], reason: `nests deeper than ${MAX_JSON_DEPTH} levels` };
  if (!Array.isArray(value) && !isPlainObject(value)) {
    return { path: [], reason: `a ${value.constructor?.name || 'class'} instance is not JSON` };
  }
  for (const [key, part] of membersOf(value)) {
    const found = findIn(part, depth + 1, budget);
    if (found) return { path: [key, ...found.path], reason: found.reason };
  }
  return undefined;
}

function findInScalar(value: unknown): NonJson | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined;
  if (value === undefined) return { path: [], reason: 'undefined is not JSON' };
  if (typeof value !== 'number') return { path: [], reason: `a ${typeof value} is not JSON` };
  return Number.isFinite(value) ? undefined : { path: [], reason: `${value} is not a JSON number` };
}

function* membersOf(value: object): Generator<[PropertyKey, unknown]> {
  if (Array.isArray(value)) {
    // By position: `Object.entries` skips the holes of a list, which JSON.stringify turns into null.
    for (let index = 0; index < value.length; index++) yield [index, value[index]];
    return;
  }
  for (const [key, part] of Object.entries(value)) {
    // JSON.stringify leaves undefined members out, and so do we.
    if (part !== undefined) yield [key, part];
  }
}

/** Also true for the plain objects of another realm: a `vm` context, or a test runner's. */
function isPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === null || prototype === Object.prototype) return true;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf');
}

/** Values that are known to be frozen all the way down: they need not be gone through again. */
const FROZEN = new WeakSet();

/**
 * Freezes plain objects and lists all the way down and returns the value; class instances, buffers and streams are left
 * alone. Any depth and values that contain themselves are fine.
 */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || FROZEN.has(value)) return value;
  // Not `Object.isFrozen`: what is frozen at its surface may be open further down.
  const seen = new Set<unknown>();
  const open: unknown[] = [value];
  while (open.length > 0) {
    const part = open.pop();
    if (typeof part !== 'object' || part === null || seen.has(part) || FROZEN.has(part)) continue;
    if (!Array.isArray(part) && !isPlainObject(part)) continue;
    seen.add(Object.freeze(part));
    if (Array.isArray(part)) {
      for (const member of part) if (typeof member === 'object') open.push(member);
    } else {
      for (const key in part) {
        const member = (part as Record<string, unknown>)[key];
        if (typeof member === 'object') open.push(member);
      }
    }
  }
  FROZEN.add(value);
  return value;
}
