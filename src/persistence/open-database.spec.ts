import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { SystemClock } from '../common/index.js';
import { createPgliteDirectory } from '../testing/databases/pglite-directory.js';
import { createTestDatabase } from '../testing/databases/postgres-server.js';
import { testParts } from '../testing/test-parts.js';
import { openDatabase } from './open-database.js';
import { ownIdentity } from './pglite/process-identity.js';
import type { Database } from './sql/database.js';

jest.setTimeout(60_000);

describe('openDatabase', () => {
  let folder: string;
  let count = 0;
  const open: Database[] = [];
  const openDir = async (dataDir: string, durability?: 'process' | 'power-loss'): Promise<Database> => {
    const database = await openDatabase({ dataDir, durability }, testParts());
    open.push(database);
    return database;
  };
  const newDirectory = async (): Promise<string> => {
    const dataDir = join(folder, `data-${++count}`);
    await createPgliteDirectory(dataDir);
    return dataDir;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cadre-open-'));
  });
  afterEach(() => Promise.all(open.splice(0).map((database) => database.close())));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('makes a directory with its parents, for nobody else, and leaves no lock behind', async () => {
    const dataDir = join(folder, 'made', 'with', 'parents');
    // What a start has left that was killed in the middle.
    mkdirSync(join(dataDir, 'postgres.new-1', 'base'), { recursive: true });
    const database = await openDir(dataDir, 'power-loss');
    expect(await database.query(`select current_setting('fsync') as fsync`)).toEqual([{ fsync: 'on' }]);
    await database.close();
    expect(readdirSync(dataDir)).toEqual(['postgres']);
    expect(statSync(join(dataDir, 'postgres')).mode & 0o777).toBe(0o700);
  });

  it('finds at the next start what was written, and refuses a second start meanwhile', async () => {
    const dataDir = await newDirectory();
    const database = await openDir(dataDir);
    expect(await database.query(`select current_setting('fsync') as fsync`)).toEqual([{ fsync: 'off' }]);
    await database.query('create table t (n int); insert into t values (7)');
    await expect(openDir(dataDir)).rejects.toMatchObject({ code: 'DATA_DIRECTORY_IN_USE' });
    await database.close();
    expect(await (await openDir(dataDir)).query('select n from t')).toEqual([{ n: 7 }]);
  });

  it('applies the migrations, in a directory and on a server', async () => {
    const url = await createTestDatabase();
    const server = await openDatabase({ url }, testParts());
    open.push(server);
    for (const database of [server, await openDir(await newDirectory())]) {
      expect(await database.query('select count(*) > 0 as has_some from cadre.migrations')).toEqual([
        { has_some: true },
      ]);
    }
    expect([server.kind, open[1]?.kind]).toEqual(['postgres', 'pglite']);
  });

  it('says why a directory cannot be used', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    await expect(openDir(file)).rejects.toMatchObject({ code: 'DATA_DIRECTORY_UNUSABLE' });
    const odd = join(folder, 'odd');
    mkdirSync(join(odd, 'postgres'), { recursive: true });
    await expect(openDir(odd)).rejects.toMatchObject({ code: 'DATA_DIRECTORY_UNUSABLE' });
    expect(existsSync(join(odd, 'lock'))).toBe(false);
  });

  it('refuses data of another PostgreSQL', async () => {
    const dataDir = await newDirectory();
    writeFileSync(join(dataDir, 'postgres', 'PG_VERSION'), '17\n');
    await expect(openDir(dataDir)).rejects.toMatchObject({ code: 'DATABASE_VERSION_UNSUPPORTED' });
  });

  it('refuses a database of a later version, and lets the directory go', async () => {
    const dataDir = await newDirectory();
    const database = await openDir(dataDir);
    await database.query(`insert into cadre.migrations values ('9999_later', 'x', 0)`);
    await database.close();
    await expect(openDir(dataDir)).rejects.toMatchObject({ code: 'DATABASE_NEWER' });
    expect(existsSync(join(dataDir, 'lock'))).toBe(false);
  });

  it('writes no more once another process has taken the directory', async () => {
    const dataDir = await newDirectory();
    const clock = new HeartbeatClock();
    const database = await openDatabase({ dataDir }, { ...testParts(), clock });
    open.push(database);
    writeFileSync(join(dataDir, 'lock'), JSON.stringify({ ...ownIdentity(), id: 'usurper' }));
    clock.beat();
    await expect(database.query('select 1')).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    await database.close();
    expect(readFileSync(join(dataDir, 'lock'), 'utf8')).toContain('usurper');
  });

  it.each([
    [{ url: 'mysql://root:hush@db/x' }, 'url'],
    [{ url: 'postgres://root:hu sh@db:x/x' }, 'url'],
    [{ poolSize: 0 }, 'poolSize'],
    [{ poolSize: 1.5 }, 'poolSize'],
    [{ dataDir: ' ' }, 'dataDir'],
    [{ durability: 'none' as never }, 'durability'],
  ])('refuses the options %j, naming the field and no secret', async (options, field) => {
    const error: unknown = await openDatabase(options, testParts()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'DATABASE_OPTIONS_INVALID', details: { field } });
    expect(String(error)).not.toContain('hu');
  });
});

/** Real time, but heartbeats when the test wants them. */
class HeartbeatClock extends SystemClock {
  readonly #callbacks: (() => void)[] = [];

  override schedule(delayMs: number, callback: () => void): () => void {
    if (delayMs !== 2_000) return super.schedule(delayMs, callback);
    this.#callbacks.push(callback);
    return () => {};
  }

  beat(): void {
    for (const callback of this.#callbacks.splice(0)) callback();
  }
}
