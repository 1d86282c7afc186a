import { Trouble } from './evaluation.js';
import type { ExpressionFunction } from './functions.js';
import { describeKind, Duration } from './values.js';

/** Parts of an instant, in UTC and counted as CEL does: months, days of the month and of the week from 0. */
const OF_INSTANT: Readonly<Record<string, (instant: Date) => number>> = {
  getFullYear: (instant) => instant.getUTCFullYear(),
  getMonth: (instant) => instant.getUTCMonth(),
  getDate: (instant) => instant.getUTCDate(),
  getDayOfMonth: (instant) => instant.getUTCDate() - 1,
  getDayOfWeek: (instant) => instant.getUTCDay(),
  getHours: (instant) => instant.getUTCHours(),
  getMinutes: (instant) => instant.getUTCMinutes(),
  getSeconds: (instant) => instant.getUTCSeconds(),
  getMilliseconds: (instant) => instant.getUTCMilliseconds(),
};

/** Milliseconds of the units in which a duration can be told, as a whole. */
const UNITS_MS: Readonly<Record<string, number>> = {
  getHours: 3_600_000,
  getMinutes: 60_000,
  getSeconds: 1_000,
  getMilliseconds: 1,
};

/** `instant.name()` and `duration.name()`. */
export const TIME_METHODS: ReadonlyMap<string, ExpressionFunction> = new Map(
  Object.keys(OF_INSTANT).map((name) => [name, timeMethod(name, OF_INSTANT[name]!, UNITS_MS[name])]),
);

function timeMethod(name: string, ofInstant: (instant: Date) => number, unitMs?: number): ExpressionFunction {
  const needed = unitMs === undefined ? 'an instant' : 'an instant or a duration';
  const call: ExpressionFunction['call'] = ([value]) => {
    if (value instanceof Date) return BigInt(ofInstant(value));
    if (value instanceof Duration && unitMs !== undefined) return BigInt(Math.trunc(value.ms / unitMs));
    throw new Trouble(`${name}() needs ${needed}, not ${describeKind(value)}; write timestamp(text) first`);
  };
  return { least: 1, most: 1, gives: 'a number', call };
}
