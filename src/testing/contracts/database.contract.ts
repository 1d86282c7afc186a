import { setTimeout as sleep } from 'node:timers/promises';
import { nextTurn } from '../../common/index.js';

interface Session {
  query<Row = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
    name?: string,
  ): Promise<readonly Row[]>;
}

/** The port of persistence, whose specs alone call this. */
interface Database extends Session {
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T>;
  listen(channel: string, listener: (payload: string) => void): Promise<() => void>;
  notify(channel: string, payload: string, session?: Session): Promise<void>;
  close(): Promise<void>;
}

/**
 * What every `Database` must do. Call it in a spec beside the database.
 *
 * @param createDatabase connects to an empty database; the spec closes it
 */
export function describeDatabase(createDatabase: () => Promise<Database>): void {
  describe('as a database', () => {
    it('reads values of all kinds as every other database does', async () => {
      const database = await createDatabase();
      const [row] = await database.query(
        `select $1::text as text, $2::int as int, $3::bigint as bigint, $4::double precision as double,
           $5::boolean as boolean, $6::json as json, $7::jsonb as jsonb, $8::text[] as texts, $9::bigint[] as bigints,
           $10::bytea as bytes, $11::timestamptz as instant, $12::text as nothing, 2::bigint ^ 70 > 1 as computed,
           9007199254740993::bigint as huge, $13::json[] as jsons, 1.50::numeric as numeric`,
        [
          'é"\n\u{1f600}\\',
          -7,
          9_007_199_254_740_991,
          0.1,
          true,
          JSON.stringify({ a: [1, null, 'x\u0000y\ud800'], b: { c: 1e300 } }),
          JSON.stringify([{ z: 1 }]),
          ['a', 'b,"c"', '', null, '{}', 'NULL', '\\'],
          [1, 2, null],
          Buffer.from([0, 1, 255]),
          new Date(1_893_456_000_123),
          null,
          [JSON.stringify({ q: '"\\' }), JSON.stringify('x'), 'null'],
        ],
      );
      expect(row).toEqual({
        text: 'é"\n\u{1f600}\\',
        int: -7,
        bigint: 9_007_199_254_740_991,
        double: 0.1,
        boolean: true,
        json: { a: [1, null, 'x\u0000y\ud800'], b: { c: 1e300 } },
        jsonb: [{ z: 1 }],
        texts: ['a', 'b,"c"', '', null, '{}', 'NULL', '\\'],
        bigints: [1, 2, null],
        bytes: Buffer.from([0, 1, 255]),
        instant: new Date(1_893_456_000_123),
        nothing: null,
        computed: true,
        huge: 9_007_199_254_740_993n,
        jsons: [{ q: '"\\' }, 'x', null],
        numeric: '1.50',
      });
    });

    it('gives the rows of a statement, none where it has none', async () => {
      const database = await createDatabase();
      expect(await database.query('create table t (n int)')).toEqual([]);
      expect(await database.query('insert into t select generate_series(1, 3)')).toEqual([]);
      expect(await database.query('delete from t where n > $1 returning n', [1])).toEqual([
        { n: 2 },
        { n: 3 },
      ]);
    });

    it('takes several statements without values in one text, and gives the rows of the last', async () => {
      const database = await createDatabase();
      const text = 'create table t (n int); insert into t values (1), (2); select n from t order by n';
      expect(await database.query(text)).toEqual([{ n: 1 }, { n: 2 }]);
    });

    it('prepares a statement once under its name', async () => {
      const database = await createDatabase();
      await database.transaction(async (session) => {
        for (const n of [1, 2, 3]) {
          expect(await session.query('select $1::int + 1 as n', [n], 'add_one')).toEqual([{ n: n + 1 }]);
        }
        const prepared = await session.query(`select from pg_prepared_statements where name = 'add_one'`);
        expect(prepared).toHaveLength(1);
      });
    });

    it('goes on with a prepared statement that failed', async () => {
      const database = await createDatabase();
      const divide = (by: number): Promise<unknown> =>
        database.query('select 6 / $1::int as n', [by], 'divide');
      await expect(divide(0)).rejects.toMatchObject({ code: 'DATABASE_STATEMENT_FAILED' });
      expect(await divide(2)).toEqual([{ n: 3 }]);
      await expect(database.query('select nothing', [], 'wrong')).rejects.toMatchObject({
        details: { sqlState: '42703' },
      });
      expect(await divide(3)).toEqual([{ n: 2 }]);
    });

    it('says which constraint a statement breaks, and keeps the data to itself', async () => {
      const database = await createDatabase();
      await database.query('create table t (secret text constraint t_once unique)');
      await database.query(`insert into t values ('hush')`);
      const error: unknown = await database
        .query('insert into t values ($1)', ['hush'])
        .catch((thrown) => thrown);
      expect(error).toMatchObject({
        code: 'DATABASE_STATEMENT_FAILED',
        kind: 'internal',
        details: { sqlState: '23505', constraint: 't_once', table: 't' },
      });
      const misfit: unknown = await database
        .query('select $1::text::int', ['hush'])
        .catch((thrown) => thrown);
      expect(misfit).toMatchObject({ details: { sqlState: '22P02' } });
      expect(`${(error as Error).message} ${(misfit as Error).message}`).not.toContain('hush');
    });

    it('keeps what a transaction did when it resolves, and nothing when it rejects', async () => {
      const database = await createDatabase();
      await database.query('create table t (n int)');
      const answer = await database.transaction(async (session) => {
        await session.query('insert into t values (1)');
        return 'done';
      });
      expect(answer).toBe('done');
      const failure = new TypeError('no');
      const failed = database.transaction(async (session) => {
        await session.query('insert into t values (2)');
        throw failure;
      });
      await expect(failed).rejects.toBe(failure);
      const refused = database.transaction(async (session) => {
        await session.query('insert into t values (3)');
        await session.query('insert into nowhere values (1)').catch(() => {});
      });
      await expect(refused).rejects.toMatchObject({ code: 'DATABASE_STATEMENT_FAILED' });
      expect(await database.query('select n from t')).toEqual([{ n: 1 }]);
    });

    it('keeps statements outside of a transaction apart from it', async () => {
      const database = await createDatabase();
      await database.query('create table t (n int)');
      const begun = Promise.withResolvers<void>();
      const gate = Promise.withResolvers<void>();
      const failed = database.transaction(async (session) => {
        await session.query('insert into t values (1)');
        begun.resolve();
        await gate.promise;
        throw new TypeError('roll back');
      });
      await begun.promise;
      const outside = database.query('insert into t values (2)');
      gate.resolve();
      await expect(failed).rejects.toThrow('roll back');
      await outside;
      expect(await database.query('select n from t')).toEqual([{ n: 2 }]);
    });

    it('refuses a session whose transaction has ended', async () => {
      const database = await createDatabase();
      const session = await database.transaction(async (inside) => inside);
      await expect(session.query('select 1')).rejects.toMatchObject({ code: 'DATABASE_SESSION_ENDED' });
    });

    it('refuses a statement beside a transaction by the transaction itself, which would wait for itself', async () => {
      const database = await createDatabase();
      const bypassing = database.transaction(async () => database.query('select 1'));
      await expect(bypassing).rejects.toMatchObject({ code: 'DATABASE_IN_TRANSACTION' });
      const nested = database.transaction(async () => database.transaction(async () => {}));
      await expect(nested).rejects.toMatchObject({ code: 'DATABASE_IN_TRANSACTION' });
      const later = await database.transaction(async () => () => database.query('select 1 as n'));
      expect(await later()).toEqual([{ n: 1 }]);
    });

    it('runs many statements and transactions at once', async () => {
      const database = await createDatabase();
      await database.query('create table t (n int)');
      await Promise.all(
        Array.from({ length: 60 }, (_, n) =>
          n % 3 === 0
            ? database.transaction((session) => session.query('insert into t values ($1)', [n]))
            : database.query('insert into t values ($1)', [n], 'insert_t'),
        ),
      );
      expect(await database.query('select count(*) as n, sum(n) as sum from t')).toEqual([
        { n: 60, sum: 1_770 },
      ]);
    });

    it('tells listeners of a channel, in order, until they stop', async () => {
      const database = await createDatabase();
      const heard: string[] = [];
      const stopFirst = await database.listen(
        'Odd "channel"',
        (payload) => void heard.push(`first ${payload}`),
      );
      await database.listen('Odd "channel"', (payload) => void heard.push(`second ${payload}`));
      await database.listen('other', (payload) => void heard.push(`other ${payload}`));
      await database.notify('Odd "channel"', 'a');
      await untilLength(heard, 2);
      stopFirst();
      stopFirst();
      await database.notify('Odd "channel"', "b'\u{1f600}");
      await database.notify('other', '');
      await untilLength(heard, 4);
      expect(heard).toEqual(['first a', 'second a', "second b'\u{1f600}", 'other ']);
    });

    it('tells what a transaction has to tell once it commits', async () => {
      const database = await createDatabase();
      const heard: string[] = [];
      await database.listen('news', (payload) => void heard.push(payload));
      const failed = database.transaction(async (session) => {
        await database.notify('news', 'never', session);
        throw new TypeError('roll back');
      });
      await expect(failed).rejects.toThrow();
      await database.transaction(async (session) => {
        await database.notify('news', 'committed', session);
        expect(heard).toEqual([]);
      });
      await untilLength(heard, 1);
      expect(heard).toEqual(['committed']);
    });

    it('carries a large value there and back', async () => {
      const database = await createDatabase();
      const text = 'é'.repeat(3_000_000);
      const [row] = await database.query<{ text: string }>('select $1::text as text', [text]);
      expect(row?.text === text).toBe(true);
    });

    it('ends a transaction under way before it closes', async () => {
      const database = await createDatabase();
      await database.query('create table t (n int)');
      const begun = Promise.withResolvers<void>();
      const gate = Promise.withResolvers<void>();
      const underWay = database.transaction(async (session) => {
        await session.query('insert into t values (1)');
        begun.resolve();
        await gate.promise;
        return session.query('update t set n = n + 1 returning n');
      });
      await begun.promise;
      const closing = database.close();
      gate.resolve();
      expect(await underWay).toEqual([{ n: 2 }]);
      await closing;
    });

    it('ends statements under way before it closes, and takes none after', async () => {
      const database = await createDatabase();
      // So that there is a connection, and the statement has it before this turn of the event loop ends.
      await database.query('select 1');
      const underWay = database.query('select pg_sleep(0.1), 1 as n');
      await nextTurn();
      await database.close();
      expect(await underWay).toMatchObject([{ n: 1 }]);
      await expect(database.query('select 1')).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
      await expect(database.listen('news', () => {})).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
      await database.close();
    });
  });
}

async function untilLength(list: readonly unknown[], length: number): Promise<void> {
  for (const startedAt = Date.now(); list.length < length; await sleep(5)) {
    if (Date.now() - startedAt > 20_000) throw new TypeError(`heard only ${JSON.stringify(list)}`);
  }
}
