import { cpSync } from 'node:fs';
import { PostgresServer } from '../src/testing/databases/postgres-server.js';

/** As it comes: what is committed is on the disk. */
const SETTINGS = { fsync: 'on', full_page_writes: 'on', shared_buffers: '128MB', autovacuum_naptime: '1min' };

/** Runs the work with a Postgres of its own, which ends with it. */
export async function withPostgres<Result>(
  work: (server: PostgresServer) => Promise<Result>,
): Promise<Result> {
  copyMigrations();
  const server = await PostgresServer.create(SETTINGS);
  try {
    return await work(server);
  } finally {
    await server.close();
  }
}

/** Puts the migrations beside the compiled code, as the build does: the compiler leaves them where they are. */
export function copyMigrations(): void {
  const folder = 'src/persistence/sql/migrations/';
  cpSync(folder, new URL(`../${folder}`, import.meta.url), { recursive: true });
}
