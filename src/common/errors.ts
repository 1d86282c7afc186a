import { toJsonFacts } from './json/json-copy.js';

/** The nature of an error. It decides the HTTP status and whether a retry can help, see {@link ERROR_KINDS}. */
export type ErrorKind =
  | 'definition'
  | 'input'
  | 'not-found'
  | 'conflict'
  | 'unavailable'
  | 'timeout'
  | 'canceled'
  | 'execution'
  | 'internal';

/**
 * The one table that maps a kind to its HTTP status and its default retry.
 * 499 (client closed request) is not in RFC 9110, but is the code that proxies and logs use for it.
 */
export const ERROR_KINDS: Readonly<
  Record<ErrorKind, { readonly httpStatus: number; readonly retryable: boolean }>
> = {
  definition: { httpStatus: 400, retryable: false },
  input: { httpStatus: 400, retryable: false },
  'not-found': { httpStatus: 404, retryable: false },
  conflict: { httpStatus: 409, retryable: false },
  unavailable: { httpStatus: 503, retryable: true },
  timeout: { httpStatus: 504, retryable: true },
  canceled: { httpStatus: 499, retryable: false },
  execution: { httpStatus: 502, retryable: true },
  internal: { httpStatus: 500, retryable: false },
};

/** What a {@link CadreError} is made from. */
export interface CadreErrorInit {
  /** Stable, upper-case identifier; listed in `docs/errors.md`. */
  readonly code: string;
  readonly kind: ErrorKind;
  /** What happened, to which id, and what to do next. */
  readonly message: string;
  /** JSON-safe facts for programs; never payloads or secrets. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
  /** Overrides the default of the kind. */
  readonly retryable?: boolean;
}

/** `Symbol.for`, so that errors of a second copy of the package are recognised too. */
const BRAND = Symbol.for('cadre.error');

/**
 * The base of every error that Cadre throws.
 * @publicApi
 */
export class CadreError extends Error {
  readonly [BRAND] = true;
  readonly code: string;
  readonly kind: ErrorKind;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(init: CadreErrorInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause });
    this.name = new.target.name;
    this.code = init.code;
    this.kind = init.kind;
    this.retryable = init.retryable ?? ERROR_KINDS[init.kind].retryable;
    this.details = init.details ?? {};
  }
}

/**
 * Tells whether a thrown value is a Cadre error, whichever copy of the package made it.
 * @publicApi
 */
export function isCadreError(value: unknown): value is CadreError {
  return typeof value === 'object' && value !== null && (value as { [BRAND]?: unknown })[BRAND] === true;
}

/** An error recorded as data: JSON-safe, without stack. */
export interface Failure {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly message: string;
  readonly retryable: boolean;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Characters of a message that a failure keeps: an agent may put anything into its errors. */
const MAX_FAILURE_MESSAGE = 10_000;

/**
 * Turns any thrown value into a {@link Failure}; what is not a Cadre error becomes an `internal` one. Details that JSON cannot
 * carry, or that are too large, are left out.
 */
export function toFailure(error: unknown): Failure {
  if (isCadreError(error)) {
    const { code, kind, retryable } = error;
    const message = cut(error.message, MAX_FAILURE_MESSAGE);
    const details = toJsonFacts(error.details) as Failure['details'];
    return Object.keys(details ?? {}).length === 0
      ? { code, kind, message, retryable }
      : { code, kind, message, retryable, details };
  }
  return { code: 'INTERNAL', kind: 'internal', message: messageOf(error), retryable: false };
}

/** The message of any thrown value, at most 1 000 characters of it: agents and libraries throw strings, objects and nothing too. */
export function messageOf(thrown: unknown): string {
  return cut(readMessage(thrown), 1_000);
}

function cut(message: string, length: number): string {
  return message.length > length ? `${message.slice(0, length)}…` : message;
}

function readMessage(thrown: unknown): string {
  try {
    if (typeof thrown === 'string') return thrown;
    // Not `instanceof Error`: another realm, such as a vm context, has errors of its own.
    const { message, name } = (thrown ?? {}) as { message?: unknown; name?: unknown };
    if (typeof message === 'string' && message !== '') return message;
    if (thrown instanceof Error) return String(name);
    return JSON.stringify(thrown) ?? String(thrown);
  } catch {
    return `a thrown ${typeof thrown} that cannot be printed`;
  }
}
