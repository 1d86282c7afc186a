import { type Evaluation, Trouble } from './evaluation.js';

/** A length of time in an expression: `duration("90s")`, or the time between two instants. */
export class Duration {
  /** @param ms whole milliseconds, of either sign */
  constructor(readonly ms: number) {}

  /** In seconds, as durations are written in a definition: `90s`, `0.5s`. */
  toString(): string {
    return `${this.ms / 1_000}s`;
  }
}

/** A number as expressions know it: bigint for an `int`, which is a literal, a size or a conversion; JSON's are doubles. */
export type Numeric = number | bigint;

export function isNumeric(value: unknown): value is Numeric {
  return typeof value === 'number' || typeof value === 'bigint';
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !(value instanceof Duration)
  );
}

/** Gives an object a member of its own, whatever its name; an assignment to `__proto__` would change what the object is. */
export function setMember(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') object[name] = value;
  else Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}

/** What a value is, for a message: `a text`. Never the value itself: it may be long or secret. */
export function describeKind(value: unknown): string {
  if (value === null) return 'null';
  if (isNumeric(value)) return 'a number';
  if (typeof value === 'string') return 'a text';
  if (typeof value === 'boolean') return 'true or false';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Date) return 'an instant';
  if (value instanceof Duration) return 'a duration';
  return isObject(value) ? 'an object' : `a ${typeof value}`;
}

/** Deep equality. Numbers are equal by value, whether int or double; values of different kinds are not equal. */
export function isEqual(left: unknown, right: unknown, evaluation: Evaluation): boolean {
  evaluation.spend(1);
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right)) return areListsEqual(left, right, evaluation);
  if (isObject(left) && isObject(right)) return areObjectsEqual(left, right, evaluation);
  return areScalarsEqual(left, right, evaluation);
}

function areScalarsEqual(left: unknown, right: unknown, evaluation: Evaluation): boolean {
  if (typeof left === 'string' && typeof right === 'string') {
    // Unequal, or they would have been the same value; only texts of one length are looked through to find out.
    if (left.length === right.length) evaluation.spendOnText(left.length);
    return false;
  }
  // Between bigint and number this compares by value, as CEL does.
  if (isNumeric(left) && isNumeric(right)) return left == right;
  if (left instanceof Date && right instanceof Date) return left.getTime() === right.getTime();
  return left instanceof Duration && right instanceof Duration && left.ms === right.ms;
}

function areListsEqual(left: unknown[], right: unknown[], evaluation: Evaluation): boolean {
  return left.length === right.length && left.every((item, index) => isEqual(item, right[index], evaluation));
}

function areObjectsEqual(
  left: Record<string, unknown>,
  right: Record<string, unknown>,
  evaluation: Evaluation,
): boolean {
  const keys = memberNames(left, evaluation);
  return (
    keys.length === memberNames(right, evaluation).length &&
    keys.every((key) => Object.hasOwn(right, key) && isEqual(left[key], right[key], evaluation))
  );
}

/** The names of an object's members; one that is `undefined` is absent, as in JSON. */
export function memberNames(value: Record<string, unknown>, evaluation: Evaluation): string[] {
  const names = Object.keys(value);
  evaluation.spend(names.length);
  return names.filter((name) => value[name] !== undefined);
}

/** A text that an operation needs. @throws Trouble naming the operation */
export function asText(value: unknown, operation: string): string {
  if (typeof value === 'string') return value;
  throw new Trouble(`${operation} needs a text, not ${describeKind(value)}`);
}

/** @throws Trouble naming the operation */
export function asBoolean(value: unknown, operation: string): boolean {
  if (typeof value === 'boolean') return value;
  throw new Trouble(`${operation} needs true or false, not ${describeKind(value)}`);
}

/** A whole number that an operation needs, to count with. @throws Trouble naming the operation */
export function asCount(value: unknown, operation: string): number {
  const number = isNumeric(value) ? Number(value) : NaN;
  if (Number.isSafeInteger(number)) return number;
  throw new Trouble(
    `${operation} needs a whole number, not ${isNumeric(value) ? String(value) : describeKind(value)}`,
  );
}
