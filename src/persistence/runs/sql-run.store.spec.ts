import { PgBoss } from 'pg-boss';
import { createTestDatabase } from '../../testing/postgres-server.js';
import { describeRunStore } from '../../testing/run-store.contract.js';
import { testParts } from '../../testing/test-parts.js';
import { PostgresDatabase } from '../postgres/postgres.database.js';
import type { Database } from '../sql/database.js';
import { migrate } from '../sql/migrate.js';
import { readMigrations } from '../sql/migrations.js';
import { bossDatabase } from './boss-database.js';
import { SqlRunStore } from './sql-run.store.js';

/** The server that all specs share is started with the first. */
const START_TIMEOUT_MS = 60_000;

/** Takes everything out that runs leave behind. */
async function clear(database: Database): Promise<void> {
  await database.query('truncate cadre.runs, cadre.run_records, cadre.run_signals, cadre.run_bundles');
  await database.query(
    `do $$ begin if to_regclass('pgboss.job') is not null then delete from pgboss.job; end if; end $$`,
  );
}

/** Lets time pass for jobs, by making them older, and has the supervisor look at them. */
async function pass(database: Database, ms: number): Promise<void> {
  const ago = `interval '${ms} milliseconds'`;
  await database.query(
    `update pgboss.job set start_after = start_after - ${ago}, heartbeat_on = heartbeat_on - ${ago};
     update pgboss.queue set monitor_claim_on = null, monitor_on = null`,
  );
  const boss = new PgBoss({
    db: bossDatabase(database),
    backend: database.kind,
    schedule: false,
    supervise: false,
  });
  await boss.start();
  await boss.supervise('cadre-runs');
  await boss.stop({ graceful: false });
}

describe('SqlRunStore on Postgres', () => {
  let database: Database;
  beforeAll(async () => {
    database = new PostgresDatabase({ url: await createTestDatabase() }, testParts());
    await migrate(database, readMigrations(), testParts().clock);
  }, START_TIMEOUT_MS);
  afterAll(() => database.close());

  describeRunStore(async () => {
    await clear(database);
    const store = new SqlRunStore(database, testParts());
    return { store, now: () => Date.now(), pass: (ms) => pass(database, ms) };
  });
});
