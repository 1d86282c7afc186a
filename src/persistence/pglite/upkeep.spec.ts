import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { createPgliteDirectory } from '../../testing/databases/pglite-directory.js';
import { RecordingLogger } from '../../testing/recording-logger.js';
import { testParts } from '../../testing/test-parts.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import type { Database } from '../sql/database.js';
import { openPglite } from './open-pglite.js';
import { Upkeep } from './upkeep.js';

jest.setTimeout(60_000);

describe('Upkeep', () => {
  let folder: string;
  let database: Database;
  const logBytes = async (): Promise<number> => {
    const [row] = await database.query<{ bytes: number }>(
      'select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn)::bigint as bytes from pg_control_checkpoint()',
    );
    return row?.bytes ?? 0;
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cadre-upkeep-'));
    await createPgliteDirectory(join(folder, 'data'));
    database = await openPglite({ dataDir: join(folder, 'data'), syncsToDisk: false }, testParts());
  });
  afterAll(async () => {
    await database.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('clears tables of dead rows, and shortens a log that has grown', async () => {
    await database.query('create table t (n int, text text)');
    await database.query(`insert into t select n, repeat('x', 2000) from generate_series(1, 20000) n`);
    await database.query('delete from t where n > 100');
    expect(await logBytes()).toBeGreaterThan(32 * 1_048_576);
    await new Upkeep(database, new VirtualClock(), new RecordingLogger()).run();
    expect(await logBytes()).toBeLessThan(8 * 1_048_576);
    expect(await database.query(`select pg_relation_size('t') < 1000000 as is_small`)).toEqual([
      { is_small: true },
    ]);
  });

  it('runs each minute until it is stopped, whatever happens', async () => {
    const clock = new VirtualClock();
    const logger = new RecordingLogger();
    const failing = Object.assign(Object.create(database) as Database, {
      query: () => Promise.reject(new TypeError('broken')),
    });
    const upkeep = new Upkeep(failing, clock, logger);
    upkeep.start();
    await clock.advanceAsync(180_000);
    expect(logger.lines).toHaveLength(3);
    upkeep.stop();
    expect(clock.pendingTimers).toBe(0);
  });
});
