import { type Evaluation, Trouble } from './evaluation.js';
import { countCharacters, type ExpressionFunction, indexOfCharacter, sizeOf } from './functions.js';
import { TIME_METHODS } from './time-methods.js';
import { asCount, asText, describeKind } from './values.js';

type Args = readonly unknown[];
type FromText<Result> = (text: string, part: string, evaluation: Evaluation) => Result;

/** `value.name(…)`. */
export const METHODS: ReadonlyMap<string, ExpressionFunction> = new Map<string, ExpressionFunction>([
  [
    'size',
    { least: 1, most: 1, gives: 'a number', call: ([value], evaluation) => sizeOf(value, evaluation) },
  ],
  ['lowerAscii', changing('lowerAscii', toLowerAscii)],
  ['upperAscii', changing('upperAscii', toUpperAscii)],
  ['trim', changing('trim', (text) => text.trim())],
  ['startsWith', comparing('startsWith', (text, part) => text.startsWith(part))],
  ['endsWith', comparing('endsWith', (text, part) => text.endsWith(part))],
  ['contains', searching('contains', (text, part) => text.includes(part))],
  ['lastIndexOf', searching('lastIndexOf', lastIndexOf, 'a number')],
  ['indexOf', { least: 2, most: 3, gives: 'a number', call: indexOf }],
  ['split', searching('split', split, 'a list')],
  ['substring', { least: 2, most: 3, gives: 'a text', call: substring }],
  ['join', { least: 1, most: 2, gives: 'a text', call: join }],
  ...TIME_METHODS,
]);

function changing(name: string, change: (text: string) => string): ExpressionFunction {
  const call = ([value]: Args, evaluation: Evaluation): string => {
    const text = asText(value, `${name}()`);
    evaluation.spendOnText(text.length);
    return change(text);
  };
  return { least: 1, most: 1, gives: 'a text', call };
}

/** CEL changes the letters of ASCII and no others. */
function toLowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function toUpperAscii(text: string): string {
  return text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}

/** Looks at one place of a text. */
function comparing(name: string, compare: FromText<boolean>): ExpressionFunction {
  const call = ([value, other]: Args, evaluation: Evaluation): boolean => {
    const [text, part] = [asText(value, `${name}()`), asText(other, `${name}()`)];
    evaluation.spendOnText(part.length);
    return compare(text, part, evaluation);
  };
  return { least: 2, most: 2, call };
}

/** Looks at all places of a text. */
function searching(name: string, search: FromText<unknown>, gives?: string): ExpressionFunction {
  const call = ([value, other]: Args, evaluation: Evaluation): unknown => {
    const [text, part] = [asText(value, `${name}()`), asText(other, `${name}()`)];
    evaluation.spendOnSearch(text, part);
    return search(text, part, evaluation);
  };
  return { least: 2, most: 2, gives, call };
}

function indexOf([value, other, from = 0n]: Args, evaluation: Evaluation): bigint {
  const [text, part] = [asText(value, 'indexOf()'), asText(other, 'indexOf()')];
  evaluation.spendOnSearch(text, part);
  return positionOf(text, text.indexOf(part, indexIn(text, from, 'indexOf', evaluation)), evaluation);
}

function lastIndexOf(text: string, part: string, evaluation: Evaluation): bigint {
  return positionOf(text, text.lastIndexOf(part), evaluation);
}

/** Positions count code points, as `size()` does. */
function positionOf(text: string, index: number, evaluation: Evaluation): bigint {
  return BigInt(index < 0 ? index : countCharacters(text, index, evaluation));
}

function split(text: string, separator: string, evaluation: Evaluation): string[] {
  // A text is split into its code points, never into halves of them.
  const parts = separator === '' ? Array.from(text) : text.split(separator);
  evaluation.spend(parts.length);
  return evaluation.own(parts);
}

function substring([value, from, to]: Args, evaluation: Evaluation): string {
  const text = asText(value, 'substring()');
  const start = indexIn(text, from, 'substring', evaluation);
  const end = to === undefined ? text.length : indexIn(text, to, 'substring', evaluation);
  if (end < start) {
    throw new Trouble(`substring() cannot end at ${String(to)}, before its start at ${String(from)}`);
  }
  evaluation.spendOnText(end - start);
  return text.slice(start, end);
}

/** The index of JavaScript's for a position in a text. */
function indexIn(text: string, value: unknown, name: string, evaluation: Evaluation): number {
  const position = asCount(value, `${name}()`);
  const index = position < 0 ? undefined : indexOfCharacter(text, position, evaluation);
  if (index !== undefined) return index;
  const size = sizeOf(text, evaluation);
  throw new Trouble(`${name}() got the position ${position} in a text of ${size} characters`);
}

function join([value, separator = '']: Args, evaluation: Evaluation): string {
  if (!Array.isArray(value)) throw new Trouble(`join() needs a list of texts, not ${describeKind(value)}`);
  const between = asText(separator, 'join()');
  evaluation.spend(value.length);
  let length = 0;
  for (const item of value as unknown[]) {
    if (typeof item !== 'string') {
      const remedy = 'write list.map(x, string(x)) first';
      throw new Trouble(`join() needs a list of texts, but one is ${describeKind(item)}; ${remedy}`);
    }
    length += item.length + between.length;
  }
  evaluation.allowText(length);
  return value.join(between);
}
