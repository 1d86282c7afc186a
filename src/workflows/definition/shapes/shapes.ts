import {
  didYouMean,
  jsonPath,
  MAX_ISSUES,
  nearestNames,
  parseDurationMs,
  toFailure,
} from '../../../common/index.js';
import { within, type Report } from '../problem-list.js';

/** A JSON Schema, draft 2020-12. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** What a value must be: read by the parser, and published as a JSON Schema for editors. The two come from one place. */
export interface Shape<T = unknown> {
  readonly schema: JsonSchema;
  /** The value as it is kept; `undefined` after a problem was reported that makes it useless. */
  read(value: unknown, report: Report): T | undefined;
}

/** A member of an object. */
export interface Field {
  readonly shape: Shape;
  /** For people and for editors. */
  readonly description: string;
  readonly isRequired?: boolean;
  /** Told to editors; whoever uses the value fills it in. */
  readonly default?: unknown;
}

export type Fields = ReadonlyMap<string, Field>;

/** The fields of an object in the order in which they are read and published. */
export function fieldsOf(fields: Readonly<Record<string, Field>>): Fields {
  return new Map(Object.entries(fields));
}

/** Any JSON value; its expressions are compiled later. */
export const anything: Shape = { schema: {}, read: (value) => value };

export const flag: Shape<boolean> = {
  schema: { type: 'boolean' },
  read: (value, report) => {
    if (typeof value === 'boolean') return value;
    report('WRONG_TYPE', '', 'must be true or false');
    return undefined;
  },
};

/** A text of 1 to so many characters. */
export function text(maxLength: number): Shape<string> {
  return {
    schema: { type: 'string', minLength: 1, maxLength },
    read: (value, report) => {
      if (typeof value !== 'string') report('WRONG_TYPE', '', 'must be a text');
      else if (value.length === 0) report('VALUE_INVALID', '', 'must not be empty');
      else if (value.length > maxLength) {
        report('VALUE_INVALID', '', `has ${value.length} characters; at most ${maxLength} are allowed`);
      } else return value;
      return undefined;
    },
  };
}

/** A text that follows a rule. */
export interface TextRule {
  readonly code: string;
  /** What it must be, as the end of a sentence. */
  readonly rule: string;
  readonly accepts: (text: string) => boolean;
  /** The rule as far as JSON Schema can say it. */
  readonly schema: JsonSchema;
}

export function textOf({ code, rule, accepts, schema }: TextRule): Shape<string> {
  return {
    schema: { type: 'string', ...schema },
    read: (value, report) => {
      if (typeof value !== 'string') report('WRONG_TYPE', '', 'must be a text');
      else if (accepts(value)) return value;
      else report(code, '', rule);
      return undefined;
    },
  };
}

/** A whole number within bounds. */
export function whole(least: number, most: number): Shape<number> {
  return {
    schema: { type: 'integer', minimum: least, maximum: most },
    read: (value, report) => {
      const rule = `must be a whole number from ${least} to ${most}`;
      if (typeof value !== 'number') report('WRONG_TYPE', '', rule);
      else if (Number.isInteger(value) && value >= least && value <= most) return value;
      else report('VALUE_INVALID', '', `is ${value}; it ${rule}`);
      return undefined;
    },
  };
}

/** One of some texts. */
export function oneOf<const Value extends string>(...values: readonly Value[]): Shape<Value> {
  const list = values.map((value) => `"${value}"`).join(', ');
  return {
    schema: { enum: values },
    read: (value, report) => {
      if (values.includes(value as Value)) return value as Value;
      if (typeof value !== 'string') report('WRONG_TYPE', '', `must be one of ${list}`);
      else {
        const hint = didYouMean(nearestNames(value, values));
        report('VALUE_INVALID', '', `is "${value.slice(0, 80)}"; it must be one of ${list}.${hint}`);
      }
      return undefined;
    },
  };
}

/** A duration as text, within bounds in milliseconds; `label` says the longest one in words. */
export function duration(leastMs: number, mostMs = Infinity, label = ''): Shape<string> {
  return {
    schema: {
      type: 'string',
      pattern: String.raw`^\d{1,9}(\.\d{1,3})?(ms|s|m|h|d)$`,
      examples: ['30s', '24h'],
    },
    read: (value, report) => {
      if (typeof value !== 'string') {
        report('WRONG_TYPE', '', 'must be a duration, such as 500ms, 10s, 5m, 24h or 7d');
        return undefined;
      }
      const durationMs = durationOf(value, report);
      if (durationMs === undefined) return undefined;
      if (durationMs >= leastMs && durationMs <= mostMs) return value;
      const bound = durationMs < leastMs ? `at least ${leastMs}ms` : `at most ${label}`;
      report('VALUE_INVALID', '', `is ${value}; it must be ${bound}`);
      return undefined;
    },
  };
}

function durationOf(value: string, report: Report): number | undefined {
  try {
    return parseDurationMs(value);
  } catch (error) {
    report('DURATION_INVALID', '', toFailure(error).message);
    return undefined;
  }
}

/** A list of at most so many entries. One that is wrong makes the list useless. */
export function listOf<T>(entry: Shape<T>, maxEntries: number): Shape<readonly T[]> {
  return {
    schema: { type: 'array', items: entry.schema, maxItems: maxEntries },
    read: (value, report) => {
      if (!Array.isArray(value)) {
        report('WRONG_TYPE', '', 'must be a list');
        return undefined;
      }
      if (value.length > maxEntries) {
        report('VALUE_INVALID', '', `has ${value.length} entries; at most ${maxEntries} are allowed`);
        return undefined;
      }
      const read = value.map((part, index) => entry.read(part, within(report, `[${index}]`)));
      return read.includes(undefined) ? undefined : Object.freeze(read as T[]);
    },
  };
}

/** One entry by itself, or a list of one or more. */
export function oneOrMore<T>(entry: Shape<T>, maxEntries: number): Shape<T | readonly T[]> {
  const list = listOf(entry, maxEntries);
  return {
    schema: { anyOf: [entry.schema, { ...list.schema, minItems: 1 }] },
    read: (value, report) => {
      if (typeof value === 'string') return entry.read(value, report);
      if (Array.isArray(value) && value.length > 0) return list.read(value, report);
      report('WRONG_TYPE', '', 'must be a text, or a list of at least one');
      return undefined;
    },
  };
}

/** An object whose member names follow a rule, and whose members are all of one shape. */
export function recordOf<T>(key: TextRule, member: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return {
    schema: { type: 'object', propertyNames: key.schema, additionalProperties: member.schema },
    read: (value, report) => {
      if (!isObject(value)) {
        report('WRONG_TYPE', '', 'must be an object');
        return undefined;
      }
      const members: [string, T][] = [];
      for (const [name, part] of Object.entries(value)) {
        const place = jsonPath([name]).slice(1);
        if (!key.accepts(name)) report(key.code, place, key.rule);
        const read = member.read(part, within(report, place));
        if (read !== undefined) members.push([name, read]);
      }
      return Object.freeze(Object.fromEntries(members));
    },
  };
}

/** A text in short, or an object in full. */
export function shortOrFull<Short, Full>(short: Shape<Short>, full: Shape<Full>): Shape<Short | Full> {
  return {
    schema: { anyOf: [short.schema, full.schema] },
    read: (value, report) => {
      if (typeof value === 'string') return short.read(value, report);
      if (isObject(value)) return full.read(value, report);
      report('WRONG_TYPE', '', 'must be a text or an object');
      return undefined;
    },
  };
}

/** An object with certain fields. Without one that it must have it is useless. */
export function objectOf<T>(label: string, fields: Fields): Shape<T> {
  const required = requiredOf(fields);
  return {
    schema: { ...objectSchema(fields), ...(required.length > 0 && { required }) },
    read: (value, report) => {
      if (!isObject(value)) {
        report('WRONG_TYPE', '', 'must be an object');
        return undefined;
      }
      reportUnknownFields(label, fields, value, report);
      const read = readFields(fields, value, report);
      return required.every((name) => Object.hasOwn(read, name)) ? Object.freeze(read as T) : undefined;
    },
  };
}

/** The JSON Schema of an object with these fields and no others. */
export function objectSchema(fields: Fields): JsonSchema {
  const properties = [...fields].map(([name, { shape, description, default: value }]) => {
    const told = value === undefined ? { description } : { description, default: value };
    return [name, { ...shape.schema, ...told }];
  });
  return { type: 'object', properties: Object.fromEntries(properties), additionalProperties: false };
}

/** Those of the fields that are there and fine. */
export function readFields(fields: Fields, value: object, report: Report): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  let reading = '';
  const inner: Report = (code, place, message) => report(code, `.${reading}${place}`, message);
  for (const [name, member] of Object.entries(value)) {
    const field = fields.get(name);
    if (field === undefined) continue;
    reading = name;
    const kept = field.shape.read(member, inner);
    if (kept !== undefined) read[name] = kept;
  }
  for (const name of requiredOf(fields)) {
    if (!Object.hasOwn(value, name)) report('FIELD_MISSING', `.${name}`, 'is missing');
  }
  return read;
}

const REQUIRED = new WeakMap<Fields, readonly string[]>();

/** The names of those fields that an object must have. */
export function requiredOf(fields: Fields): readonly string[] {
  let required = REQUIRED.get(fields);
  if (required === undefined) {
    required = [...fields].filter(([, { isRequired }]) => isRequired).map(([name]) => name);
    REQUIRED.set(fields, required);
  }
  return required;
}

/** @param label what has the fields, in words: `a step` */
export function reportUnknownFields(label: string, fields: Fields, value: object, report: Report): void {
  let count = 0;
  for (const name of Object.keys(value)) {
    if (fields.has(name)) continue;
    count += 1;
    if (count > MAX_ISSUES) return;
    const hint = didYouMean(nearestNames(name, fields.keys()));
    report('UNKNOWN_FIELD', jsonPath([name]).slice(1), `is no field of ${label}.${hint}`);
  }
}

/** Of a value that was copied: its objects are plain. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
