import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec';
import { messageOf } from './errors.js';
import { findNonJson, type Json } from './json/json.js';

/** Any schema library's schema: zod, Valibot, ArkType and others implement Standard Schema. See standardschema.dev. */
export type Schema<Input = unknown, Output = Input> = StandardSchemaV1<Input, Output>;

/** What a value must be before validation. */
export type SchemaInput<S extends Schema> = StandardSchemaV1.InferInput<S>;

/** What a value is after validation: defaults filled in, transforms applied. */
export type SchemaOutput<S extends Schema> = StandardSchemaV1.InferOutput<S>;

/** One reason why a value does not fit a schema. */
export interface SchemaIssue {
  /** Where, as a JSON path: `$.sources[0].url`; `$` is the value itself. */
  readonly path: string;
  readonly message: string;
}

/** The validated value, or why there is none. */
export type Validation<Output> =
  | { readonly ok: true; readonly value: Output }
  | { readonly ok: false; readonly issues: readonly SchemaIssue[] };

/** More issues than this help nobody; a hostile value can cause one for each of its members. */
export const MAX_ISSUES = 20;

/** A key or a message may come from outside and be as long as the request; this much of it is enough to find it. */
const MAX_KEY_LENGTH = 80;
const MAX_MESSAGE_LENGTH = 500;

/**
 * Validates a value. Answers at once, without a promise, for schemas that are synchronous, as nearly all are.
 *
 * A schema that throws or rejects, over a value nested too deep for it for example, has not accepted the value: that is
 * an issue too, never an error of this function.
 */
export function validate<S extends Schema>(
  schema: S,
  value: unknown,
): Validation<SchemaOutput<S>> | Promise<Validation<SchemaOutput<S>>> {
  try {
    const result = schema['~standard'].validate(value);
    if (!isPromiseLike(result)) return toValidation(result);
    return Promise.resolve(result)
      .then(toValidation<SchemaOutput<S>>)
      .catch(notValidated);
  } catch (error) {
    return notValidated(error);
  }
}

/** Not `instanceof Promise`: libraries and other realms have promises of their own. */
function isPromiseLike<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as Partial<PromiseLike<T>>).then === 'function';
}

function notValidated(error: unknown): Validation<never> {
  const message = bounded(`could not be validated: ${messageOf(error)}`, MAX_MESSAGE_LENGTH);
  return { ok: false, issues: [{ path: '$', message }] };
}

function toValidation<Output>(result: StandardSchemaV1.Result<unknown>): Validation<Output> {
  // The standard says: a falsy value for issues indicates success.
  if (!result.issues) return { ok: true, value: result.value as Output };
  return {
    ok: false,
    issues: result.issues
      .slice(0, MAX_ISSUES)
      .map(({ path, message }) => ({ path: jsonPath(path), message: bounded(message, MAX_MESSAGE_LENGTH) })),
  };
}

function bounded(text: string, maxLength: number): string {
  return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
}

/** Writes a path of keys as a JSON path (RFC 9535): `$.a[0]['odd key']`. Keys longer than 80 characters are cut. */
export function jsonPath(path: StandardSchemaV1.Issue['path'] = []): string {
  let text = '$';
  for (const segment of path) {
    const key = typeof segment === 'object' ? segment.key : segment;
    const name = bounded(String(key), MAX_KEY_LENGTH);
    if (typeof key === 'number') text += `[${key}]`;
    else if (/^[A-Za-z_]\w*$/.test(name)) text += `.${name}`;
    else text += `['${name.replace(/[\\']/g, '\\$&')}']`;
  }
  return text;
}

/** The issues as one sentence part: `$.topic: expected string; $.n: too small`. */
export function describeIssues(issues: readonly SchemaIssue[]): string {
  return issues.map((issue) => `${issue.path}: ${issue.message}`).join('; ');
}

/**
 * The JSON Schema (draft 2020-12) of one side of a schema, or `undefined` when its library offers none
 * (Standard JSON Schema is an optional part of the standard) or a type has no JSON form.
 */
export function toJsonSchema(schema: Schema, side: 'input' | 'output'): Record<string, unknown> | undefined {
  const converter = (schema as unknown as Partial<StandardJSONSchemaV1>)['~standard']?.jsonSchema;
  if (converter === undefined) return undefined;
  try {
    return converter[side]({ target: 'draft-2020-12' });
  } catch {
    return undefined;
  }
}

/** Accepts any JSON value as it is: the schema of an open contract. */
export const anyJson: Schema<Json> = {
  '~standard': {
    version: 1,
    vendor: 'cadre',
    validate: (value) => {
      const found = findNonJson(value);
      return found ? { issues: [{ message: found.reason, path: found.path }] } : { value: value as Json };
    },
    jsonSchema: { input: () => ({}), output: () => ({}) },
  } as Schema<Json>['~standard'],
};
