import { InvalidDatabaseOptionsError } from './sql/database.errors.js';

/** Where data is kept. */
export interface DatabaseOptions {
  /** A Postgres, as `postgres://user:password@host:port/database`, which any number of nodes may share. Default: none. */
  readonly url?: string;
  /** Without `url`: a directory for an embedded database, which one process has to itself; default `./data`. */
  readonly dataDir?: string;
  /** Connections to Postgres, 1 to 500; default 10. One more listens. */
  readonly poolSize?: number;
  /**
   * What a commit to the embedded database outlives: `process`, the default, any end of the process; `power-loss`, that of the
   * machine too, for which each commit waits for the disk. What Postgres does is up to its own settings.
   */
  readonly durability?: Durability;
}

export const DURABILITIES = ['process', 'power-loss'] as const;
export type Durability = (typeof DURABILITIES)[number];

export type ResolvedDatabaseOptions =
  | { readonly kind: 'postgres'; readonly url: string; readonly poolSize: number }
  | { readonly kind: 'pglite'; readonly dataDir: string; readonly durability: Durability };

export const DATABASE_DEFAULTS = { dataDir: './data', poolSize: 10, durability: 'process' } as const;

/** @throws DATABASE_OPTIONS_INVALID naming the field, its value and what it may be; a URL is not shown, it may hold a password */
export function resolveDatabaseOptions(options: DatabaseOptions = {}): ResolvedDatabaseOptions {
  const { url } = options;
  const { dataDir, poolSize, durability } = { ...DATABASE_DEFAULTS, ...withoutUndefined(options) };
  if (!Number.isInteger(poolSize) || poolSize < 1 || poolSize > 500) {
    throw new InvalidDatabaseOptionsError('poolSize', String(poolSize), 'a whole number from 1 to 500');
  }
  if (!DURABILITIES.includes(durability)) {
    throw new InvalidDatabaseOptionsError('durability', durability, DURABILITIES.join(' or '));
  }
  if (url !== undefined) {
    checkUrl(url);
    return { kind: 'postgres', url, poolSize };
  }
  if (typeof dataDir !== 'string' || dataDir.trim() === '' || dataDir.includes('\0')) {
    throw new InvalidDatabaseOptionsError('dataDir', JSON.stringify(dataDir), 'the path of a directory');
  }
  return { kind: 'pglite', dataDir, durability };
}

/** A member that is `undefined` counts as absent. */
function withoutUndefined(options: DatabaseOptions): DatabaseOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function checkUrl(url: string): void {
  const form =
    'postgres://user:password@host:port/database, with special characters of the password percent-encoded';
  const protocol = URL.canParse(url) ? new URL(url).protocol : undefined;
  if (protocol === 'postgres:' || protocol === 'postgresql:') return;
  throw new InvalidDatabaseOptionsError(
    'url',
    protocol === undefined ? 'no URL' : `a URL of ${protocol}`,
    form,
  );
}
