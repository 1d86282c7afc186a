import type { Lease, RunNudge } from '../../workflows/index.js';
import { batchOf, leaseOf, newRun, outcomeOf, parkingOf, retriedAt } from '../builders/run-builder.js';
import { beginRun, hear, heardOf, type RunStoreTrials } from '../workflows/run-store-trial.js';

const HOUR_MS = 3_600_000;

/** A part of the contract: how runs wait, what wakes them, and what the store tells. */
export function describeWaiting({ open, openTrial }: RunStoreTrials): void {
  describe('parking a run', () => {
    it('keeps what it waits for, and hands it to nobody', async () => {
      const store = await open();
      const lease = await beginRun(store);
      const running = await store.get(lease.runId);
      const waits = [
        { key: 'ask', stepId: 'ask', kind: 'approval', subject: 'Go?\u0000', openedAt: 5 },
      ] as const;
      expect(await store.park(lease, parkingOf({ ...batchOf(0, 'a'), waits, costUsd: 0.3 }))).toBe(true);
      expect(await store.get(lease.runId)).toEqual({ ...running, status: 'waiting', waits, costUsd: 0.3 });
      expect(await store.records(lease.runId, { limit: 9 })).toHaveLength(1);
      expect(await store.claim(1)).toEqual([]);
    });

    it('hands it out when it is due, with its journal and without its waits', async () => {
      const { store, now, pass } = await openTrial();
      const lease = await beginRun(store);
      const waits = [{ key: 'nap', stepId: 'nap', kind: 'sleep', openedAt: 5, dueAt: 6 }] as const;
      await store.park(lease, parkingOf({ ...batchOf(0, 'a'), waits, dueAt: now() + HOUR_MS }));
      await pass(HOUR_MS - 60_000);
      expect(await store.claim(1)).toEqual([]);
      await pass(120_000);
      const [claimed] = await store.claim(1);
      expect(claimed).toMatchObject({
        run: { ...lease, epoch: 2, status: 'running' },
        records: [{ seq: 0 }],
      });
      expect(claimed?.run.waits).toEqual([]);
    });

    it('takes instants between two milliseconds, and further away than anybody waits', async () => {
      const { store, now, pass } = await openTrial();
      const [near, far] = [await beginRun(store, { priority: 1 }), await beginRun(store)];
      expect(await store.park(near, parkingOf({ dueAt: now() + HOUR_MS + 0.4 }))).toBe(true);
      expect(await store.park(far, parkingOf({ dueAt: now() + 1e13 }))).toBe(true);
      await pass(2 * HOUR_MS);
      expect((await store.claim(5)).map(({ run }) => run.runId)).toEqual([near.runId]);
    });

    it('hands it out at once when it is due already, and says so', async () => {
      const { store, now } = await openTrial();
      const lease = await beginRun(store);
      const heard = hear(store);
      await store.park(lease, parkingOf({ dueAt: now() - 1 }));
      expect(heard).toContainEqual({ kind: 'work' });
      expect(await store.claim(1)).toHaveLength(1);
    });

    it('wakes by each of its keys, once', async () => {
      const store = await open();
      const lease = await beginRun(store);
      const other = await beginRun(store);
      const running = await beginRun(store);
      await store.park(lease, parkingOf({ wakeKeys: ['agent:a', 'agent:b'] }));
      await store.park(other, parkingOf({ wakeKeys: ['agent:ab', "agent:'"] }));
      await store.wakeWaiting(['agent:c', '']);
      await store.wakeWaiting([]);
      expect(await store.claim(5)).toEqual([]);
      const heard = hear(store);
      await store.wakeWaiting(['agent:x', 'agent:b', 'agent:a']);
      expect(heard).toContainEqual({ kind: 'work' });
      expect(await store.get(lease.runId)).toMatchObject({ status: 'queued', waits: [] });
      await store.wakeWaiting(['agent:a']);
      const woken = await store.claim(5);
      expect(woken.map(({ run }) => run.runId)).toEqual([lease.runId]);
      expect(await store.get(other.runId)).toMatchObject({ status: 'waiting' });
      await store.append(running, batchOf(0, 'a'));
      await store.wakeWaiting(["agent:'"]);
      expect(await store.claim(5)).toHaveLength(1);
    });

    it('forgets its keys when it wakes', async () => {
      const store = await open();
      await store.park(await beginRun(store), parkingOf({ wakeKeys: ['agent:a'] }));
      await store.wakeWaiting(['agent:a']);
      const [claimed] = await store.claim(1);
      await store.park(leaseOf(claimed!), parkingOf({ wakeKeys: ['agent:b'] }));
      await store.wakeWaiting(['agent:a']);
      expect(await store.claim(1)).toEqual([]);
    });

    it('leaves nothing behind of a delay that was cut short', async () => {
      const { store, now, pass } = await openTrial();
      const lease = await beginRun(store);
      await store.park(lease, parkingOf({ dueAt: now() + HOUR_MS }));
      await store.signal(lease.runId, { kind: 'signal', name: 'go', payload: 1 });
      const [claimed] = await store.claim(5);
      expect(claimed?.run.runId).toBe(lease.runId);
      const second = parkingOf({ dueAt: now() + 3 * HOUR_MS, lastSignalId: claimed!.signals[0]!.id });
      expect(await store.park(leaseOf(claimed!), second)).toBe(true);
      await pass(2 * HOUR_MS);
      expect(await store.claim(5)).toEqual([]);
      await pass(2 * HOUR_MS);
      expect(await store.claim(5)).toHaveLength(1);
      expect(await store.claim(5)).toEqual([]);
    });

    it('does not park over a signal that the run has not seen', async () => {
      const store = await open();
      const lease = await beginRun(store);
      const first = await store.signal(lease.runId, { kind: 'signal', name: 'go', payload: 1 });
      const refused = parkingOf({ ...batchOf(0, 'a'), costUsd: 5 });
      expect(await store.park(lease, refused)).toBe(false);
      expect(await store.get(lease.runId)).toMatchObject({ status: 'running', epoch: 1, costUsd: 0 });
      expect(await store.records(lease.runId, { limit: 9 })).toEqual([]);
      await store.append(lease, batchOf(0, 'b'));
      const second = await store.signal(lease.runId, { kind: 'approval', name: 'ask', payload: 2 });
      expect(await store.park(lease, parkingOf({ lastSignalId: first?.id }))).toBe(false);
      expect(await store.park(lease, parkingOf({ lastSignalId: second?.id }))).toBe(true);
    });

    it('does not park over a request to cancel that the run has not seen', async () => {
      const store = await open();
      const lease = await beginRun(store);
      expect(await store.requestCancel(lease.runId, 'enough')).toBe(true);
      expect(await store.park(lease, parkingOf())).toBe(false);
      expect(await store.park(lease, parkingOf({ hasSeenCancel: true }))).toBe(true);
      expect(await store.claim(1)).toEqual([]);
    });
  });

  describe('telling a run', () => {
    it('keeps signals in the order they came, each under a greater id', async () => {
      const { store, now } = await openTrial();
      const lease = await beginRun(store);
      const other = await beginRun(store);
      const payloads = [undefined, null, { text: '\u0000é' }, [1], 'x', 0];
      const before = now();
      const sent = [];
      for (const [index, payload] of payloads.entries()) {
        const kind = (['signal', 'approval', 'result'] as const)[index % 3]!;
        sent.push(await store.signal(lease.runId, { kind, name: `n${index}`, payload }));
        await store.signal(other.runId, { kind: 'signal', name: 'x', payload: 1 });
      }
      const { signals, ...rest } = await store.news(lease.runId);
      expect(rest.cancelReason).toBeUndefined();
      expect(signals).toEqual(sent);
      expect(signals.map(({ payload }) => payload)).toEqual(payloads);
      expect(signals[0]!.receivedAt).toBeGreaterThanOrEqual(before);
      expect(signals[5]!.receivedAt).toBeLessThanOrEqual(now());
      const later = await store.news(lease.runId, sent[3]!.id);
      expect(later.signals).toEqual(sent.slice(4));
      expect((await store.news(lease.runId, sent[5]!.id)).signals).toEqual([]);
    });

    it('keeps every signal of many that are sent at once', async () => {
      const store = await open();
      const { runId } = await beginRun(store);
      const names = Array.from({ length: 25 }, (_, index) => `n${index}`);
      await Promise.all(names.map((name) => store.signal(runId, { kind: 'signal', name, payload: 1 })));
      const { signals } = await store.news(runId);
      expect(signals.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
      const ids = signals.map(({ id }) => Number(id));
      expect(ids).toEqual(ids.toSorted((a, b) => a - b));
    });

    it('loses no signal to a park at the same time', async () => {
      const store = await open();
      for (let round = 0; round < 10; round++) {
        const lease = await beginRun(store);
        const [parked] = await Promise.all([
          store.park(lease, parkingOf()),
          store.signal(lease.runId, { kind: 'signal', name: 'go', payload: round }),
        ]);
        const claimed = await store.claim(1);
        expect(claimed).toHaveLength(parked ? 1 : 0);
        if (parked) expect(claimed[0]!.signals).toHaveLength(1);
      }
    });

    it('takes no signal and no request to cancel for a run that has ended', async () => {
      const store = await open();
      const lease = await beginRun(store);
      await store.finish(lease, outcomeOf('failed'), batchOf(0));
      const { runId } = lease;
      expect(await store.signal(runId, { kind: 'signal', name: 'go', payload: 1 })).toBeUndefined();
      expect(await store.requestCancel(runId, 'late')).toBe(false);
      expect(await store.news(runId)).toEqual({ signals: [] });
    });

    it('wakes a waiting run to cancel it, and tells the next claim why', async () => {
      const store = await open();
      const lease = await beginRun(store);
      await store.park(lease, parkingOf());
      expect(await store.requestCancel(lease.runId, 'first \u0000')).toBe(true);
      expect(await store.requestCancel(lease.runId, 'second')).toBe(true);
      const [claimed, ...others] = await store.claim(5);
      expect(others).toEqual([]);
      expect(claimed?.run.cancelReason).toMatch(/^first/);
      expect((await store.news(lease.runId)).cancelReason).toBe(claimed?.run.cancelReason);
    });

    it('keeps a request to cancel for a run that nobody has claimed yet', async () => {
      const store = await open();
      const { run } = await store.create(newRun());
      expect(await store.requestCancel(run.runId, 'no need')).toBe(true);
      const [claimed] = await store.claim(5);
      expect(claimed?.run).toMatchObject({ cancelReason: 'no need', epoch: 1 });
    });
  });

  describe('nudging', () => {
    it('says that there is work when a run is recorded, wakes, is handed back or taken up again', async () => {
      const store = await open();
      const changes: ((lease: Lease) => Promise<unknown>)[] = [
        () => store.create(newRun({ priority: -9 })),
        (lease) => store.release([lease]),
        async (lease) => {
          await store.park(lease, parkingOf());
          await store.signal(lease.runId, { kind: 'signal', name: 'go', payload: 1 });
        },
        async (lease) => {
          await store.finish(lease, outcomeOf('failed'), batchOf(0));
          await store.reopen(lease.runId, retriedAt(1));
        },
      ];
      for (const change of changes) {
        const lease = await beginRun(store);
        const told = heardOf(store, { kind: 'work' });
        await change(lease);
        await told;
        await store.claim(10);
      }
    });

    it('says that there may be work when it opens', async () => {
      const { store } = await openTrial();
      await store.close();
      const heard = hear(store);
      await store.open();
      expect(heard).toContainEqual({ kind: 'work' });
    });

    it('tells who executes a run of signals and of a request to cancel', async () => {
      const store = await open();
      const { runId } = await beginRun(store);
      const signaled = heardOf(store, { kind: 'signal', runId });
      await store.signal(runId, { kind: 'signal', name: 'go', payload: 1 });
      await signaled;
      const canceled = heardOf(store, { kind: 'cancel', runId });
      await store.requestCancel(runId, 'enough');
      await canceled;
    });

    it('says that a run has ended, once it is recorded', async () => {
      const store = await open();
      const lease = await beginRun(store);
      const told = heardOf(store, { kind: 'finished', runId: lease.runId });
      await store.finish(lease, outcomeOf('succeeded'), batchOf(0));
      await told;
      expect(await store.finishedOf([lease.runId])).toHaveLength(1);
    });

    it('tells nobody who has canceled, and two who listen twice', async () => {
      const store = await open();
      const heard: RunNudge[] = [];
      const listener = (nudge: RunNudge): void => void heard.push(nudge);
      const cancels = [store.onNudge(listener), store.onNudge(listener)];
      const lease = await beginRun(store);
      heard.length = 0;
      cancels[0]!();
      cancels[0]!();
      await store.finish(lease, outcomeOf('succeeded'), batchOf(0));
      expect(heard.filter(({ kind }) => kind === 'finished')).toHaveLength(1);
      cancels[1]!();
      heard.length = 0;
      await store.create(newRun());
      expect(heard).toEqual([]);
    });
  });
}
