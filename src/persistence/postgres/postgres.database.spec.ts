import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { createTestDatabase, PostgresServer, runSql } from '../../testing/databases/postgres-server.js';
import { testParts } from '../../testing/test-parts.js';
import { describeDatabase } from '../../testing/contracts/database.contract.js';
import { PostgresDatabase } from './postgres.database.js';
import type { PostgresOptions } from './postgres.options.js';

jest.setTimeout(60_000);

describe('PostgresDatabase', () => {
  const open: PostgresDatabase[] = [];
  const connect = (options: PostgresOptions): PostgresDatabase => {
    const database = new PostgresDatabase(options, testParts());
    open.push(database);
    return database;
  };
  afterEach(() => Promise.all(open.splice(0).map((database) => database.close())));

  describeDatabase(async () => connect({ url: await createTestDatabase() }));

  it('says who it is, and leaves that to the URL where it says so', async () => {
    const url = await createTestDatabase();
    const nameOf = async (database: PostgresDatabase): Promise<unknown> =>
      (await database.query(`select current_setting('application_name') as name`))[0]?.name;
    expect(await nameOf(connect({ url }))).toBe('cadre');
    expect(await nameOf(connect({ url: `${url}?application_name=mine` }))).toBe('mine');
  });

  it('gives up a statement that takes too long, and goes on', async () => {
    const database = connect({ url: await createTestDatabase(), statementTimeoutMs: 100 });
    const endOf = (text: string): Promise<unknown> => database.query(text).catch((error: unknown) => error);
    const tooLong = { code: 'DATABASE_TIMEOUT', retryable: true };
    expect(await endOf('select pg_sleep(60)')).toMatchObject(tooLong);
    let next = await endOf('select 1 as n');
    // On a busy machine that can be too long as well.
    while ((next as Partial<typeof tooLong>).code === tooLong.code) next = await endOf('select 1 as n');
    expect(next).toEqual([{ n: 1 }]);
  });

  it('gives up waiting for a connection when all are busy', async () => {
    const database = connect({ url: await createTestDatabase(), poolSize: 1, connectTimeoutMs: 200 });
    // The limit holds for its own connection too, which a busy machine is slow to open.
    await eventually(() => database.query('select 1'));
    const begun = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const busy = database.transaction(async () => {
      begun.resolve();
      await gate.promise;
    });
    await begun.promise;
    await expect(database.query('select 1')).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    gate.resolve();
    await busy;
  });

  it('survives that its connections are cut, in use and idle', async () => {
    const url = await createTestDatabase();
    const database = connect({ url });
    const cut = (): Promise<unknown> =>
      runSql(
        url,
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'cadre'`,
      );
    const inUse = database.query('select pg_sleep(60)').catch((error: unknown) => error);
    await untilAsleep(url);
    const inTransaction = database
      .transaction(async (session) => {
        await session.query('select 1');
        await cut();
        await session.query('select 1');
      })
      .catch((error: unknown) => error);
    expect(await inUse).toMatchObject({ code: 'DATABASE_UNAVAILABLE', kind: 'unavailable', retryable: true });
    expect(await inTransaction).toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    await database.query('select 1');
    await cut();
    await eventually(() => database.query('select 1'));
  });

  it('hears again, and is told to look, after its listening connection was cut', async () => {
    const url = await createTestDatabase();
    const database = connect({ url });
    const heard: string[] = [];
    await database.listen('news', (payload) => void heard.push(payload));
    await runSql(url, `select pg_terminate_backend(pid) from pg_stat_activity where query = 'listen "news"'`);
    await eventually(() => expect(heard).toEqual(['']));
    await database.notify('news', 'hello');
    await eventually(() => expect(heard).toEqual(['', 'hello']));
  });

  it('refuses a wrong password without telling it', async () => {
    const url = (await createTestDatabase()).replace(':password@', ':hush-hush@');
    const error: unknown = await connect({ url })
      .query('select 1')
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'DATABASE_ACCESS_REFUSED', kind: 'definition' });
    expect(Object.values(error as object).join() + String((error as Error).stack)).not.toContain('hush');
  });

  it('says that nobody is there', async () => {
    const database = connect({ url: 'postgres://postgres@127.0.0.1:1/none' });
    await expect(database.query('select 1')).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    await expect(database.listen('news', () => {})).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  });

  it.each(['stop', 'kill'] as const)(
    'goes on after the server was ended by %s and started again',
    async (how) => {
      const server = await PostgresServer.create();
      try {
        const database = connect({ url: server.url() });
        const heard: string[] = [];
        await database.listen('news', (payload) => void heard.push(payload));
        await database.query('create table t (n int)');
        const inFlight = database.query('select pg_sleep(60)').catch((error: unknown) => error);
        await untilAsleep(server.url());
        await server[how]();
        expect(await inFlight).toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
        await expect(database.query('select 1')).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
        await server.start();
        await eventually(() => database.query('insert into t (n) values (1)'));
        await eventually(() => expect(heard).toEqual(['']));
        await database.notify('news', 'back');
        await eventually(() => expect(heard).toEqual(['', 'back']));
      } finally {
        await server.close();
      }
    },
  );
});

/** Until the server carries out a statement that sleeps. */
async function untilAsleep(url: string): Promise<void> {
  const asleep = `select from pg_stat_activity where datname = current_database() and state = 'active' and query ~ '^select pg_sleep'`;
  await eventually(async () => expect(await runSql(url, asleep)).toHaveLength(1));
}

/** Tries until it passes, for twenty seconds at most. */
async function eventually(attempt: () => unknown): Promise<void> {
  for (const startedAt = Date.now(); ; await sleep(20)) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (Date.now() - startedAt > 20_000) throw error;
    }
  }
}
