import { validate, type Schema, type SchemaIssue, type Validation } from '../common/index.js';
import { InvalidRequestError } from './api.errors.js';

/** What Nest tells a pipe of the parameter at hand. */
interface ParameterInfo {
  readonly type: string;
  readonly schema?: Schema;
}

const PARTS: Readonly<Record<string, 'body' | 'query' | 'path'>> = {
  body: 'body',
  query: 'query',
  param: 'path',
};

/**
 * Validates the parts of a request by the schemas in `@Body({ schema })`, `@Query({ schema })` and `@Param({ schema })`; a
 * pipe in Nest's terms. Answers without a promise when the schema does.
 */
export class RequestValidation {
  /** @throws REQUEST_INVALID with every issue */
  transform(value: unknown, { type, schema }: ParameterInfo): unknown {
    const part = PARTS[type];
    if (schema === undefined || part === undefined) return value;
    const accept = (result: Validation<unknown>): unknown => {
      if (!result.ok) throw new InvalidRequestError(part, result.issues.map(inPlainWords));
      return result.value;
    };
    // A request without a body is one with an empty object, so that the issues name the missing fields.
    const result = validate(schema, part === 'body' ? (value ?? {}) : value);
    return result instanceof Promise ? result.then(accept) : accept(result);
  }
}

/** How zod says that a member of any type is missing. */
const MISSING = /expected nonoptional, received undefined/;

function inPlainWords({ path, message }: SchemaIssue): SchemaIssue {
  return { path, message: MISSING.test(message) ? 'is required' : message };
}
