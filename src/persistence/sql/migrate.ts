import type { Clock } from '../../common/index.js';
import { DatabaseNewerError, MigrationChangedError } from './database.errors.js';
import type { Database, SqlSession } from './database.js';
import type { Migration } from './migrations.js';

/** "cadre" in the positions of the alphabet; an advisory lock is known by its number alone. */
const LOCK_KEY = 301_041_805;

interface AppliedMigration {
  readonly tag: string;
  readonly hash: string;
}

/**
 * Brings the schema up to date; how many migrations that took. All of them are applied or none, and nodes that start at the
 * same time do it one after the other.
 * @throws DATABASE_NEWER when a later version of Cadre has been at work here, DATABASE_MIGRATION_CHANGED
 */
export async function migrate(
  database: Database,
  migrations: readonly Migration[],
  clock: Clock,
): Promise<number> {
  return database.transaction(async (session) => {
    await session.query('select pg_advisory_xact_lock($1)', [LOCK_KEY]);
    await prepare(session);
    const applied = await session.query<AppliedMigration>(
      'select tag, hash from cadre.migrations order by tag',
    );
    checkApplied(applied, migrations);
    const pending = migrations.slice(applied.length);
    for (const { tag, sql, hash } of pending) {
      await session.query(sql);
      await session.query('insert into cadre.migrations (tag, hash, applied_at) values ($1, $2, $3)', [
        tag,
        hash,
        clock.now(),
      ]);
    }
    return pending.length;
  });
}

/** Asks before it creates: a user without the right to create schemas may own one that an administrator made. */
async function prepare(session: SqlSession): Promise<void> {
  const [found] = await session.query<{ schema: string | null; migrations: string | null }>(
    `select to_regnamespace('cadre')::text as schema, to_regclass('cadre.migrations')::text as migrations`,
  );
  if (found?.schema == null) await session.query('create schema cadre');
  if (found?.migrations != null) return;
  await session.query(
    'create table cadre.migrations (tag text primary key, hash text not null, applied_at bigint not null)',
  );
}

function checkApplied(applied: readonly AppliedMigration[], known: readonly Migration[]): void {
  const strangers = applied.filter(({ tag }) => !known.some((migration) => migration.tag === tag));
  if (strangers.length > 0) throw new DatabaseNewerError(strangers.map(({ tag }) => tag));
  applied.forEach(({ tag, hash }, index) => {
    if (known[index]?.tag !== tag || known[index].hash !== hash) throw new MigrationChangedError(tag);
  });
}
