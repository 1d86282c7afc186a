import pg from 'pg';
import { SystemRandom, SilentLogger, type Clock } from '../../common/index.js';
import { createTestDatabase, PostgresServer, runSql } from '../../testing/databases/postgres-server.js';
import {
  batchOf,
  leaseOf,
  newRun,
  outcomeOf,
  parkingOf,
  finishedStep,
} from '../../testing/builders/run-builder.js';
import { WatchedDatabase } from '../../testing/databases/watched-database.js';
import { beginRun, claimOne, heardOf, keysIn } from '../../testing/workflows/run-store-trial.js';
import { testParts } from '../../testing/test-parts.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import type { Lease, NewRun } from '../../workflows/index.js';
import { openDatabase } from '../open-database.js';
import type { Database } from '../sql/database.js';
import { DatabaseUnavailableError } from '../sql/database.errors.js';
import { SqlRunStore } from './sql-run.store.js';

const START_TIMEOUT_MS = 60_000;

describe('nodes that share runs', () => {
  let url: string;
  const closers: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    url = await createTestDatabase();
    await (await openDatabase({ url }, testParts())).close();
  }, START_TIMEOUT_MS);
  beforeEach(() =>
    runSql(
      url,
      `truncate cadre.runs, cadre.run_records, cadre.run_signals;
       do $$ begin if to_regclass('pgboss.job') is not null then delete from pgboss.job; end if; end $$`,
    ),
  );
  afterEach(async () => {
    for (const close of closers.splice(0).toReversed()) await close();
  });

  const openNode = async (at = url, clock: Clock = testParts().clock) => {
    const database = new WatchedDatabase(
      await openDatabase({ url: at }, testParts()),
      () => new DatabaseUnavailableError('a test cut the line'),
    );
    closers.push(() => database.close());
    const store = new SqlRunStore(database, {
      clock,
      random: new SystemRandom(),
      logger: new SilentLogger(),
    });
    closers.push(() => store.close());
    await store.open();
    return { database, store };
  };

  /** A connection beside those of the nodes. */
  const connect = async (): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    closers.push(() => client.end());
    return client;
  };

  /** Resolves when somebody waits for a lock of another. */
  const untilBlocked = async (observer: pg.Client): Promise<void> => {
    const text = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
    while ((await observer.query(text)).rowCount === 0);
  };

  /** Makes a claim look as if it had not been touched for long. */
  const expire = (database: Database): Promise<unknown> =>
    database.query(`update pgboss.job set state = 'retry', heartbeat_on = null where state = 'active'`);

  describe('at a fence', () => {
    it('lets a claim wait for a write under way, and shows it the record', async () => {
      const [one, two] = [await openNode(), await openNode()];
      const { runId } = await beginRun(one.store);
      const writer = await connect();
      await writer.query('begin');
      await writer.query(`select 1 from cadre.runs where id = $1 and epoch = 1 for share`, [runId]);
      await writer.query(`insert into cadre.run_records values ($1, 1, 0, $2)`, [
        runId,
        finishedStep('late'),
      ]);
      await expire(one.database);
      const claiming = claimOne(two.store);
      await untilBlocked(await connect());
      await writer.query('commit');
      expect(await claiming).toMatchObject({ run: { epoch: 2 }, records: [{ record: { key: 'late' } }] });
    });

    const writes: Record<string, (store: SqlRunStore, lease: Lease) => Promise<unknown>> = {
      append: (store, lease) => store.append(lease, batchOf(0, 'a')),
      'append of many': (store, lease) =>
        Promise.all([store.append(lease, batchOf(0, 'a')), store.append(lease, batchOf(1, 'b'))]),
      finish: (store, lease) => store.finish(lease, outcomeOf('succeeded'), batchOf(0, 'a')),
      park: (store, lease) => store.park(lease, parkingOf({ ...batchOf(0, 'a'), dueAt: 1 })),
    };
    it.each(Object.keys(writes))('lets no write through that waits for a claim: %s', async (kind) => {
      const { store } = await openNode();
      const lease = await beginRun(store);
      const other = await beginRun(store);
      const claimer = await connect();
      await claimer.query('begin');
      await claimer.query('update cadre.runs set epoch = 2 where id = $1', [lease.runId]);
      const writing = Promise.allSettled([writes[kind]!(store, lease), store.append(other, batchOf(0, 'x'))]);
      await untilBlocked(await connect());
      await claimer.query('commit');
      const [mine, others] = await writing;
      expect(mine).toMatchObject({ status: 'rejected', reason: { code: 'RUN_LOST' } });
      expect(others.status).toBe('fulfilled');
      expect(await keysIn(store, lease.runId)).toEqual([]);
      expect(await store.get(lease.runId)).toMatchObject({ status: 'running', epoch: 2 });
      expect(await keysIn(store, other.runId)).toEqual(['x']);
    });

    it('keeps a run awake for a signal that is being sent while it parks', async () => {
      const { store } = await openNode();
      const lease = await beginRun(store);
      const sender = await connect();
      await sender.query('begin');
      await sender.query(`update cadre.runs set last_signal_id = 7 where id = $1`, [lease.runId]);
      const parking = store.park(lease, parkingOf(batchOf(0, 'a')));
      await untilBlocked(await connect());
      await sender.query('commit');
      expect(await parking).toBe(false);
      await store.append(lease, batchOf(0, 'b'));
      expect(await keysIn(store, lease.runId)).toEqual(['b']);
    });

    it('does no harm when a paused node wakes up', async () => {
      const [one, two] = [await openNode(), await openNode()];
      const old = await beginRun(one.store);
      const kept = await beginRun(one.store);
      await one.store.append(old, batchOf(0, 'a'));
      await one.database.query(
        `update pgboss.job set state = 'retry', heartbeat_on = null where data ->> 'runId' = $1`,
        [old.runId],
      );
      const lease = leaseOf(await claimOne(two.store));
      const answers = await Promise.allSettled([
        one.store.append(old, batchOf(1, 'bad')),
        one.store.append(kept, batchOf(0, 'x')),
        two.store.append(lease, batchOf(0, 'b')),
      ]);
      expect(answers.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
      expect(await one.store.touch([old, kept])).toEqual([old]);
      await one.store.release([old]);
      expect(await two.store.touch([lease])).toEqual([]);
      await two.store.finish(lease, outcomeOf('succeeded'), batchOf(1, 'c'));
      expect(await keysIn(one.store, old.runId)).toEqual(['a', 'b', 'c']);
      expect(await one.store.claim(5)).toEqual([]);
    });

    it('gives up a claim whose job is to be handed out again', async () => {
      const { store, database } = await openNode();
      const lease = await beginRun(store);
      await expire(database);
      expect(await store.touch([lease])).toEqual([lease]);
      await expect(store.append(lease, batchOf(0, 'a'))).rejects.toMatchObject({ code: 'RUN_LOST' });
      expect(await claimOne(store)).toMatchObject({ run: { epoch: 2 } });
    });
  });

  describe('side by side', () => {
    it('open on an empty database at once', async () => {
      const empty = await createTestDatabase();
      const nodes = await Promise.all([openNode(empty), openNode(empty), openNode(empty)]);
      await nodes[0].store.create(newRun());
      expect(await nodes[1].store.claim(1)).toHaveLength(1);
    });

    it('record one run for an idempotency key', async () => {
      const nodes = [await openNode(), await openNode()];
      const runs: NewRun[] = Array.from({ length: 60 }, (_, index) =>
        newRun({ idempotencyKey: `k${(index * 7) % 10}` }),
      );
      const answers = await Promise.all(runs.map((run, index) => nodes[index % 2]!.store.create(run)));
      expect(answers.filter(({ isNew }) => isNew)).toHaveLength(10);
      answers.forEach(({ run }, index) => expect(run.idempotencyKey).toBe(runs[index]!.idempotencyKey));
      const hands = await Promise.all(nodes.map(({ store }) => store.claim(10)));
      expect(new Set(hands.flat().map(({ run }) => run.runId)).size).toBe(10);
      expect(hands.flat()).toHaveLength(10);
    });

    it('tell each other of signals and of requests to cancel', async () => {
      const [one, two] = [await openNode(), await openNode()];
      const { runId } = await beginRun(one.store);
      const signaled = heardOf(one.store, { kind: 'signal', runId });
      await two.store.signal(runId, { kind: 'signal', name: 'go', payload: 1 });
      await signaled;
      const canceled = heardOf(one.store, { kind: 'cancel', runId });
      await two.store.requestCancel(runId, 'enough');
      await expect(canceled).resolves.toBeUndefined();
    });

    it('tell each other of work that lies, and not of what is taken', async () => {
      const clock = new VirtualClock();
      const [one, two] = [await openNode(url, clock), await openNode(url, new VirtualClock())];
      await beginRun(one.store);
      await one.store.claim(1);
      clock.advance(500);
      expect(one.database.sent).not.toContain('notify');
      const told = heardOf(two.store, { kind: 'work' });
      await one.store.create(newRun());
      clock.advance(500);
      await told;
    });

    it('look for work that nobody told them of', async () => {
      const clock = new VirtualClock();
      const { store } = await openNode(url, clock);
      const told = heardOf(store, { kind: 'work' });
      clock.advance(1_000);
      await expect(told).resolves.toBeUndefined();
    });

    it('look after their runs when they may have missed something', async () => {
      const { store, database } = await openNode();
      const { runId } = await beginRun(store);
      const told = Promise.all([
        heardOf(store, { kind: 'work' }),
        heardOf(store, { kind: 'signal', runId }),
        heardOf(store, { kind: 'cancel', runId }),
      ]);
      await database.notify('cadre_runs', '');
      expect(await told).toHaveLength(3);
    });

    it('say that there is work when a delayed run comes due', async () => {
      const clock = new VirtualClock(Date.now());
      const { store } = await openNode(url, clock);
      const lease = await beginRun(store);
      await store.park(lease, parkingOf({ dueAt: clock.now() + 300 }));
      const heard: string[] = [];
      store.onNudge(({ kind }) => heard.push(kind));
      clock.advance(299);
      expect(heard).toEqual([]);
      clock.advance(1);
      expect(heard).toEqual(['work']);
    });
  });

  describe('on a bad line', () => {
    const lines = (['sending', 'answering'] as const).flatMap((at) =>
      ['cadre_append_one', 'cadre_append_many', 'cadre_append_and_move'].map((of) => ({ at, of })),
    );
    it.each(lines)('write each record once when $of is interrupted while $at', async ({ at, of }) => {
      const { store, database } = await openNode();
      const leases = [await beginRun(store), await beginRun(store)];
      const [one, two] = [leases[0]!, leases[1]!];
      database.interrupt(of, at);
      await store.append(one, batchOf(0, 'a'));
      await Promise.all([store.append(one, batchOf(1, 'b')), store.append(two, batchOf(0, 'c'))]);
      await Promise.all([
        store.append(one, batchOf(2, 'd')),
        store.park(one, parkingOf({ ...batchOf(3, 'f'), wakeKeys: ['k'] })),
        store.finish(two, outcomeOf('succeeded', { output: 1 }), batchOf(1, 'e')),
      ]);
      expect(database.sent.filter((name) => name === of).length).toBeGreaterThan(0);
      expect(await keysIn(store, one.runId)).toEqual(['a', 'b', 'd', 'f']);
      expect(await keysIn(store, two.runId)).toEqual(['c', 'e']);
      expect(await store.get(one.runId)).toMatchObject({ status: 'waiting', epoch: 1 });
      expect(await store.get(two.runId)).toMatchObject({ status: 'succeeded', output: 1 });
    });

    it.each(['cadre_insert_runs', 'commit'])('record a run once when its %s is interrupted', async (of) => {
      for (const at of ['sending', 'answering'] as const) {
        const { store, database } = await openNode();
        database.interrupt(of, at);
        const run = newRun({ idempotencyKey: at });
        expect(await store.create(run)).toMatchObject({ isNew: true, run: { runId: run.runId } });
        expect(await store.claim(5)).toHaveLength(1);
        expect(await store.create(newRun({ idempotencyKey: at }))).toMatchObject({ isNew: false });
      }
    });

    it.each(['sending', 'answering'] as const)(
      'park a run once when the commit is cut while %s',
      async (at) => {
        const { store, database } = await openNode();
        const lease = await beginRun(store);
        database.interrupt('commit', at);
        expect(await store.park(lease, parkingOf({ ...batchOf(0, 'a'), dueAt: Date.now() - 1 }))).toBe(true);
        expect(await store.claim(5)).toMatchObject([{ run: { epoch: 2 }, records: [{ seq: 0 }] }]);
        expect(await store.claim(5)).toEqual([]);
      },
    );

    it('do not take a claim by another for a write of their own', async () => {
      const [one, two] = [await openNode(), await openNode()];
      const lease = await beginRun(one.store);
      await expire(one.database);
      await claimOne(two.store);
      one.database.interrupt('cadre_append_and_move', 'sending');
      const finishing = one.store.finish(lease, outcomeOf('failed'), batchOf(0, 'bad'));
      await expect(finishing).rejects.toMatchObject({ code: 'RUN_LOST' });
      expect(await keysIn(one.store, lease.runId)).toEqual([]);
    });

    it(
      'wait for a server that is started again, and go on where they were',
      async () => {
        const server = await PostgresServer.create();
        closers.push(() => server.close());
        const { store } = await openNode(server.url());
        const lease = await beginRun(store);
        await store.append(lease, batchOf(0, 'a'));
        await server.stop();
        const appending = store.append(lease, batchOf(1, 'b'));
        const creating = store.create(newRun());
        await server.start();
        await appending;
        expect(await creating).toMatchObject({ isNew: true });
        expect(await keysIn(store, lease.runId)).toEqual(['a', 'b']);
      },
      START_TIMEOUT_MS,
    );
  });

  describe('at removing old runs', () => {
    const finishOld = async (store: SqlRunStore): Promise<string> => {
      const lease = await beginRun(store);
      await store.finish(lease, outcomeOf('failed'), batchOf(0, 'a'));
      return lease.runId;
    };
    const LATER = 2_000_000_000_000;

    it('leave it to one of them at a time', async () => {
      const { store, database } = await openNode();
      await finishOld(store);
      const other = await openNode();
      await database.transaction(async (session) => {
        await session.query('select pg_advisory_xact_lock(301041806)');
        expect(await other.store.removeEnded(LATER, 10)).toBe(0);
      });
      expect(await other.store.removeEnded(LATER, 10)).toBe(1);
    });

    it('pass over one that another node takes up again meanwhile', async () => {
      const { store } = await openNode();
      const [again, gone] = [await finishOld(store), await finishOld(store)];
      const rescuer = await connect();
      await rescuer.query('begin');
      await rescuer.query(`update cadre.runs set status = 'queued', finished_at = null where id = $1`, [
        again,
      ]);
      expect(await store.removeEnded(LATER, 10)).toBe(1);
      await rescuer.query('commit');
      expect(await store.removeEnded(LATER, 10)).toBe(0);
      expect([await store.get(gone), await keysIn(store, again)]).toEqual([undefined, ['a']]);
    });
  });

  describe('at what it costs', () => {
    it('take one statement for a step, and eight more for a run', async () => {
      const { store, database } = await openNode();
      await store.saveBundle('a'.repeat(64), { main: { name: 'brief', steps: [] }, nested: {} });
      database.sent.length = 0;
      await store.saveBundle('a'.repeat(64), { main: { name: 'brief', steps: [] }, nested: {} });
      const lease = await beginRun(store);
      for (let seq = 0; seq < 10; seq++) await store.append(lease, batchOf(seq, `s${seq}`));
      await store.finish(lease, outcomeOf('succeeded'), batchOf(10, 'end'));
      await store.close();
      expect(database.sent.filter((name) => name === 'cadre_append_one')).toHaveLength(10);
      expect(database.sent.filter((name) => name !== 'cadre_append_one').length).toBeLessThanOrEqual(8);
      expect(await database.query('select from pgboss.job')).toEqual([]);
    });

    it('share statements among runs', async () => {
      const { store, database } = await openNode();
      database.sent.length = 0;
      await Promise.all(Array.from({ length: 64 }, () => store.create(newRun())));
      const leases = (await store.claim(64)).map(leaseOf);
      for (let seq = 0; seq < 5; seq++) {
        await Promise.all(leases.map((lease) => store.append(lease, batchOf(seq, `s${seq}`))));
      }
      await Promise.all(
        leases.map((lease) => store.finish(lease, outcomeOf('succeeded'), batchOf(5, 'end'))),
      );
      await store.close();
      expect(database.sent.length).toBeLessThan(20);
      expect(await store.finishedOf(leases.map(({ runId }) => runId))).toHaveLength(64);
    });
  });
});
