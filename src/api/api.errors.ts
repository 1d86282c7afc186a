import { CadreError, describeIssues, type SchemaIssue } from '../common/index.js';

/** What a request is made of. */
export type RequestPart = 'body' | 'query' | 'path' | 'headers';

/** A part of a request does not fit its schema. */
export class InvalidRequestError extends CadreError {
  constructor(part: RequestPart, issues: readonly SchemaIssue[]) {
    super({
      code: 'REQUEST_INVALID',
      kind: 'input',
      message: `The ${part} of the request ${part === 'headers' ? 'are' : 'is'} not valid: ${describeIssues(issues)}.`,
      details: { part, issues },
    });
  }
}

/** The body of a request cannot be read. */
export class MalformedBodyError extends CadreError {
  constructor(problem: string) {
    super({
      code: 'REQUEST_MALFORMED',
      kind: 'input',
      message: `The body of the request ${problem}.`,
    });
  }
}

/** A request calls the server by a name that is not its own. */
export class HostRefusedError extends CadreError {
  constructor(host: string) {
    const shown = host.slice(0, 80);
    super({
      code: 'HOST_REFUSED',
      kind: 'input',
      message: `This server is not "${shown}". Call it by an IP address or localhost, or start it with the name in CADRE_ALLOWED_HOSTS.`,
      details: { host: shown },
    });
  }
}

/** A page of another site wants to change something. */
export class OriginRefusedError extends CadreError {
  constructor(origin: string) {
    const shown = origin.slice(0, 80);
    super({
      code: 'ORIGIN_REFUSED',
      kind: 'input',
      message: `Pages of "${shown}" may change nothing here. Start the server with their host in CADRE_ALLOWED_HOSTS if they should.`,
      details: { origin: shown },
    });
  }
}
