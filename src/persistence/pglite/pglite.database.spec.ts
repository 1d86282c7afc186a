import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { jest } from '@jest/globals';
import { SilentLogger } from '../../common/index.js';
import { describeDatabase } from '../../testing/contracts/database.contract.js';
import { createPgliteDirectory } from '../../testing/databases/pglite-directory.js';
import { spawnPglite } from './pglite-thread.js';
import { PgliteDatabase } from './pglite.database.js';

jest.setTimeout(60_000);

describe('PgliteDatabase', () => {
  let folder: string;
  let database: PgliteDatabase | undefined;
  const threads: Worker[] = [];
  const spawn = (): Worker => {
    const thread = spawnPglite({
      directory: join(folder, 'data', 'postgres'),
      task: 'serve',
      syncsToDisk: false,
    });
    threads.push(thread);
    return thread;
  };
  /** The same database for all tests, emptied, because a start takes long; a new one where a test has closed it. */
  const emptied = async (): Promise<PgliteDatabase> => {
    const clear = 'drop schema if exists public cascade; create schema public; unlisten *';
    database ??= new PgliteDatabase(spawn, new SilentLogger());
    await database.query(clear).catch(async () => {
      database = new PgliteDatabase(spawn, new SilentLogger());
      await database.query(clear);
    });
    return database;
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cadre-pglite-'));
    await createPgliteDirectory(join(folder, 'data'));
  });
  afterAll(async () => {
    await database?.close();
    await rm(folder, { recursive: true, force: true });
  });

  describeDatabase(emptied);

  it('lets time pass for others while it works', async () => {
    const busy = await emptied();
    const order: string[] = [];
    const working = busy.query('select pg_sleep(1)').then(() => order.push('has answered'));
    setTimeout(() => order.push('time has passed'), 1);
    await working;
    expect(order).toEqual(['time has passed', 'has answered']);
  });

  it('starts its thread anew when it has crashed, and has what was committed', async () => {
    const crashing = await emptied();
    const heard: string[] = [];
    await crashing.listen('news', (payload) => void heard.push(payload));
    await crashing.query('create table t (n int)');
    await crashing.query('insert into t values (1)', [], 'cadre_insert');
    const inTransaction = crashing.transaction(async (session) => {
      await session.query('insert into t values (2)');
      await threads.at(-1)?.terminate();
      await session.query('insert into t values (3)');
    });
    const behind = crashing.query('select n from t');
    await expect(inTransaction).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE', retryable: true });
    expect(await behind).toEqual([{ n: 1 }]);
    await crashing.query('insert into t values (4)', [], 'cadre_insert');
    await crashing.notify('news', 'again');
    expect(await crashing.query('select n from t')).toEqual([{ n: 1 }, { n: 4 }]);
    expect(heard).toEqual(['', 'again']);
  });

  it('says that data cannot be opened', async () => {
    const broken = new PgliteDatabase(
      () => spawnPglite({ directory: join(folder, 'none', 'none'), task: 'serve', syncsToDisk: false }),
      new SilentLogger(),
    );
    await expect(broken.query('select 1')).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    await broken.close();
  });
});
