import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SilentLogger } from '../../common/index.js';
import { describeDatabase } from '../../testing/database.contract.js';
import { spawnPglite } from './pglite-thread.js';
import { PgliteDatabase } from './pglite.database.js';

describe('PgliteDatabase', () => {
  let folder: string;
  const open: PgliteDatabase[] = [];
  const connect = (directory: string): PgliteDatabase => {
    const database = new PgliteDatabase(
      () => spawnPglite({ directory, task: 'serve', syncsToDisk: false }),
      new SilentLogger(),
    );
    open.push(database);
    return database;
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cadre-pglite-'));
  });
  afterEach(() => Promise.all(open.splice(0).map((database) => database.close())));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  describeDatabase(async () => {
    const database = connect(join(folder, 'data'));
    await database.query('drop schema public cascade; create schema public');
    return database;
  });
});
