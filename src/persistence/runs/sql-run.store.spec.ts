import { PgBoss } from 'pg-boss';
import { batchOf, parkingOf } from '../../testing/builders/run-builder.js';
import { beginRun, claimOne } from '../../testing/workflows/run-store-trial.js';
import { describeRunStore } from '../../testing/contracts/run-store.contract.js';
import { describeOnDatabases } from '../../testing/databases/sql-databases.js';
import { testParts } from '../../testing/test-parts.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import type { Lease } from '../../workflows/index.js';
import { openDatabase } from '../open-database.js';
import type { Database } from '../sql/database.js';
import { bossDatabase } from './jobs/boss-database.js';
import { SqlRunStore } from './sql-run.store.js';

/** Lets time pass for jobs, by making them older, and has the supervisor look at them. */
async function pass(database: Database, ms: number): Promise<void> {
  const ago = `interval '${ms} milliseconds'`;
  await database.query(
    `update pgboss.job set start_after = start_after - ${ago}, heartbeat_on = heartbeat_on - ${ago};
     update pgboss.queue set monitor_claim_on = null, monitor_on = null;
     update cadre.run_bundles set saved_at = saved_at - ${ms}`,
  );
  const boss = new PgBoss({
    db: bossDatabase(database),
    backend: database.kind,
    schedule: false,
    supervise: false,
  });
  await boss.start();
  await boss.supervise('cadre-runs');
  await boss.stop({ graceful: false });
}

describe('SqlRunStore', () => {
  describeOnDatabases(
    (options) => openDatabase(options, testParts()),
    ['runs', 'run_records', 'run_signals', 'run_bundles'],
    (testDatabase) => {
      describeRunStore(async () => {
        const [database] = await testDatabase.emptied();
        await database.query(
          `do $$ begin if to_regclass('pgboss.job') is not null then delete from pgboss.job; end if; end $$`,
        );
        const store = new SqlRunStore(database, testParts());
        return { store, now: () => Date.now(), pass: (ms) => pass(database, ms) };
      });

      it('keeps a definition that is used now and then, and writes one anew that was removed', async () => {
        const [database] = await testDatabase.emptied();
        const clock = new VirtualClock();
        const store = new SqlRunStore(database, { ...testParts(), clock });
        const bundle = { main: { name: 'brief', steps: [] }, nested: {} };
        const isKeptAfter = async (hours: number): Promise<boolean> => {
          clock.advance(hours * 3_600_000);
          await store.removeEnded(0, 10);
          return (await store.bundle('b')) !== undefined;
        };
        await store.saveBundle('b', bundle);
        expect(await isKeptAfter(23)).toBe(true);
        await store.saveBundle('b', bundle);
        expect(await isKeptAfter(23)).toBe(true);
        expect(await isKeptAfter(2)).toBe(false);
        await store.saveBundle('b', bundle);
        expect(await store.bundle('b')).toEqual(bundle);
      });

      if (testDatabase.kind === 'postgres') {
        it.each([
          ['was about to park', async () => {}],
          ['had written a step', (store: SqlRunStore, lease: Lease) => store.append(lease, batchOf(0, 'a'))],
        ])('hands out what a node that died %s, ten seconds after its last sign of life', async (_, act) => {
          const [database, another] = await testDatabase.emptied();
          await database.query('delete from pgboss.job');
          const [dead, alive] = [database, another!].map((each) => new SqlRunStore(each, testParts()));
          for (const store of [dead!, alive!]) await store.open();
          const lease = await beginRun(dead!);
          await act(dead!, lease);
          await pass(database, 9_000);
          expect(await alive!.claim(5)).toEqual([]);
          await pass(database, 1_100);
          expect(await claimOne(alive!)).toMatchObject({ run: { runId: lease.runId, epoch: 2 } });
          // Should it live, it does no harm.
          await expect(dead!.park(lease, parkingOf())).rejects.toMatchObject({ code: 'RUN_LOST' });
          for (const store of [dead!, alive!]) await store.close();
        });

        it('hands out what was parked by a node that died then, as soon as something comes for it', async () => {
          const [database, another] = await testDatabase.emptied();
          await database.query('delete from pgboss.job');
          const [dead, alive] = [database, another!].map((each) => new SqlRunStore(each, testParts()));
          for (const store of [dead!, alive!]) await store.open();
          const lease = await beginRun(dead!);
          await dead!.park(lease, parkingOf(batchOf(0, 'a')));
          await alive!.signal(lease.runId, { kind: 'signal', name: 'go', payload: 1 });
          expect(await claimOne(alive!)).toMatchObject({ run: { runId: lease.runId, epoch: 2 } });
          for (const store of [dead!, alive!]) await store.close();
        });
      }

      if (testDatabase.kind === 'pglite') {
        it('takes up at once what a process that is gone has left running', async () => {
          const [database] = await testDatabase.emptied();
          const store = new SqlRunStore(database, testParts());
          await store.open();
          const lease = await beginRun(store);
          await store.append(lease, batchOf(0, 'a'));
          await store.close();
          const next = new SqlRunStore(database, testParts());
          await next.open();
          const claimed = await claimOne(next);
          expect(claimed).toMatchObject({ run: { runId: lease.runId, epoch: 2 }, records: [{ seq: 0 }] });
          expect(await next.claim(5)).toEqual([]);
          await next.close();
        });
      }
    },
  );
});
