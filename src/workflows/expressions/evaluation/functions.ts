import { parseDurationMs } from '../../../common/index.js';
import { parseInstantMs } from '../../definition/instants.js';
import { type Evaluation, Trouble } from './evaluation.js';
import { toInstant, toInt } from './operators.js';
import { asText, describeKind, Duration, isNumeric, isObject, memberNames } from './values.js';

/** A function of expressions. A method gets its receiver as the first argument. */
export interface ExpressionFunction {
  readonly least: number;
  readonly most: number;
  /** What it gives, where that is never `true` or `false`. */
  readonly gives?: string;
  readonly call: (args: readonly unknown[], evaluation: Evaluation) => unknown;
}

/** `name(value)`. */
export const FUNCTIONS: ReadonlyMap<string, ExpressionFunction> = new Map(
  Object.entries({
    size: { least: 1, most: 1, gives: 'a number', call: ([value], evaluation) => sizeOf(value, evaluation) },
    string: { least: 1, most: 1, gives: 'a text', call: ([value]) => toText(value) },
    int: { least: 1, most: 1, gives: 'a number', call: ([value]) => toWhole(value) },
    double: { least: 1, most: 1, gives: 'a number', call: ([value]) => toDouble(value) },
    bool: { least: 1, most: 1, call: ([value]) => toBoolean(value) },
    dyn: { least: 1, most: 1, call: ([value]) => value },
    timestamp: { least: 1, most: 1, gives: 'an instant', call: ([value]) => readInstant(value) },
    duration: { least: 1, most: 1, gives: 'a duration', call: ([value]) => readDuration(value) },
  } satisfies Record<string, ExpressionFunction>),
);

/** Counting code points goes one by one. */
const CODE_UNITS_PER_WORK = 16;

/** Code points, as CEL counts a text; items of a list; members of an object. */
export function sizeOf(value: unknown, evaluation: Evaluation): bigint {
  if (Array.isArray(value)) return BigInt(value.length);
  if (isObject(value)) return BigInt(memberNames(value, evaluation).length);
  const text = asText(value, 'size()');
  return BigInt(countCharacters(text, text.length, evaluation));
}

/** How many code points stand in a text before an index of JavaScript's. */
export function countCharacters(text: string, end: number, evaluation: Evaluation): number {
  evaluation.spend(1 + end / CODE_UNITS_PER_WORK);
  let count = 0;
  for (let index = 0; index < end; index++) {
    if (text.codePointAt(index)! > 0xffff) index += 1;
    count += 1;
  }
  return count;
}

/** The index of JavaScript's at which a text has so many code points before it; `undefined` when it has not so many. */
export function indexOfCharacter(text: string, position: number, evaluation: Evaluation): number | undefined {
  if (position > text.length) return undefined;
  evaluation.spend(1 + position / CODE_UNITS_PER_WORK);
  let index = 0;
  for (let count = 0; count < position; count++) {
    if (index >= text.length) return undefined;
    index += text.codePointAt(index)! > 0xffff ? 2 : 1;
  }
  return index;
}

function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (isNumeric(value) || typeof value === 'boolean' || value instanceof Duration) return String(value);
  if (value instanceof Date) return value.toISOString();
  throw cannotConvert('string', value);
}

function toWhole(value: unknown): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return toInt(BigInt(Math.trunc(value)));
  if (typeof value === 'string' && /^[+-]?\d{1,19}$/.test(value))
    return toInt(BigInt(value.replace('+', '')));
  if (value instanceof Date) return BigInt(Math.floor(value.getTime() / 1_000));
  throw cannotConvert('int', value);
}

function toDouble(value: unknown): number {
  if (isNumeric(value)) return Number(value);
  const isNumber =
    typeof value === 'string' && /^[+-]?(\d{1,400}(\.\d{0,400})?|\.\d{1,400})(e[+-]?\d{1,4})?$/i.test(value);
  if (isNumber) return Number(value);
  throw cannotConvert('double', value);
}

function toBoolean(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  throw cannotConvert('bool', value);
}

/** Does not repeat a text: it may be long or secret. */
function cannotConvert(name: string, value: unknown): Trouble {
  const what = typeof value === 'string' ? 'a text like this' : describeKind(value);
  return new Trouble(`${name}() cannot convert ${what}`);
}

/** ISO 8601 with an offset, without which the instant would depend on the machine; or seconds since the epoch, as in CEL. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

function readInstant(value: unknown): Date {
  if (value instanceof Date) return value;
  if (isNumeric(value)) return toInstant(Number(value) * 1_000);
  const ms = typeof value === 'string' && INSTANT.test(value) ? parseInstantMs(value) : undefined;
  if (ms !== undefined) return toInstant(ms);
  throw new Trouble(
    'timestamp() needs an instant such as "2026-01-31T09:00:00Z", or seconds since the start of 1970',
  );
}

function readDuration(value: unknown): Duration {
  if (value instanceof Duration) return value;
  const text = typeof value === 'string' ? value.slice(0, 100) : '';
  const parts = text.match(/\d+(?:\.\d+)?(?:ms|s|m|h|d)/g) ?? [];
  const sign = text.startsWith('-') ? -1 : 1;
  if (parts.length === 0 || parts.join('') !== text.replace(/^[+-]/, '')) throw noDuration();
  try {
    return new Duration(sign * parts.reduce((totalMs, part) => totalMs + parseDurationMs(part), 0));
  } catch {
    throw noDuration();
  }
}

function noDuration(): Trouble {
  return new Trouble('duration() needs a text such as "90s", "1h30m" or "500ms"');
}
