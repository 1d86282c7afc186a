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
  /** The path that was asked for. */
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

/** The kinds of the statuses that HTTP itself gives: unknown routes, malformed bodies and the like. */
const KIND_BY_STATUS: Readonly<Record<number, ErrorKind>> = {
  404: 'not-found',
  408: 'timeout',
  409: 'conflict',
  503: 'unavailable',
  504: 'timeout',
};

/** The problem document of a Cadre error. */
export function toProblem(error: CadreError, place: ProblemPlace): Problem {
  const { code, kind, message, retryable, details } = error;
  return {
    type: `urn:cadre:error:${code}`,
    title: TITLES[kind],
    status: ERROR_KINDS[kind].httpStatus,
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
  const kind = KIND_BY_STATUS[status] ?? (status < 500 ? 'input' : 'internal');
  const code = HTTP_CODES[status] ?? (status < 500 ? 'REQUEST_REFUSED' : 'INTERNAL');
  return {
    type: `urn:cadre:error:${code}`,
    title: TITLES[kind],
    status,
    detail: message,
    instance: place.path,
    code,
    kind,
    retryable: ERROR_KINDS[kind].retryable,
    requestId: place.requestId,
  };
}

/** Stable codes of errors that HTTP itself gives. */
const HTTP_CODES: Readonly<Record<number, string>> = {
  400: 'REQUEST_MALFORMED',
  404: 'ROUTE_UNKNOWN',
  405: 'METHOD_NOT_ALLOWED',
  413: 'BODY_TOO_LARGE',
  415: 'MEDIA_TYPE_UNSUPPORTED',
};

/** What is said of an error that nobody foresaw: its message may hold what callers must not see. */
export function toInternalProblem(place: ProblemPlace): Problem {
  return toHttpProblem(
    500,
    `Something went wrong inside; the server's log says more under this request id.`,
    place,
  );
}
