import { newId } from '../../common/index.js';
import type { RunQuery } from '../../orchestration/index.js';
import type { Lease, NewRun, RunStore } from '../../workflows/index.js';
import {
  batchOf,
  finishedStep,
  leaseOf,
  newRun,
  outcomeOf,
  parkingOf,
  retriedAt,
} from '../builders/run-builder.js';
import { beginRun, createRun, RUN_LOST, type RunStoreTrials } from '../workflows/run-store-trial.js';

/** A part of the contract: how runs end, are taken up again, and are listed. */
export function describeEnding(trials: RunStoreTrials): void {
  const { open } = trials;
  describe('ending a run', () => {
    it('keeps the outcome, with the last records', async () => {
      const store = await open();
      const lease = await beginRun(store);
      const running = await store.get(lease.runId);
      const failure = {
        code: 'TASK_FAILED',
        kind: 'execution',
        message: 'é\u0000',
        retryable: true,
      } as const;
      const outcome = outcomeOf('failed', {
        output: { a: [null] },
        outputType: 'report',
        failure,
        costUsd: 0.1 + 0.2,
      });
      await store.append(lease, batchOf(0, 'a'));
      await store.finish(lease, outcome, batchOf(1, 'b', 'c'));
      expect(await store.get(lease.runId)).toEqual({ ...running, ...outcome });
      expect((await store.records(lease.runId, { limit: 9 })).map(({ seq }) => seq)).toEqual([0, 1, 2]);
      expect(await store.claim(1)).toEqual([]);
    });

    it.each([undefined, null, 0, ''])('tells the output %j from others', async (output) => {
      const store = await open();
      const lease = await beginRun(store);
      await store.finish(lease, outcomeOf('succeeded', { output }), batchOf(0));
      expect((await store.get(lease.runId))?.output).toEqual(output);
    });

    it('ends many runs at once, and one of two who end the same', async () => {
      const store = await open();
      const leases: Lease[] = [];
      for (let count = 0; count < 10; count++) leases.push(await beginRun(store));
      const twice = [...leases, leases[3]!];
      const answers = await Promise.allSettled(
        twice.map((lease, index) =>
          store.finish(lease, outcomeOf('succeeded', { output: index }), batchOf(0)),
        ),
      );
      expect(answers.filter(({ status }) => status === 'rejected')).toMatchObject([{ reason: RUN_LOST }]);
      const ids = leases.map(({ runId }) => runId);
      expect((await store.finishedOf(ids)).toSorted()).toEqual(ids.toSorted());
      expect((await store.get(ids[5]!))?.output).toBe(5);
    });

    it('writes what is appended and ended in one breath in that order', async () => {
      const store = await open();
      const lease = await beginRun(store);
      await Promise.all([
        store.append(lease, batchOf(0, 'a')),
        store.append(lease, batchOf(1, 'b')),
        store.finish(lease, outcomeOf('succeeded'), batchOf(2, 'c')),
      ]);
      expect(await store.records(lease.runId, { limit: 9 })).toHaveLength(3);
    });

    it('tells which runs have ended', async () => {
      const store = await open();
      const ended = await beginRun(store);
      const running = await beginRun(store);
      const parked = await beginRun(store);
      await store.finish(ended, outcomeOf('canceled'), batchOf(0));
      await store.park(parked, parkingOf());
      const ids = [running.runId, ended.runId, parked.runId, newId(), 'x'];
      expect(await store.finishedOf(ids)).toEqual([ended.runId]);
      expect(await store.finishedOf([])).toEqual([]);
    });

    it.each(['failed', 'canceled'] as const)('takes a run up again that is %s', async (status) => {
      const store = await open();
      const lease = await beginRun(store, { deadlineAt: 1_900_000_000_001 });
      const { runId } = lease;
      await store.requestCancel(runId, 'enough');
      await store.append(lease, batchOf(0, 'a'));
      const failure = { code: 'X', kind: 'execution', message: 'm', retryable: false } as const;
      await store.finish(
        lease,
        outcomeOf(status, { failure, output: 1, outputType: 't', costUsd: 2 }),
        batchOf(1),
      );
      const retried = retriedAt(1_900_000_002_000, 'a');
      expect(await store.reopen(runId, retried, 1_900_000_009_000)).toBe(true);
      expect(await store.reopen(runId, retried)).toBe(false);
      const reopened = await store.get(runId);
      expect(reopened).toMatchObject({ status: 'queued', deadlineAt: 1_900_000_009_000, costUsd: 2 });
      expect(reopened).toMatchObject({ input: { topic: 'agents' }, createdAt: 1_900_000_000_000 });
      for (const member of ['failure', 'output', 'outputType', 'finishedAt', 'cancelReason'] as const) {
        expect(reopened?.[member]).toBeUndefined();
      }
      await expect(store.append(lease, batchOf(2, 'late'))).rejects.toMatchObject(RUN_LOST);
      const [claimed, ...others] = await store.claim(5);
      expect(others).toEqual([]);
      expect(claimed!.run.epoch).toBeGreaterThan(lease.epoch);
      expect(claimed!.records.map(({ record }) => record)).toEqual([finishedStep('a'), retried]);
      await store.append(leaseOf(claimed!), batchOf(0, 'b'));
      const [, , last] = await store.records(runId, { limit: 9 });
      expect(last?.record).toEqual(finishedStep('b'));
    });

    it('lifts the deadline of a run that is taken up without one', async () => {
      const store = await open();
      const lease = await beginRun(store, { deadlineAt: 1_900_000_000_001 });
      await store.finish(lease, outcomeOf('failed'), batchOf(0));
      await store.reopen(lease.runId, retriedAt(1));
      expect((await store.get(lease.runId))?.deadlineAt).toBeUndefined();
    });

    it('does not take up a run again that has not ended, or has succeeded', async () => {
      const store = await open();
      const lease = await beginRun(store);
      const retried = retriedAt(1);
      expect(await store.reopen(lease.runId, retried)).toBe(false);
      await store.finish(lease, outcomeOf('succeeded'), batchOf(0));
      expect(await store.reopen(lease.runId, retried)).toBe(false);
      expect(await store.records(lease.runId, { limit: 9 })).toEqual([]);
      expect(await store.claim(1)).toEqual([]);
    });
  });

  describeRemoving(trials);
  describeListing(open);
}

function describeRemoving({ open, openTrial }: RunStoreTrials): void {
  describe('removing runs that ended long ago', () => {
    const finishAt = async (store: RunStore, finishedAt: number, given: Partial<NewRun> = {}) => {
      const lease = await beginRun(store, { createdAt: finishedAt - 10, ...given });
      await store.signal(lease.runId, { kind: 'signal', name: 'go', payload: 1 });
      await store.append(lease, batchOf(0, 'a', 'b'));
      await store.finish(lease, outcomeOf('failed', { finishedAt }), batchOf(2, 'c'));
      return lease.runId;
    };
    const idsIn = async (store: RunStore): Promise<string[]> =>
      (await store.list({ limit: 100 })).items.map(({ runId }) => runId);

    it('removes those that ended before an instant, with all that is kept of them', async () => {
      const store = await open();
      const [old, young] = [
        await finishAt(store, 1_000, { idempotencyKey: 'k' }),
        await finishAt(store, 1_001),
      ];
      expect(await store.removeEnded(1_001, 10)).toBe(1);
      expect(await store.get(old)).toBeUndefined();
      expect(await store.records(old, { limit: 9 })).toEqual([]);
      expect((await store.news(old)).signals).toEqual([]);
      expect(await store.finishedOf([old, young])).toEqual([young]);
      expect(await idsIn(store)).toEqual([young]);
      expect(await store.reopen(old, retriedAt(1))).toBe(false);
      expect(await store.records(young, { limit: 9 })).toHaveLength(3);
      expect((await store.create(newRun({ idempotencyKey: 'k' }))).isNew).toBe(true);
      expect(await store.removeEnded(1_001, 10)).toBe(0);
    });

    it('forgets definitions that no run has any more, some time after they were last meant for one', async () => {
      const { store, pass } = await openTrial();
      const bundle = { main: { name: 'brief', steps: [] }, nested: {} };
      const [unused, shared] = ['1'.repeat(64), '2'.repeat(64)];
      for (const hash of [unused, shared]) await store.saveBundle(hash, bundle);
      await finishAt(store, 1_000, { bundleHash: unused });
      await finishAt(store, 1_000, { bundleHash: shared });
      await createRun(store, { bundleHash: shared });
      expect(await store.removeEnded(1_001, 10)).toBe(2);
      expect(await store.bundle(unused)).toEqual(bundle);
      // One that keeps the latest in any case has others to keep.
      for (let index = 0; index < 100; index += 1) await store.saveBundle(`3-${index}`, bundle);
      await pass(2 * 86_400_000);
      expect(await store.removeEnded(1_001, 10)).toBe(0);
      expect(await store.bundle(unused)).toBeUndefined();
      expect(await store.bundle(shared)).toEqual(bundle);
    });

    it('removes as many as it is told to, and tells how many there were', async () => {
      const store = await open();
      for (let at = 1; at <= 5; at += 1) await finishAt(store, 1_000 + at);
      const counts = [await store.removeEnded(2_000, 2), await store.removeEnded(2_000, 2)];
      expect([...counts, await store.removeEnded(2_000, 2), await idsIn(store)]).toEqual([2, 2, 1, []]);
    });

    it('removes none that has not ended, however old, nor one that was taken up again', async () => {
      const store = await open();
      const given = { createdAt: 1 };
      const again = await finishAt(store, 2, given);
      await store.reopen(again, retriedAt(3));
      const [claimed] = await store.claim(1);
      const parked = await beginRun(store, given);
      await store.park(parked, parkingOf());
      const running = await beginRun(store, given);
      const { run: queued } = await store.create(newRun(given));
      expect(await store.removeEnded(4_000_000_000_000, 10)).toBe(0);
      const left = [queued.runId, running.runId, parked.runId, again];
      expect((await idsIn(store)).toSorted()).toEqual(left.toSorted());
      await store.append(leaseOf(claimed!), batchOf(0, 'd'));
      await store.finish(leaseOf(claimed!), outcomeOf('succeeded', { finishedAt: 5 }), batchOf(1));
      expect(await store.removeEnded(6, 10)).toBe(1);
    });

    it('removes each once when it is asked several times at once', async () => {
      const store = await open();
      for (let at = 1; at <= 6; at += 1) await finishAt(store, at + 10);
      let count = 0;
      for (let round = 0; round < 10 && count < 6; round += 1) {
        const counts = await Promise.all([1, 2, 3].map(() => store.removeEnded(100, 2)));
        count += counts.reduce((sum, each) => sum + each, 0);
      }
      expect([count, await idsIn(store)]).toEqual([6, []]);
    });
  });
}

function describeListing(open: RunStoreTrials['open']): void {
  describe('listing runs', () => {
    const listAll = async (store: RunStore, query: RunQuery): Promise<string[]> => {
      const ids: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await store.list({ ...query, cursor });
        expect(page.items.length).toBeLessThanOrEqual(query.limit);
        ids.push(...page.items.map(({ runId }) => runId));
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      return ids;
    };

    /** Runs of these instants, in the order they are listed. */
    const recordAt = async (store: RunStore, instants: readonly number[]): Promise<string[]> => {
      const runs = instants.map((createdAt) => newRun({ createdAt }));
      for (const run of runs) await store.create(run);
      runs.sort((a, b) => b.createdAt - a.createdAt || (a.runId < b.runId ? 1 : -1));
      return runs.map(({ runId }) => runId);
    };

    it('lists nothing where there is nothing', async () => {
      const store = await open();
      expect(await store.list({ limit: 10 })).toEqual({ items: [] });
    });

    it.each([1, 2, 3, 6, 7, 8])('pages by %d, newest first, without gaps and repetitions', async (limit) => {
      const store = await open();
      const ids = await recordAt(store, [50, 10, 50, 30, 50, 20, 40]);
      expect(await listAll(store, { limit })).toEqual(ids);
    });

    it('offers no next page when the last run is on this one', async () => {
      const store = await open();
      await recordAt(store, [1, 2]);
      expect((await store.list({ limit: 2 })).nextCursor).toBeUndefined();
    });

    it('goes on where a page ended although runs were recorded since', async () => {
      const store = await open();
      const [first, second, third] = await recordAt(store, [30, 20, 10]);
      const page = await store.list({ limit: 2 });
      expect(page.items.map(({ runId }) => runId)).toEqual([first, second]);
      await recordAt(store, [40]);
      const next = await store.list({ limit: 2, cursor: page.nextCursor });
      expect(next.items.map(({ runId }) => runId)).toEqual([third]);
    });

    it('filters by instant, the first included and the last not', async () => {
      const store = await open();
      await recordAt(store, [10, 20, 30, 40]);
      const at = async (query: Partial<RunQuery>): Promise<number[]> =>
        (await store.list({ limit: 10, ...query })).items.map(({ createdAt }) => createdAt);
      expect(await at({ createdFrom: 20 })).toEqual([40, 30, 20]);
      expect(await at({ createdTo: 20 })).toEqual([10]);
      expect(await at({ createdFrom: 20, createdTo: 40 })).toEqual([30, 20]);
      expect(await at({ createdFrom: 41 })).toEqual([]);
      expect(await at({ createdFrom: 19.5, createdTo: 30.5 })).toEqual([30, 20]);
    });

    it('filters by status and by workflow, on every page', async () => {
      const store = await open();
      const failed = await beginRun(store, { workflow: 'a', createdAt: 1 });
      await store.finish(failed, outcomeOf('failed'), batchOf(0));
      const running = await beginRun(store, { workflow: "b'", createdAt: 2 });
      const parked = await beginRun(store, { workflow: 'a', createdAt: 3 });
      await store.park(parked, parkingOf());
      const queued = await store.create(newRun({ workflow: 'a', createdAt: 4 }));
      const all = async (query: Partial<RunQuery>): Promise<string[]> =>
        listAll(store, { limit: 1, ...query });
      expect(await all({ workflow: 'a' })).toEqual([queued.run.runId, parked.runId, failed.runId]);
      expect(await all({ workflow: "b'" })).toEqual([running.runId]);
      expect(await all({ workflow: 'c' })).toEqual([]);
      expect(await all({ status: 'waiting' })).toEqual([parked.runId]);
      expect(await all({ status: 'failed', workflow: 'a', createdFrom: 1 })).toEqual([failed.runId]);
      expect(await all({ status: 'succeeded' })).toEqual([]);
    });

    it('lists whole runs', async () => {
      const store = await open();
      const lease = await beginRun(store);
      await store.finish(lease, outcomeOf('succeeded', { output: { n: 1 } }), batchOf(0));
      expect((await store.list({ limit: 1 })).items).toEqual([await store.get(lease.runId)]);
    });

    it.each(['', 'x', '-1', '1.5', "1' or 1=1", `1_${'z'.repeat(36)}`, '99999999999999999999_'])(
      'refuses the cursor %j, which is none of its own',
      async (cursor) => {
        const store = await open();
        await expect(store.list({ limit: 1, cursor })).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
      },
    );
  });
}
