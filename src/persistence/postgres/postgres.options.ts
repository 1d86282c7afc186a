import type pg from 'pg';
import { parserOf } from '../sql/values.js';

/** Where a Postgres is and how it is used. */
export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`; may hold a password, so it is never shown. */
  readonly url: string;
  /** Connections at most, besides one that only listens; default 10. */
  readonly poolSize?: number;
  /** Milliseconds to wait for a connection, a new one or one that comes free; default 10 000. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds that one statement may take; 0 for no limit; default 30 000. */
  readonly statementTimeoutMs?: number;
}

export const POSTGRES_DEFAULTS = {
  poolSize: 10,
  connectTimeoutMs: 10_000,
  statementTimeoutMs: 30_000,
} as const;

/** What the client waits longer than the server, whose own answer says more. */
const READ_GRACE_MS = 5_000;

/** The settings of one connection. */
export function clientConfig({
  url,
  connectTimeoutMs = POSTGRES_DEFAULTS.connectTimeoutMs,
  statementTimeoutMs = POSTGRES_DEFAULTS.statementTimeoutMs,
}: PostgresOptions): pg.ClientConfig {
  return {
    connectionString: url,
    // Not `application_name`: a name in the URL wins.
    fallback_application_name: 'cadre',
    connectionTimeoutMillis: connectTimeoutMs,
    ...(statementTimeoutMs > 0 && {
      statement_timeout: statementTimeoutMs,
      query_timeout: statementTimeoutMs + READ_GRACE_MS,
    }),
    keepAlive: true,
    types: { getTypeParser: parserOf as typeof pg.types.getTypeParser },
  };
}
