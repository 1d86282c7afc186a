import { CadreError, describeIssues, type SchemaIssue } from '../common/index.js';

/** A part of a request does not fit its schema. */
export class InvalidRequestError extends CadreError {
  constructor(part: 'body' | 'query' | 'path', issues: readonly SchemaIssue[]) {
    super({
      code: 'REQUEST_INVALID',
      kind: 'input',
      message: `The ${part} of the request is not valid: ${describeIssues(issues)}.`,
      details: { part, issues },
    });
  }
}
