import assert from 'node:assert/strict';

type Json = { readonly [keyword: string]: unknown };
type JsonSchema = boolean | Json;
type Check = (wanted: never, value: unknown, schema: Json, root: Json) => boolean;

/**
 * Tells whether a JSON value fits a JSON Schema of draft 2020-12. It knows the keywords that this package publishes and fails over
 * any other, so that none is overlooked. Slow and plain: for tests.
 */
export function fitsJsonSchema(schema: Json, value: unknown): boolean {
  return fits(schema, value, schema);
}

function fits(schema: JsonSchema, value: unknown, root: Json): boolean {
  if (typeof schema === 'boolean') return schema;
  return Object.entries(schema).every(([keyword, wanted]) => {
    if (ANNOTATIONS.has(keyword)) return true;
    const check = CHECKS[keyword];
    assert.ok(check, `the keyword ${keyword} is not known to the tests`);
    return check(wanted as never, value, schema, root);
  });
}

const ANNOTATIONS = new Set(['$schema', '$defs', 'title', 'description', 'default', 'examples']);

const CHECKS: Readonly<Record<string, Check>> = {
  $ref: (path: string, value, _, root) => {
    const [, , name = ''] = path.split('/');
    return fits((root['$defs'] as Json)[name] as JsonSchema, value, root);
  },
  type: (types: string | readonly string[], value) => [types].flat().some((type) => isOfType(type, value)),
  enum: (values: readonly unknown[], value) => values.includes(value),
  pattern: (pattern: string, value) => typeof value !== 'string' || new RegExp(pattern, 'u').test(value),
  minLength: (least: number, value) => typeof value !== 'string' || value.length >= least,
  maxLength: (most: number, value) => typeof value !== 'string' || value.length <= most,
  minimum: (least: number, value) => typeof value !== 'number' || value >= least,
  maximum: (most: number, value) => typeof value !== 'number' || value <= most,
  minItems: (least: number, value) => !Array.isArray(value) || value.length >= least,
  maxItems: (most: number, value) => !Array.isArray(value) || value.length <= most,
  items: (item: JsonSchema, value, _, root) =>
    !Array.isArray(value) || value.every((part) => fits(item, part, root)),
  required: (names: readonly string[], value) =>
    !isObject(value) || names.every((name) => Object.hasOwn(value, name)),
  properties: (properties: Readonly<Record<string, JsonSchema>>, value, _, root) =>
    !isObject(value) ||
    Object.entries(value).every(
      ([name, part]) => !Object.hasOwn(properties, name) || fits(properties[name]!, part, root),
    ),
  additionalProperties: (others: JsonSchema, value, { properties = {} }, root) =>
    !isObject(value) ||
    Object.entries(value).every(
      ([name, part]) => Object.hasOwn(properties as object, name) || fits(others, part, root),
    ),
  propertyNames: (names: JsonSchema, value, _, root) =>
    !isObject(value) || Object.keys(value).every((name) => fits(names, name, root)),
  anyOf: (schemas: readonly JsonSchema[], value, _, root) =>
    schemas.some((schema) => fits(schema, value, root)),
  oneOf: (schemas: readonly JsonSchema[], value, _, root) =>
    schemas.filter((schema) => fits(schema, value, root)).length === 1,
  not: (schema: JsonSchema, value, _, root) => !fits(schema, value, root),
};

function isOfType(type: string, value: unknown): boolean {
  if (type === 'object') return isObject(value);
  if (type === 'array') return Array.isArray(value);
  return type === 'integer' ? Number.isInteger(value) : typeof value === type;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
