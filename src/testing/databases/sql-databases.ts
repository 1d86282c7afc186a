import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { createPgliteDirectory } from './pglite-directory.js';
import { createTestDatabase } from './postgres-server.js';

/** Milliseconds that a hook or a test with a database may take on a busy machine. */
export const DATABASE_TEST_TIMEOUT_MS = 60_000;

interface Database {
  query(text: string): Promise<unknown>;
  close(): Promise<void>;
}

/** What a spec has of a kind of database. */
export interface TestDatabase<D> {
  readonly kind: 'pglite' | 'postgres';
  /** The migrated database with its tables emptied, and a second view of it as another node has one; on PGlite there is none. */
  emptied(): Promise<readonly [database: D, other?: D]>;
}

/**
 * Runs the suite once on PGlite and once on a real Postgres, each opened once for all of its tests.
 *
 * @param open opens and migrates what the options name
 * @param tables of the schema `cadre`, emptied before each test that asks for a database
 */
export function describeOnDatabases<D extends Database>(
  open: (options: { readonly url?: string; readonly dataDir?: string }) => Promise<D>,
  tables: readonly string[],
  suite: (database: TestDatabase<D>) => void,
): void {
  jest.setTimeout(DATABASE_TEST_TIMEOUT_MS);
  describe.each(['pglite', 'postgres'] as const)('on %s', (kind) => {
    let nodes: readonly [D, D?];
    let folder: string | undefined;
    beforeAll(async () => {
      if (kind === 'postgres') {
        const url = await createTestDatabase();
        nodes = [await open({ url }), await open({ url })];
        return;
      }
      folder = await mkdtemp(join(tmpdir(), 'cadre-database-'));
      const dataDir = join(folder, 'data');
      await createPgliteDirectory(dataDir);
      nodes = [await open({ dataDir })];
    });
    afterAll(async () => {
      for (const node of nodes) await node?.close();
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    });

    const emptied = async (): Promise<readonly [D, D?]> => {
      await nodes[0].query(`truncate ${tables.map((table) => `cadre.${table}`).join(', ')}`);
      return nodes;
    };
    suite({ kind, emptied });
  });
}
