import { type Budget, EXPRESSION_LIMITS } from '../expression-limits.js';
import { type Evaluation, textTooLong, Trouble } from './evaluation.js';
import { Duration, setMember } from './values.js';

/**
 * The JSON that an expression's value stands for. What was found in the data is given as it is; in what the expression made,
 * ints become numbers, instants ISO 8601 texts and durations texts such as `90s`.
 * @throws Trouble for a number that JSON cannot carry, and for a result over the limits
 */
export function toResult(value: unknown, evaluation: Evaluation): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Date || value instanceof Duration) {
    return toScalar(value);
  }
  if (!evaluation.owns(value)) return value;
  return convert(value, evaluation, newSize());
}

/** What a result may still hold: values and characters. A value that stands in two places counts twice, as JSON writes it twice. */
interface Size {
  readonly values: Budget;
  readonly text: Budget;
}

function newSize(): Size {
  return {
    values: { left: EXPRESSION_LIMITS.maxResultValues },
    text: { left: EXPRESSION_LIMITS.maxTextLength },
  };
}

/** In place: what the expression made belongs to nobody else yet. */
function convert(value: unknown, evaluation: Evaluation, size: Size): unknown {
  if (!evaluation.owns(value)) {
    measure(value, size);
    return toScalar(value);
  }
  takeValue(size);
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) value[index] = convert(value[index], evaluation, size);
    return value;
  }
  const members = value as Record<string, unknown>;
  for (const name of Object.keys(members)) {
    takeText(name.length, size);
    const member = convert(members[name], evaluation, size);
    if (member !== members[name]) setMember(members, name, member);
  }
  return value;
}

/**
 * A value written into a text: texts as they are, null as nothing, lists and objects as JSON.
 * @throws Trouble when it is too long
 */
export function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  measure(value, newSize());
  return JSON.stringify(value);
}

function toScalar(value: unknown): unknown {
  if (typeof value === 'bigint') {
    const number = Number(value);
    if (Number.isSafeInteger(number)) return number;
    throw new Trouble('it gives a whole number that JSON cannot carry exactly; write string(number)');
  }
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new Trouble(`it gives ${value}, which is no JSON`);
  if (value instanceof Date) return value.toISOString();
  return value instanceof Duration ? value.toString() : value;
}

/** @throws Trouble when a part of the data is too much for the result that it becomes a part of */
function measure(value: unknown, size: Size): void {
  takeValue(size);
  if (typeof value === 'string') takeText(value.length, size);
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) measure(item, size);
    return;
  }
  for (const [name, member] of Object.entries(value)) {
    takeText(name.length, size);
    measure(member, size);
  }
}

function takeValue({ values }: Size): void {
  values.left -= 1;
  if (values.left < 0) {
    throw new Trouble(`its result holds more than ${EXPRESSION_LIMITS.maxResultValues} values`, 'limit');
  }
}

function takeText(length: number, { text }: Size): void {
  text.left -= length;
  if (text.left < 0) throw textTooLong();
}
