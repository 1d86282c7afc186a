import { resolveDatabaseOptions, type DatabaseOptions } from './database.options.js';
import { openPglite } from './pglite/open-pglite.js';
import { PostgresDatabase } from './postgres/postgres.database.js';
import type { Database } from './sql/database.js';
import type { DatabaseParts } from './sql/database-parts.js';
import { DatabaseVersionError } from './sql/database.errors.js';
import { migrate } from './sql/migrate.js';
import { readMigrations } from './sql/migrations.js';

/** The oldest PostgreSQL that is tested and still maintained by its makers. */
const OLDEST_POSTGRES_MAJOR = 14;

/**
 * Opens the database that the options name and brings its schema up to date.
 *
 * @throws DATABASE_OPTIONS_INVALID, DATABASE_UNAVAILABLE, DATABASE_ACCESS_REFUSED, DATABASE_VERSION_UNSUPPORTED, DATABASE_NEWER,
 * DATABASE_MIGRATION_CHANGED; of a data directory DATA_DIRECTORY_IN_USE, DATA_DIRECTORY_UNUSABLE
 */
export async function openDatabase(options: DatabaseOptions, parts: DatabaseParts): Promise<Database> {
  const resolved = resolveDatabaseOptions(options);
  if (resolved.kind === 'pglite') {
    const { dataDir, durability } = resolved;
    const database = await openPglite({ dataDir, syncsToDisk: durability === 'power-loss' }, parts);
    return migrated(database, parts);
  }
  // On a connection of its own, because a migration may take longer than any statement after it may.
  const { url, poolSize } = resolved;
  const migrator = new PostgresDatabase({ url, poolSize: 1, statementTimeoutMs: 0 }, parts);
  await checkVersion(migrator).catch((error: unknown) => closeAndThrow(migrator, error));
  await (await migrated(migrator, parts)).close();
  return new PostgresDatabase({ url, poolSize }, parts);
}

async function migrated(database: Database, { clock, logger }: DatabaseParts): Promise<Database> {
  try {
    const count = await migrate(database, readMigrations(), clock);
    if (count > 0) logger.info('the schema of the database was brought up to date', { migrations: count });
    return database;
  } catch (error) {
    return closeAndThrow(database, error);
  }
}

async function checkVersion(database: Database): Promise<void> {
  const [server] = await database.query<{ number: number; name: string }>(
    `select current_setting('server_version_num')::int as number, current_setting('server_version') as name`,
  );
  if (server === undefined || server.number >= OLDEST_POSTGRES_MAJOR * 10_000) return;
  throw new DatabaseVersionError(
    `the server is PostgreSQL ${server.name}`,
    `use version ${OLDEST_POSTGRES_MAJOR} or later`,
  );
}

async function closeAndThrow(database: Database, error: unknown): Promise<never> {
  await database.close();
  throw error;
}
