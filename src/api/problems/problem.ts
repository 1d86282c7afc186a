import { STATUS_CODES } from 'node:http';
import { ERROR_KINDS, type CadreError, type ErrorKind } from '../../common/index.js';
import { TaskFailedError } from '../../orchestration/index.js';
import { toTaskView } from '../capabilities/task.view.js';

/** An RFC 9457 problem document with Cadre's extension members. */
export interface Problem {
  /** `urn:cadre:error:` and the code; see docs/errors.md. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** The path that was asked for; empty for a request that could not be read. */
  readonly instance: string;
  readonly code: string;
  readonly kind: ErrorKind;
  readonly retryable: boolean;
  readonly requestId: string;
  /** Facts for programs, as the error gives them. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** The record of the task, when it was one that failed. */
  readonly task?: unknown;
}

/** Which request a problem belongs to. */
export interface ProblemPlace {
  readonly path: string;
  readonly requestId: string;
}

const TITLES: Readonly<Record<ErrorKind, string>> = {
  definition: 'The definition is not valid',
  input: 'The request is not valid',
  'not-found': 'Not found',
  conflict: 'Not possible in the present state',
  unavailable: 'Not available now',
  timeout: 'Not done in time',
  canceled: 'Canceled',
  execution: 'An agent failed',
  internal: 'Internal error',
};

interface HttpProblemCode {
  readonly code: string;
  readonly kind: ErrorKind;
}

/** What HTTP itself refuses: unknown routes, malformed bodies and the like. */
const BY_STATUS: Readonly<Record<number, HttpProblemCode>> = {
  400: { code: 'REQUEST_MALFORMED', kind: 'input' },
  404: { code: 'ROUTE_UNKNOWN', kind: 'not-found' },
  405: { code: 'METHOD_NOT_ALLOWED', kind: 'input' },
  408: { code: 'REQUEST_TIMEOUT', kind: 'timeout' },
  413: { code: 'BODY_TOO_LARGE', kind: 'input' },
  414: { code: 'PATH_TOO_LONG', kind: 'input' },
  415: { code: 'MEDIA_TYPE_UNSUPPORTED', kind: 'input' },
  431: { code: 'HEADERS_TOO_LARGE', kind: 'input' },
  503: { code: 'SERVICE_UNAVAILABLE', kind: 'unavailable' },
};

/** Other statuses are those that an application throws by itself, such as 401. */
const REFUSED: HttpProblemCode = { code: 'REQUEST_REFUSED', kind: 'input' };
const INTERNAL: HttpProblemCode = { code: 'INTERNAL', kind: 'internal' };

/** Codes with a status of their own: that of too many requests (RFC 6585, section 4), as clients and gateways know it. */
const BY_CODE: Readonly<Record<string, number>> = { QUOTA_EXCEEDED: 429 };

/** The problem document of a Cadre error. */
export function toProblem(error: CadreError, place: ProblemPlace): Problem {
  const { code, kind, message, retryable, details } = error;
  return {
    type: `urn:cadre:error:${code}`,
    title: TITLES[kind],
    status: BY_CODE[code] ?? ERROR_KINDS[kind].httpStatus,
    detail: message,
    instance: place.path,
    code,
    kind,
    retryable,
    requestId: place.requestId,
    details: Object.keys(details).length > 0 ? details : undefined,
    task: error instanceof TaskFailedError ? toTaskView(error.result) : undefined,
  };
}

/** The problem document of an error of HTTP itself. */
export function toHttpProblem(status: number, message: string, place: ProblemPlace): Problem {
  const { code, kind } = BY_STATUS[status] ?? (status < 500 ? REFUSED : INTERNAL);
  return {
    type: `urn:cadre:error:${code}`,
    title: STATUS_CODES[status] ?? TITLES[kind],
    status,
    detail: message,
    instance: place.path,
    code,
    kind,
    retryable: ERROR_KINDS[kind].retryable,
    requestId: place.requestId,
  };
}

/** What is said of an error that nobody foresaw: its message may hold what callers must not see. */
export function toInternalProblem(place: ProblemPlace): Problem {
  return toHttpProblem(
    500,
    `Something went wrong inside; the server's log says more under this request id.`,
    place,
  );
}

/** Writes a problem as JSON; an agent's error may carry in its details what JSON cannot. */
export function writeProblem(problem: Problem): string {
  try {
    return JSON.stringify(problem);
  } catch {
    const { details: _details, task: _task, ...rest } = problem;
    return JSON.stringify(rest);
  }
}
