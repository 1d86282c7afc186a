import type { ExpressionFunction } from './functions.js';
import { sizeOf } from './functions.js';
import { type Evaluation, Trouble } from './evaluation.js';
import { asCount, asText, describeKind, Duration } from './values.js';

type Call = ExpressionFunction['call'];

/** `value.name(…)`. */
export const METHODS: ReadonlyMap<string, ExpressionFunction> = new Map<string, ExpressionFunction>([
  [
    'size',
    { least: 1, most: 1, gives: 'a number', call: ([value], evaluation) => sizeOf(value, evaluation) },
  ],
  ['contains', ofText('contains', (text, part) => text.includes(part))],
  ['startsWith', ofText('startsWith', (text, part) => text.startsWith(part))],
  ['endsWith', ofText('endsWith', (text, part) => text.endsWith(part))],
  ['lowerAscii', { least: 1, most: 1, gives: 'a text', call: changeText('lowerAscii', toLowerAscii) }],
  ['upperAscii', { least: 1, most: 1, gives: 'a text', call: changeText('upperAscii', toUpperAscii) }],
  ['trim', { least: 1, most: 1, gives: 'a text', call: changeText('trim', (text) => text.trim()) }],
  ['indexOf', { least: 2, most: 3, gives: 'a number', call: indexOf }],
  ['lastIndexOf', { least: 2, most: 2, gives: 'a number', call: lastIndexOf }],
  ['substring', { least: 2, most: 3, gives: 'a text', call: substring }],
  ['split', { least: 2, most: 2, gives: 'a list', call: split }],
  ['join', { least: 1, most: 2, gives: 'a text', call: join }],
  ['getFullYear', ofTime('getFullYear', (at) => at.getUTCFullYear())],
  ['getMonth', ofTime('getMonth', (at) => at.getUTCMonth())],
  ['getDate', ofTime('getDate', (at) => at.getUTCDate())],
  ['getDayOfMonth', ofTime('getDayOfMonth', (at) => at.getUTCDate() - 1)],
  ['getDayOfWeek', ofTime('getDayOfWeek', (at) => at.getUTCDay())],
  [
    'getHours',
    ofTime(
      'getHours',
      (at) => at.getUTCHours(),
      (ms) => ms / 3_600_000,
    ),
  ],
  [
    'getMinutes',
    ofTime(
      'getMinutes',
      (at) => at.getUTCMinutes(),
      (ms) => ms / 60_000,
    ),
  ],
  [
    'getSeconds',
    ofTime(
      'getSeconds',
      (at) => at.getUTCSeconds(),
      (ms) => ms / 1_000,
    ),
  ],
  [
    'getMilliseconds',
    ofTime(
      'getMilliseconds',
      (at) => at.getUTCMilliseconds(),
      (ms) => ms,
    ),
  ],
]);

/** A question about a text and a part of it. */
function ofText(name: string, ask: (text: string, part: string) => boolean): ExpressionFunction {
  return {
    least: 2,
    most: 2,
    call: ([value, part], evaluation) => {
      const text = textOf(value, name, evaluation);
      return ask(text, asText(part, `${name}()`));
    },
  };
}

/** A part of an instant, in UTC, or the whole of a duration in a unit. */
function ofTime(
  name: string,
  ofInstant: (instant: Date) => number,
  ofDurationMs?: (ms: number) => number,
): ExpressionFunction {
  const call: Call = ([value]) => {
    if (value instanceof Date) return BigInt(ofInstant(value));
    if (value instanceof Duration && ofDurationMs) return BigInt(Math.trunc(ofDurationMs(value.ms)));
    const needed = ofDurationMs ? 'an instant or a duration' : 'an instant';
    throw new Trouble(`${name}() needs ${needed}, not ${describeKind(value)}; write timestamp(text) first`);
  };
  return { least: 1, most: 1, gives: 'a number', call };
}

function changeText(name: string, change: (text: string) => string): Call {
  return ([value], evaluation) => change(textOf(value, name, evaluation));
}

function textOf(value: unknown, name: string, evaluation: Evaluation): string {
  const text = asText(value, `${name}()`);
  evaluation.spendOnText(text.length);
  return text;
}

function toLowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function toUpperAscii(text: string): string {
  return text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}

function indexOf([value, part, from = 0n]: readonly unknown[], evaluation: Evaluation): unknown {
  const text = textOf(value, 'indexOf', evaluation);
  const start = positionIn(text, from, 'indexOf');
  return BigInt(text.indexOf(asText(part, 'indexOf()'), start));
}

function lastIndexOf([value, part]: readonly unknown[], evaluation: Evaluation): unknown {
  const text = textOf(value, 'lastIndexOf', evaluation);
  return BigInt(text.lastIndexOf(asText(part, 'lastIndexOf()')));
}

function substring([value, from, to]: readonly unknown[], evaluation: Evaluation): unknown {
  const text = textOf(value, 'substring', evaluation);
  const start = positionIn(text, from, 'substring');
  const end = to === undefined ? text.length : positionIn(text, to, 'substring');
  if (end < start) throw new Trouble(`substring() cannot end at ${end}, before its start at ${start}`);
  return text.slice(start, end);
}

function positionIn(text: string, value: unknown, name: string): number {
  const position = asCount(value, `${name}()`);
  if (position >= 0 && position <= text.length) return position;
  throw new Trouble(`${name}() got the position ${position} in a text of ${text.length} characters`);
}

function split([value, separator]: readonly unknown[], evaluation: Evaluation): unknown {
  const parts = textOf(value, 'split', evaluation).split(asText(separator, 'split()'));
  evaluation.spend(parts.length);
  return evaluation.own(parts);
}

function join([value, separator = '']: readonly unknown[], evaluation: Evaluation): unknown {
  if (!Array.isArray(value)) throw new Trouble(`join() needs a list of texts, not ${describeKind(value)}`);
  const between = asText(separator, 'join()');
  let length = 0;
  for (const item of value as unknown[]) {
    if (typeof item !== 'string') {
      throw new Trouble(
        `join() needs a list of texts, but one is ${describeKind(item)}; write list.map(x, string(x)) first`,
      );
    }
    length += item.length + between.length;
  }
  evaluation.spend(value.length);
  evaluation.allowText(length);
  return value.join(between);
}
