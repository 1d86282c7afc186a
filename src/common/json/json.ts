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
  const walk = new JsonWalk(Infinity, false);
  if (walk.take(value, 0)) return undefined;
  if (walk.valuesLeft < 0) return { path: [], reason: `holds more than ${MAX_JSON_VALUES} values` };
  return findIn(value, 0, { left: MAX_JSON_VALUES });
}

/**
 * Tells whether a value is JSON, as {@link findNonJson} does, of at most `maxBytes` of UTF-8, and stops as soon as it is not.
 * Escapes in texts are not counted.
 */
export function isJsonWithin(value: unknown, maxBytes: number): boolean {
  return new JsonWalk(maxBytes, false).take(value, 0);
}

/**
 * Freezes a JSON value all the way down, in the same walk in which it tells what {@link isJsonWithin} does. Of a value that is not
 * JSON, or too large, some parts may be frozen.
 */
export function sealJson(value: unknown, maxBytes: number): boolean {
  return new JsonWalk(maxBytes, true).take(value, 0);
}

/** One way through a JSON value, part by part, until it is through or a limit is reached. */
class JsonWalk {
  valuesLeft = MAX_JSON_VALUES;

  constructor(
    private bytesLeft: number,
    private readonly freezes: boolean,
  ) {}

  take(value: unknown, depth: number): boolean {
    this.valuesLeft -= 1;
    if (typeof value !== 'object' || value === null) return this.#takeScalar(value);
    if (depth >= MAX_JSON_DEPTH || !this.#spend(1)) return false;
    const isTaken = Array.isArray(value)
      ? this.#takeList(value, depth)
      : isPlainObject(value) && this.#takeObject(value as Record<string, unknown>, depth);
    if (isTaken && this.freezes) Object.freeze(value);
    return isTaken;
  }

  #takeScalar(value: unknown): boolean {
    if (typeof value === 'string') return this.#spendText(value);
    if (typeof value === 'number') return Number.isFinite(value) && this.#spend(lengthOf(value));
    return (typeof value === 'boolean' || value === null) && this.#spend(4);
  }

  #takeList(list: readonly unknown[], depth: number): boolean {
    for (let index = 0; index < list.length; index += 1) {
      if (!this.#spend(1) || !this.take(list[index], depth + 1)) return false;
    }
    return true;
  }

  #takeObject(object: Readonly<Record<string, unknown>>, depth: number): boolean {
    for (const key in object) {
      const part = object[key];
      if (part === undefined) continue;
      if (!this.#spend(key.length + 4) || !this.take(part, depth + 1)) return false;
    }
    return true;
  }

  #spend(bytes: number): boolean {
    this.bytesLeft -= bytes;
    return this.bytesLeft >= 0 && this.valuesLeft >= 0;
  }

  /** A UTF-16 unit takes 1 to 3 bytes as UTF-8, so most texts need no counting. */
  #spendText(text: string): boolean {
    const isSurelySmall = text.length * 3 + 2 <= this.bytesLeft;
    return this.#spend(isSurelySmall ? text.length + 2 : Buffer.byteLength(text) + 2);
  }
}

function lengthOf(value: number): number {
  return Number.isInteger(value) && value >= 0 && value < 10 ? 1 : String(value).length;
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
    addObjects(part, open);
  }
  FROZEN.add(value);
  return value;
}

/** Adds the members that have members of their own. */
function addObjects(part: object, open: unknown[]): void {
  if (Array.isArray(part)) {
    for (const member of part) if (typeof member === 'object') open.push(member);
    return;
  }
  for (const key of Object.keys(part)) {
    const member = (part as Record<string, unknown>)[key];
    if (typeof member === 'object') open.push(member);
  }
}
