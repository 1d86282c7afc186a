import type { Schema, SchemaInput, SchemaOutput } from '../../common/index.js';
import { InvalidDefinitionError } from '../agent.errors.js';
import { isName, NAME_RULE } from './names.js';

const DATA_TYPE = Symbol.for('cadre.data-type');
const TYPED_VALUE = Symbol.for('cadre.typed-value');

/**
 * A named kind of data. It is a Standard Schema itself, so it validates by the schema that backs it.
 * @publicApi
 */
export interface DataType<Name extends string = string, S extends Schema = Schema> extends Schema<
  SchemaInput<S>,
  SchemaOutput<S>
> {
  readonly [DATA_TYPE]: true;
  readonly name: Name;
  readonly schema: S;
  readonly description?: string;
  /** Says of which declared output type a returned value is, where its shape alone would not tell. */
  of(value: SchemaInput<S>): TypedValue<SchemaInput<S>>;
}

/** A value that carries the name of its data type; see {@link DataType.of}. */
export interface TypedValue<Value = unknown> {
  readonly [TYPED_VALUE]: true;
  readonly type: string;
  readonly value: Value;
}

/**
 * Declares a named data type.
 *
 * @param name a `snake_case` or `kebab-case` word, unique in the application
 * @param schema any Standard Schema: zod, Valibot, ArkType …
 * @throws DEFINITION_INVALID when the name or the schema is none
 * @example export const SearchQuery = dataType('search_query', z.string().min(1));
 * @publicApi
 */
export function dataType<Name extends string, S extends Schema>(
  name: Name,
  schema: S,
  options: { readonly description?: string } = {},
): DataType<Name, S> {
  if (!isName(name)) throw new InvalidDefinitionError('data type', name, `its name ${NAME_RULE}`);
  if (!isSchema(schema)) {
    throw new InvalidDefinitionError(
      'data type',
      name,
      'its schema is no Standard Schema; pass a zod 4 schema, for example',
    );
  }
  return Object.freeze({
    [DATA_TYPE]: true as const,
    name,
    schema,
    description: options.description,
    '~standard': schema['~standard'],
    of: (value: SchemaInput<S>) => ({ [TYPED_VALUE]: true as const, type: name, value }),
  });
}

/** Tells whether a value is what {@link dataType} makes. */
export function isDataType(value: unknown): value is DataType {
  return typeof value === 'object' && value !== null && DATA_TYPE in value;
}

/** Tells whether a value is what {@link DataType.of} makes. */
export function isTypedValue(value: unknown): value is TypedValue {
  return typeof value === 'object' && value !== null && TYPED_VALUE in value;
}

/** Tells whether a value is a Standard Schema. Some libraries' schemas are functions. */
export function isSchema(value: unknown): value is Schema {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  const standard = (value as Partial<Schema>)['~standard'];
  return typeof standard?.validate === 'function';
}
