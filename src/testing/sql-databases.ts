import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../persistence/open-database.js';
import type { Database } from '../persistence/sql/database.js';
import { createPgliteDirectory } from './pglite-directory.js';
import { createTestDatabase } from './postgres-server.js';
import { testParts } from './test-parts.js';

/** Milliseconds that a hook or test with a database may take on a busy machine. */
export const DATABASE_TEST_TIMEOUT_MS = 60_000;

/** What a spec has of a kind of database. */
export interface TestDatabase {
  /** The migrated database, with its tables emptied. */
  emptied(): Promise<Database>;
  /** The same, and a second connection to it as another node has one; on PGlite there is none. */
  emptiedPair(): Promise<readonly [Database, Database?]>;
}

/**
 * Runs the suite once on PGlite and once on a real Postgres, each opened once for all of its tests.
 *
 * @param tables of the schema `cadre`, emptied before each test that asks for a database
 */
export function describeOnDatabases(
  tables: readonly string[],
  suite: (database: TestDatabase) => void,
): void {
  describe.each(['pglite', 'postgres'] as const)('on %s', (kind) => {
    let nodes: readonly [Database, Database?];
    let folder: string | undefined;
    beforeAll(async () => {
      if (kind === 'postgres') {
        const url = await createTestDatabase();
        nodes = [await openDatabase({ url }, testParts()), await openDatabase({ url }, testParts())];
        return;
      }
      folder = await mkdtemp(join(tmpdir(), 'cadre-database-'));
      const dataDir = join(folder, 'data');
      await createPgliteDirectory(dataDir);
      nodes = [await openDatabase({ dataDir }, testParts())];
    }, DATABASE_TEST_TIMEOUT_MS);
    afterAll(async () => {
      for (const node of nodes) await node?.close();
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    }, DATABASE_TEST_TIMEOUT_MS);

    const emptiedPair = async (): Promise<readonly [Database, Database?]> => {
      await nodes[0].query(`truncate ${tables.map((table) => `cadre.${table}`).join(', ')}`);
      return nodes;
    };
    suite({ emptiedPair, emptied: async () => (await emptiedPair())[0] });
  });
}
