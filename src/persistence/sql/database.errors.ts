import { CadreError, messageOf } from '../../common/index.js';

/** The database cannot be reached, does not take connections just now, or went away in the middle of a statement. */
export class DatabaseUnavailableError extends CadreError {
  /** @param reason a sentence part: "the connection was lost" */
  constructor(reason: string, cause?: unknown) {
    super({
      code: 'DATABASE_UNAVAILABLE',
      kind: 'unavailable',
      message: `The database cannot be used: ${reason}. Check that it runs; the next statement tries again.`,
      details: { reason },
      cause,
    });
  }
}

/** The database took longer over a statement than it may. */
export class DatabaseTimeoutError extends CadreError {
  constructor(cause: unknown) {
    super({
      code: 'DATABASE_TIMEOUT',
      kind: 'timeout',
      message:
        'A statement took longer than the database may take and was given up; look at the load of the database.',
      cause,
    });
  }
}

/** An option of the database is out of its bounds. */
export class InvalidDatabaseOptionsError extends CadreError {
  constructor(field: string, shown: string, rule: string) {
    super({
      code: 'DATABASE_OPTIONS_INVALID',
      kind: 'definition',
      message: `The database option ${field} is ${shown.slice(0, 100)}; it must be ${rule}.`,
      details: { field, rule },
    });
  }
}

/** The database does not let Cadre in: a wrong user or password, no such database, or rights that are missing. */
export class DatabaseAccessError extends CadreError {
  constructor(reason: string, cause?: unknown) {
    super({
      code: 'DATABASE_ACCESS_REFUSED',
      kind: 'definition',
      message: `The database refuses access: ${reason}. Check user, password and database of its URL, and the user's rights.`,
      details: { reason },
      cause,
    });
  }
}

/** The database refused a statement; `details.sqlState` says why (PostgreSQL, appendix A). */
export class DatabaseStatementError extends CadreError {
  constructor(reason: string, details: Readonly<Record<string, unknown>>, cause?: unknown) {
    super({
      code: 'DATABASE_STATEMENT_FAILED',
      kind: 'internal',
      message: `The database refused a statement: ${reason}.`,
      details,
      cause,
      retryable: RETRYABLE_STATES.has(String(details.sqlState)),
    });
  }
}

/** A statement of a transaction failed and that was not heeded: PostgreSQL then takes a commit for a rollback, silently. */
export class TransactionAbortedError extends DatabaseStatementError {
  constructor() {
    super('a statement of the transaction had failed, so nothing of it is kept', { sqlState: '25P02' });
  }
}

/** A session was used after its transaction had ended. */
export class SessionEndedError extends CadreError {
  constructor() {
    super({
      code: 'DATABASE_SESSION_ENDED',
      kind: 'internal',
      message: 'A statement was sent in a transaction that has ended; wait for all statements inside of it.',
    });
  }
}

/** A later version of Cadre has changed the schema of the database; this one could not read what it wrote. */
export class DatabaseNewerError extends CadreError {
  constructor(migrations: readonly string[]) {
    super({
      code: 'DATABASE_NEWER',
      kind: 'definition',
      message: `The database was changed by a later version of Cadre (${migrations.join(', ')}); start that version, or use another database.`,
      details: { migrations },
    });
  }
}

/** The database is of a version of PostgreSQL that Cadre does not work with. */
export class DatabaseVersionError extends CadreError {
  /** @param remedy what to do, as a sentence part */
  constructor(reason: string, remedy: string) {
    super({
      code: 'DATABASE_VERSION_UNSUPPORTED',
      kind: 'definition',
      message: `The database is of an unsupported version: ${reason}; ${remedy}.`,
      details: { reason },
    });
  }
}

/** A migration was edited after it had been applied, so the schema is not what this version thinks. */
export class MigrationChangedError extends CadreError {
  constructor(migration: string) {
    super({
      code: 'DATABASE_MIGRATION_CHANGED',
      kind: 'definition',
      message: `The database has applied ${migration} in another form, or in another order; use a released version of Cadre, or another database.`,
      details: { migration },
    });
  }
}

/** A statement was sent to the database by a transaction, which would wait for itself. */
export class InTransactionError extends CadreError {
  constructor() {
    super({
      code: 'DATABASE_IN_TRANSACTION',
      kind: 'internal',
      message: 'A transaction sent a statement to the database; send it to the session of the transaction.',
    });
  }
}

/** Serialization failure, deadlock, lock not available: the same statement may pass next time. */
const RETRYABLE_STATES: ReadonlySet<string> = new Set(['40001', '40P01', '55P03']);

/** Wrong user or password, no such database, no right to do this. */
const ACCESS_STATES: ReadonlySet<string> = new Set(['28000', '28P01', '3D000', '42501']);

/** Shut down by an administrator, crashed, starting up, too many connections, the session was ended as idle. */
const UNAVAILABLE_STATES: ReadonlySet<string> = new Set([
  '57P01',
  '57P02',
  '57P03',
  '57P05',
  '53300',
  '25P03',
  '25P04',
]);

/** As Node names them: the network, or a server that is not there. */
const NETWORK_ERRORS: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
]);

/** pg gives these no code of their own. */
const LOST_CONNECTION =
  /Connection terminated|connection error and is not queryable|timeout exceeded when trying to connect|timeout expired|Client was closed|ended the connection/i;

/** Tells whether the connection that an error came over is of no use any more. */
export function isConnectionLost(error: unknown): boolean {
  const { code, message } = readError(error);
  if (code.startsWith('08') || UNAVAILABLE_STATES.has(code) || NETWORK_ERRORS.has(code)) return true;
  return LOST_CONNECTION.test(message) || READ_TIMEOUT.test(message);
}

/** The client gave up waiting for an answer; one that comes later would be taken for that of the next statement. */
const READ_TIMEOUT = /Query read timeout/;

/** An error of a driver as one of Cadre's; those of Cadre stay as they are. */
export function toDatabaseError(error: unknown): CadreError {
  if (error instanceof CadreError) return error;
  const { code, message, constraint, table } = readError(error);
  if (code === '57014' || READ_TIMEOUT.test(message)) return new DatabaseTimeoutError(error);
  if (isConnectionLost(error)) return new DatabaseUnavailableError(reasonOf(code, message), error);
  if (ACCESS_STATES.has(code)) return new DatabaseAccessError(message, error);
  // Messages of class 22, data exception, quote the data.
  const reason = code.startsWith('22') ? `the data does not fit (${code})` : message;
  return new DatabaseStatementError(reason, { sqlState: code, constraint, table }, error);
}

function reasonOf(code: string, message: string): string {
  if (/timeout/.test(message)) return 'no connection came free in time';
  if (message === '') return code;
  return NETWORK_ERRORS.has(code) && !message.includes(code) ? `${code}: ${message}` : message;
}

interface ReadError {
  readonly code: string;
  readonly message: string;
  readonly constraint?: string;
  readonly table?: string;
}

function readError(error: unknown): ReadError {
  const { code, constraint, table, errors } = (error ?? {}) as Record<string, unknown>;
  // A host with several addresses: each was tried, the outer error says nothing.
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  const message = messageOf(error) || (first === undefined ? '' : messageOf(first));
  return {
    code: typeof code === 'string' ? code : '',
    message: message === 'AggregateError' && first !== undefined ? messageOf(first) : message,
    ...(typeof constraint === 'string' && { constraint }),
    ...(typeof table === 'string' && { table }),
  };
}
