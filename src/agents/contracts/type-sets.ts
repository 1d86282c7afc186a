import type { Schema, SchemaInput, SchemaOutput } from '../../common/index.js';
import { InvalidDefinitionError } from '../agent.errors.js';
import { isDataType, type DataType } from './data-type.js';

const ANY_OF = Symbol.for('cadre.any-of');
const ALL_OF = Symbol.for('cadre.all-of');

/** Alternatives: a value of any one of the types. */
export interface AnyOf<Types extends readonly DataType[] = readonly DataType[]> {
  readonly [ANY_OF]: true;
  readonly types: Types;
}

/** A required set: an object with one member of each type. */
export interface AllOf<
  Parts extends Readonly<Record<string, DataType>> = Readonly<Record<string, DataType>>,
> {
  readonly [ALL_OF]: true;
  readonly parts: Parts;
}

/** What the input of a contract may be: one type, alternatives, or a required set. */
export type InputSpec = Schema | AnyOf | AllOf;
/** What the output of a contract may be: one type, or alternatives. */
export type OutputSpec = Schema | AnyOf;

/** The type of a value of the spec before validation. */
export type SpecInput<S> =
  S extends AnyOf<infer Types>
    ? SchemaInput<Types[number]>
    : S extends AllOf<infer Parts>
      ? { [K in keyof Parts]: SchemaInput<Parts[K]> }
      : S extends Schema
        ? SchemaInput<S>
        : never;

/** The type of a value of the spec after validation. */
export type SpecOutput<S> =
  S extends AnyOf<infer Types>
    ? SchemaOutput<Types[number]>
    : S extends AllOf<infer Parts>
      ? { [K in keyof Parts]: SchemaOutput<Parts[K]> }
      : S extends Schema
        ? SchemaOutput<S>
        : never;

/**
 * Declares alternatives, tried in the order given: the first whose schema accepts a value names it, unless the caller
 * says the type (`inputType`) or the agent does (`Type.of(value)`).
 *
 * @throws DEFINITION_INVALID when there is no type, one is no data type, or two have one name
 * @publicApi
 */
export function anyOf<const Types extends readonly [DataType, ...DataType[]]>(...types: Types): AnyOf<Types> {
  const names = new Set(types.map((type) => (isDataType(type) ? type.name : undefined)));
  if (types.length === 0 || names.has(undefined) || names.size < types.length) {
    throw new InvalidDefinitionError(
      'data type',
      'anyOf',
      'anyOf takes at least one data type, and each name once',
    );
  }
  return Object.freeze({ [ANY_OF]: true as const, types: Object.freeze(types) });
}

/**
 * Declares a required set: the input is an object with exactly these members, each of its type.
 *
 * @throws DEFINITION_INVALID when there is no member or one is no data type
 * @example input: allOf({ text: Text, recipient: Email })
 * @publicApi
 */
export function allOf<Parts extends Readonly<Record<string, DataType>>>(parts: Parts): AllOf<Parts> {
  const entries = Object.entries(parts ?? {});
  if (entries.length === 0 || !entries.every(([, type]) => isDataType(type))) {
    throw new InvalidDefinitionError(
      'data type',
      'allOf',
      'allOf takes at least one member, each a data type',
    );
  }
  return Object.freeze({ [ALL_OF]: true as const, parts: Object.freeze({ ...parts }) });
}

/** Tells whether a value is what {@link anyOf} makes. */
export function isAnyOf(value: unknown): value is AnyOf {
  return typeof value === 'object' && value !== null && ANY_OF in value;
}

/** Tells whether a value is what {@link allOf} makes. */
export function isAllOf(value: unknown): value is AllOf {
  return typeof value === 'object' && value !== null && ALL_OF in value;
}
