import fc from 'fast-check';
import { QuotaLedger, type AccountLimits, type QuotaGrant, type QuotaRequest } from '../../quotas/index.js';
import { describeQuotaStore, grantOf, quotaRequest } from '../../testing/contracts/quota-store.contract.js';
import { describeOnDatabases } from '../../testing/databases/sql-databases.js';
import { testParts } from '../../testing/test-parts.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import { openDatabase } from '../open-database.js';
import type { Database, SqlSession } from '../sql/database.js';
import { QUOTA_LEASE_MS, QuotaCalls } from './quota-calls.js';
import { SqlQuotaStore } from './sql-quota.store.js';

const TABLES = ['quotas', 'quota_accounts', 'quota_holds', 'quota_nodes'];
const NOTHING = { tokens: 0, costUsd: 0 };
const ONE = quotaRequest({ a: { maxRunning: 1 } });

/** As if all nodes had been silent for so long. */
const silence = (session: SqlSession, ms: number) =>
  session.query('update cadre.quota_nodes set until_at = until_at - $1', [ms]);

/** Things that happen at some time, far apart enough to go from one period to the next. */
const step = fc.record({
  afterMs: fc.oneof(fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: -90_000, max: 90_000 })),
  act: fc.constantFrom('reserve', 'reserve', 'reserve', 'settle'),
  which: fc.nat(),
  keys: fc.subarray(['a', 'b', 'c'], { minLength: 1 }),
  tokens: fc.integer({ min: 0, max: 20 }),
  costUsd: fc.integer({ min: 0, max: 8 }).map((eighths) => eighths / 8),
});
const steps = fc.array(step, { maxLength: 40 });
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const LIMITS: Readonly<Record<string, AccountLimits>> = {
  a: { intervalMs: 500, toleranceMs: 1_000, maxRunning: 4 },
  b: { maxTokens: 60, maxCostUsd: 2, period: 'minute' },
  c: { intervalMs: 100, toleranceMs: 0, maxTokens: 100, period: 'hour', maxRunning: 6 },
};

/** Does the same with the function of the database and with the ledger in memory. */
async function compare(session: SqlSession, all: readonly Step[], life: number) {
  const calls = new QuotaCalls(session, `node-${life}`);
  const ledger = new QuotaLedger();
  const open: { request: QuotaRequest; grant: QuotaGrant }[] = [];
  const answers: unknown[] = [];
  const inMemory: unknown[] = [];
  let now = Date.UTC(2030, 0, 31, 23, 59);
  for (const { afterMs, act, which, keys, tokens, costUsd } of all) {
    now += afterMs;
    if (act === 'settle' && open.length > 0) {
      const [{ request, grant }] = open.splice(which % open.length, 1) as [(typeof open)[number]];
      ledger.settle(request, grant, { tokens, costUsd });
      calls.end(request, grant, { tokens, costUsd });
      continue;
    }
    const demands = keys.map((key) => ({ key: `${key}-${life}`, quota: 'a', limits: LIMITS[key]! }));
    const request = { demands, estimate: { tokens, costUsd } };
    const expected = ledger.reserve(request, now);
    await session.query(`set cadre.test_now = '${now}'`);
    const [answer] = await calls.send([request], false);
    answers.push(answer);
    inMemory.push(expected);
    if (expected.isGranted) open.push({ request, grant: expected });
  }
  return { answers, inMemory };
}

describe('SqlQuotaStore', () => {
  describeOnDatabases(
    (options) => openDatabase(options, testParts()),
    TABLES,
    (database) => {
      describeQuotaStore(async () => {
        const [one, other = one] = await database.emptied();
        return [new SqlQuotaStore(one, testParts()), new SqlQuotaStore(other, testParts())];
      });

      const createCalls = async () => {
        const [session] = await database.emptied();
        return { session, one: new QuotaCalls(session, 'one'), other: new QuotaCalls(session, 'other') };
      };

      it('gives back what a node held that was silent for too long, but not what it spent', async () => {
        const { session, one, other } = await createCalls();
        const budget: AccountLimits = { maxRunning: 1, maxTokens: 100, period: 'month' };
        const request = quotaRequest({ a: budget }, { tokens: 40 });
        grantOf((await one.send([request], false))[0]!);
        await silence(session, QUOTA_LEASE_MS / 2);
        expect(await other.send([request], false)).toMatchObject([{ limit: 'concurrency' }]);
        await silence(session, QUOTA_LEASE_MS / 2);
        grantOf((await other.send([request], false))[0]!);
        expect(
          await other.send([quotaRequest({ a: { maxTokens: 100, period: 'month' } }, { tokens: 40 })], false),
        ).toMatchObject([{ limit: 'tokens' }]);
      });

      it('hears of all that a node holds when it had forgotten the node', async () => {
        const { session, one, other } = await createCalls();
        grantOf((await one.send([ONE], false))[0]!);
        await session.query('delete from cadre.quota_holds');
        await session.query('delete from cadre.quota_nodes');
        await one.send([], false);
        expect(one.hasNews).toBe(true);
        await one.send([], false);
        expect(one.hasNews).toBe(false);
        expect(await other.send([ONE], false)).toMatchObject([{ limit: 'concurrency' }]);
      });

      it('does once what is said twice', async () => {
        const { session, other } = await createCalls();
        let isLost = true;
        const one = new QuotaCalls(
          {
            query: async <T>(...args: [string, readonly unknown[], string]) => {
              const rows = await session.query<T>(...args);
              if (isLost) throw new TypeError('the answer was lost');
              return rows;
            },
          },
          'one',
        );
        const request = quotaRequest({ a: { maxTokens: 100, period: 'month' } }, { tokens: 40 });
        await expect(one.send([request], false)).rejects.toThrow('lost');
        isLost = false;
        const grant = grantOf((await one.send([request], true))[0]!);
        isLost = true;
        one.end(request, grant, { tokens: 60, costUsd: 0 });
        await expect(one.send([], false)).rejects.toThrow('lost');
        isLost = false;
        await one.send([], true);
        expect(await session.query('select tokens from cadre.quota_accounts')).toEqual([{ tokens: 60 }]);
        expect(await session.query('select held from cadre.quota_holds')).toEqual([{ held: 0 }]);
        grantOf((await other.send([request], false))[0]!);
      });

      it('tells what it could not tell with its next call', async () => {
        const { session } = await createCalls();
        let isAway = false;
        const query = <T>(...args: [string, readonly unknown[], string]): Promise<readonly T[]> =>
          isAway ? Promise.reject(new TypeError('away')) : session.query<T>(...args);
        const one = new QuotaCalls({ query }, 'one');
        const request = quotaRequest({ a: { maxRunning: 1, maxTokens: 100, period: 'month' } });
        const grant = grantOf((await one.send([request], false))[0]!);
        one.end(request, grant, { tokens: 60, costUsd: 0 });
        isAway = true;
        await expect(one.send([], false)).rejects.toThrow('away');
        isAway = false;
        expect(one.hasNews).toBe(true);
        grantOf((await one.send([request], false))[0]!);
        expect(await session.query('select tokens from cadre.quota_accounts')).toEqual([{ tokens: 60 }]);
      });

      it('does not ask for what was refused just now, until something came back or a moment has passed', async () => {
        const [session] = await database.emptied();
        let calls = 0;
        const counting = Object.assign(Object.create(session) as Database, {
          query: (...args: Parameters<Database['query']>) => {
            if (args[0].includes('quota_call')) calls += 1;
            return session.query(...args);
          },
        });
        const clock = new VirtualClock();
        const store = new SqlQuotaStore(counting, { ...testParts(), clock });
        const monthly = (costUsd: number) =>
          quotaRequest({ a: { maxCostUsd: 1, period: 'month' } }, { costUsd });
        const grant = grantOf(await store.reserve(monthly(0.75)));
        const refusal = await store.reserve(monthly(0.5));
        expect(store.peek(monthly(0.25))).toBeUndefined();
        expect(store.peek(monthly(0.5))).toEqual(refusal);
        expect(store.reserve(monthly(0.9))).toEqual(refusal);
        expect(calls).toBe(2);
        clock.advance(250);
        expect(await store.reserve(monthly(0.5))).toMatchObject({ isGranted: false });
        expect(calls).toBe(3);
        store.settle(monthly(0.75), grant, NOTHING);
        grantOf(await store.reserve(monthly(0.5)));
        await store.close();
        expect(clock.pendingTimers).toBe(0);
      });

      it('forgets what nobody has used for long, and nodes that died without a word', async () => {
        const { session, one } = await createCalls();
        grantOf((await one.send([ONE], false))[0]!);
        await session.query('update cadre.quota_accounts set used_at = 0');
        await silence(session, 5 * QUOTA_LEASE_MS);
        const clock = new VirtualClock();
        const store = new SqlQuotaStore(session, { ...testParts(), clock });
        while ((await session.query('select from cadre.quota_accounts')).length > 0);
        expect(await session.query('select from cadre.quota_holds')).toEqual([]);
        await store.close();
      });

      it('says that it lives as long as it holds something', async () => {
        const [session] = await database.emptied();
        const clock = new VirtualClock();
        const store = new SqlQuotaStore(session, { ...testParts(), clock });
        grantOf(await store.reserve(ONE));
        await session.query('update cadre.quota_nodes set until_at = 0');
        clock.advance(QUOTA_LEASE_MS / 4);
        await store.accounts([], 1);
        expect(await session.query('select from cadre.quota_nodes where until_at > 0')).toHaveLength(1);
        await store.close();
      });

      if (database.kind === 'pglite') {
        it('has the same rules as the ledger in memory, whatever happens', async () => {
          const [session] = await database.emptied();
          const [row] = await session.query<{ text: string }>(
            `select pg_get_functiondef('cadre.quota_call'::regproc) as text`,
          );
          // The clock of the database, for this test, is what the test says.
          const clock = `to_timestamp(current_setting('cadre.test_now')::float8 / 1000)`;
          await session.query(row!.text.replace('clock_timestamp()', clock));
          let life = 0;
          const property = fc.asyncProperty(steps, async (all) => {
            const { answers, inMemory } = await compare(session, all, (life += 1));
            expect(answers).toEqual(inMemory);
          });
          await fc.assert(property, { numRuns: 40 });
          await session.query(row!.text);
        });
      }
    },
  );
});
