import { newId } from '../../common/index.js';
import type { ClaimedRun, Lease, RunRecord, StoredRun } from '../../workflows/index.js';
import {
  batchOf,
  finishedStep,
  leaseOf,
  newRun,
  outcomeOf,
  parkingOf,
  retriedAt,
} from '../builders/run-builder.js';
import { describeEnding } from './run-store-ends.contract.js';
import {
  beginRun,
  claimOne,
  createRun,
  keysIn,
  RUN_LOST,
  runStoreTrials,
  type RunStoreOnTrial,
} from '../workflows/run-store-trial.js';
import { describeWaiting } from './run-store-waits.contract.js';

/** Longer than any claim lasts untouched; and so much shorter that a busy machine may take seconds on top. */
const PAST_LEASE_MS = 60_000;
const WITHIN_LEASE_MS = 4_000;

/**
 * What every {@link RunStore} must do. Call it in a spec beside the store.
 *
 * @param createTrial makes an empty store
 */
export function describeRunStore(createTrial: () => Promise<RunStoreOnTrial>): void {
  describe('as a run store', () => {
    const trials = runStoreTrials(createTrial);
    const { open, openTrial } = trials;
    const idsOf = (runs: readonly ClaimedRun[]): string[] => runs.map(({ run }) => run.runId);

    describe('recording a run', () => {
      it('gives back each member as it was recorded', async () => {
        const store = await open();
        const run = newRun({
          input: { text: 'é"\n\u{1f600}\u0000\ud800', n: 1e300, deep: [[{ a: null }], true, -0.5, ''] },
          priority: -100,
          durability: 'memory',
          tenant: 'acme \u{1f600}',
          deadlineAt: 1_900_000_500_000,
          idempotencyKey: "o'neill \u{1f600}",
          requestHash: 'f'.repeat(64),
        });
        const stored: StoredRun = { ...run, status: 'queued', epoch: 0, costUsd: 0, waits: [] };
        expect(await store.create(run)).toEqual({ run: stored, isNew: true });
        expect(await store.get(run.runId)).toEqual(stored);
      });

      it.each([undefined, null, 0, false, '', 'null', [], {}])(
        'tells the input %j from others',
        async (input) => {
          const store = await open();
          const runId = await createRun(store, { input });
          expect((await store.get(runId))?.input).toEqual(input);
        },
      );

      it.each([newId(), 'market_brief', "' or 1=1", ''])('knows nothing of the run %j', async (runId) => {
        const store = await open();
        await createRun(store);
        expect(await store.get(runId)).toBeUndefined();
        expect(await store.records(runId, { limit: 10 })).toEqual([]);
        expect(await store.news(runId)).toEqual({ signals: [] });
        expect(await store.finishedOf([runId])).toEqual([]);
        expect(await store.signal(runId, { kind: 'signal', name: 'go', payload: 1 })).toBeUndefined();
        expect(await store.requestCancel(runId, 'test')).toBe(false);
        expect(await store.reopen(runId, retriedAt(1))).toBe(false);
        await expect(store.append({ runId, epoch: 1 }, batchOf(0, 'a'))).rejects.toMatchObject(RUN_LOST);
      });

      it('gives the run that has the idempotency key already, whatever has become of it', async () => {
        const store = await open();
        const first = newRun({ idempotencyKey: 'k', requestHash: '1' });
        await store.create(first);
        const again = await store.create(newRun({ idempotencyKey: 'k', requestHash: '2' }));
        expect(again).toMatchObject({ isNew: false, run: { runId: first.runId, requestHash: '1' } });
        const claimed = await claimOne(store);
        await store.finish(leaseOf(claimed), outcomeOf('succeeded'), batchOf(0));
        expect(await store.create(newRun({ idempotencyKey: 'k' }))).toMatchObject({
          isNew: false,
          run: { runId: first.runId, status: 'succeeded' },
        });
        expect(await store.claim(10)).toEqual([]);
      });

      it('records one run when many come with one idempotency key at once', async () => {
        const store = await open();
        const given = Array.from({ length: 30 }, (_, index) =>
          newRun({ idempotencyKey: index % 3 === 0 ? 'a' : 'b' }),
        );
        const answers = await Promise.all(given.map((run) => store.create(run)));
        expect(answers.filter(({ isNew }) => isNew)).toHaveLength(2);
        expect(new Set(answers.map(({ run }) => run.runId)).size).toBe(2);
        for (const [index, { run }] of answers.entries()) {
          expect(run.idempotencyKey).toBe(given[index]!.idempotencyKey);
        }
        expect(await store.claim(10)).toHaveLength(2);
      });

      it('keeps a bundle under its hash', async () => {
        const store = await open();
        const bundle = { main: { name: 'brief', steps: [{ capability: 'research\u0000' }] }, nested: {} };
        const hash = 'b'.repeat(64);
        expect(await store.bundle(hash)).toBeUndefined();
        await Promise.all([store.saveBundle(hash, bundle), store.saveBundle(hash, bundle)]);
        expect(await store.bundle(hash)).toEqual(bundle);
      });
    });

    describe('handing out runs', () => {
      it('hands out nothing before it is open, nor once it is closed', async () => {
        const { store } = await trials.create();
        expect(await store.claim(1)).toEqual([]);
        await store.open();
        await createRun(store);
        await store.close();
        expect(await store.claim(1)).toEqual([]);
      });

      it('gives a run to one taker, under its first epoch and as running', async () => {
        const { store, now } = await openTrial();
        const before = now();
        const { run } = await store.create(newRun());
        const claimed = await claimOne(store);
        const after = now();
        const startedAt = claimed.run.startedAt!;
        expect(claimed).toEqual({
          run: { ...run, status: 'running', epoch: 1, startedAt },
          records: [],
          signals: [],
        });
        expect(startedAt).toBeGreaterThanOrEqual(before);
        expect(startedAt).toBeLessThanOrEqual(after);
        expect(await store.get(run.runId)).toEqual(claimed.run);
        expect(await store.claim(1)).toEqual([]);
      });

      it('hands out the highest priority first, then the oldest', async () => {
        const store = await open();
        const ids: string[] = [];
        for (const priority of [0, 5, -5, 5, 0]) ids.push(await createRun(store, { priority }));
        const order = [ids[1], ids[3], ids[0], ids[4], ids[2]];
        expect(idsOf(await store.claim(2)).toSorted()).toEqual([ids[1]!, ids[3]!].toSorted());
        const rest = [await claimOne(store), await claimOne(store), await claimOne(store)];
        expect(idsOf(rest)).toEqual(order.slice(2));
      });

      it('gives each run once to takers who come at once', async () => {
        const store = await open();
        const ids = await Promise.all(Array.from({ length: 50 }, () => createRun(store)));
        const hands = await Promise.all(Array.from({ length: 10 }, () => store.claim(10)));
        const rest = await store.claim(100);
        expect(idsOf([...hands.flat(), ...rest]).toSorted()).toEqual(ids.toSorted());
      });

      it('takes no more than the limit', async () => {
        const store = await open();
        for (let count = 0; count < 5; count++) await createRun(store);
        expect(await store.claim(0)).toEqual([]);
        expect(await store.claim(3)).toHaveLength(3);
        expect(await store.claim(3)).toHaveLength(2);
      });

      it('brings signals that came before the first claim', async () => {
        const store = await open();
        const runId = await createRun(store);
        const sent = await store.signal(runId, { kind: 'signal', name: 'go', payload: { n: 1 } });
        expect((await claimOne(store)).signals).toEqual([sent]);
      });

      it('brings what is recorded to the next claim', async () => {
        const store = await open();
        const first = await beginRun(store);
        await store.append(first, batchOf(0, 'a', 'b'));
        const sent = await store.signal(first.runId, { kind: 'result', name: 'c', payload: null });
        const startedAt = (await store.get(first.runId))?.startedAt;
        await store.release([first]);
        const { run, records, signals } = await claimOne(store);
        expect(run).toMatchObject({ status: 'running', epoch: 2, startedAt });
        expect(records).toEqual([
          { epoch: 1, seq: 0, record: finishedStep('a') },
          { epoch: 1, seq: 1, record: finishedStep('b') },
        ]);
        expect(signals).toEqual([sent]);
      });
    });

    describe('keeping the journal', () => {
      it('gives back each kind of record as it was written', async () => {
        const store = await open();
        const lease = await beginRun(store);
        const wait = { key: 'ask', stepId: 'ask', kind: 'approval', openedAt: 2, dueAt: 3 } as const;
        const failure = { code: 'X', kind: 'execution', message: 'm\u0000', retryable: true } as const;
        const result = {
          status: 'failed',
          output: { cost: 0.1, text: '\u0000 ' },
          failure,
          startedAt: 1,
          finishedAt: 9,
          costUsd: 0.000_000_000_1,
        } as const;
        const records: readonly RunRecord[] = [
          { type: 'run.started', at: 1 },
          { type: 'step.started', at: 2, key: 'each[3]#2' },
          { type: 'step.progress', at: 2, key: 'a/b', progress: [1, null] },
          { type: 'step.waiting', at: 2, key: 'ask', wait },
          { type: 'run.waiting', at: 2, waits: [wait] },
          { type: 'run.resumed', at: 3 },
          { type: 'step.finished', at: 9, key: 'write~undo', result, withStart: false },
          { type: 'run.retried', at: 9, dropped: ['a', 'b'], undone: [] },
          { type: 'run.failing', at: 9, status: 'canceled', failure },
          { type: 'run.finished', at: 10, status: 'failed', failure },
        ];
        await store.append(lease, { firstSeq: 0, records });
        const placed = await store.records(lease.runId, { limit: 100 });
        expect(placed).toEqual(records.map((record, seq) => ({ epoch: 1, seq, record })));
      });

      it('pages through the records of all epochs in order', async () => {
        const store = await open();
        const first = await beginRun(store);
        await store.append(first, batchOf(0, 'a', 'b'));
        await store.append(first, batchOf(2, 'c'));
        await store.release([first]);
        await store.append(leaseOf(await claimOne(store)), batchOf(0, 'd', 'e'));
        const { runId } = first;
        const keysFrom = async (epoch: number, seq: number, limit: number): Promise<unknown[]> =>
          (await store.records(runId, { after: { epoch, seq }, limit })).map(({ record }) => record);
        expect(await keysIn(store, runId)).toEqual(['a', 'b', 'c', 'd', 'e']);
        expect(await store.records(runId, { limit: 2 })).toHaveLength(2);
        expect(await keysFrom(1, 0, 2)).toEqual([finishedStep('b'), finishedStep('c')]);
        expect(await keysFrom(1, 2, 9)).toEqual([finishedStep('d'), finishedStep('e')]);
        expect(await keysFrom(1, 99, 1)).toEqual([finishedStep('d')]);
        expect(await keysFrom(2, 1, 9)).toEqual([]);
      });

      it('keeps what many runs write at once, each in its place', async () => {
        const store = await open();
        await Promise.all(Array.from({ length: 20 }, () => createRun(store)));
        const leases = (await store.claim(20)).map(leaseOf);
        const seqs = Array.from({ length: 10 }, (_, seq) => seq);
        await Promise.all(
          leases.flatMap((lease) =>
            seqs.map(async (seq) => store.append(lease, batchOf(seq, `${lease.runId}/${seq}`))),
          ),
        );
        for (const { runId } of leases) {
          expect(await keysIn(store, runId)).toEqual(seqs.map((seq) => `${runId}/${seq}`));
        }
      });

      it('takes an empty batch, and checks its lease', async () => {
        const store = await open();
        const lease = await beginRun(store);
        await store.append(lease, batchOf(0));
        expect(await keysIn(store, lease.runId)).toEqual([]);
        await expect(store.append({ ...lease, epoch: 0 }, batchOf(0))).rejects.toMatchObject(RUN_LOST);
      });

      it.each([0, 2])(
        'refuses epoch %d while 1 is in force, and takes what others write beside it',
        async (epoch) => {
          const store = await open();
          const lease = await beginRun(store);
          const other = await beginRun(store);
          const answers = await Promise.allSettled([
            store.append(other, batchOf(0, 'x')),
            store.append({ ...lease, epoch }, batchOf(0, 'bad')),
            store.append(lease, batchOf(0, 'good')),
          ]);
          expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
          expect(answers[1]).toMatchObject({
            reason: { code: 'RUN_LOST', kind: 'conflict', details: { runId: lease.runId, epoch } },
          });
          expect(await keysIn(store, lease.runId)).toEqual(['good']);
          expect(await keysIn(store, other.runId)).toEqual(['x']);
        },
      );

      it('refuses every write under a claim that has been handed back, parked or ended', async () => {
        const store = await open();
        const ends: ((lease: Lease) => Promise<unknown>)[] = [
          (lease) => store.release([lease]),
          (lease) => store.park(lease, parkingOf()),
          (lease) => store.finish(lease, outcomeOf('canceled'), batchOf(0)),
        ];
        for (const end of ends) {
          const lease = await beginRun(store, { priority: 1 });
          await end(lease);
          const before = await store.get(lease.runId);
          await expect(store.append(lease, batchOf(5, 'late'))).rejects.toMatchObject(RUN_LOST);
          await expect(store.park(lease, parkingOf(batchOf(5, 'late')))).rejects.toMatchObject(RUN_LOST);
          const ending = store.finish(lease, outcomeOf('succeeded'), batchOf(5, 'late'));
          await expect(ending).rejects.toMatchObject(RUN_LOST);
          await store.release([lease]);
          expect(await store.get(lease.runId)).toEqual(before);
          expect(await keysIn(store, lease.runId)).toEqual([]);
          if (before?.status === 'queued') await claimOne(store);
        }
        expect(await store.claim(10)).toEqual([]);
      });
    });

    describe('keeping claims alive', () => {
      it('hands a run out again when its claim is not touched', async () => {
        const { store, pass } = await openTrial();
        const old = await beginRun(store);
        await store.append(old, batchOf(0, 'a'));
        await pass(PAST_LEASE_MS);
        const claimed = await claimOne(store);
        expect(claimed).toMatchObject({
          run: { runId: old.runId, epoch: 2 },
          records: [{ epoch: 1, seq: 0 }],
        });
        await expect(store.append(old, batchOf(1, 'b'))).rejects.toMatchObject(RUN_LOST);
        await expect(store.park(old, parkingOf())).rejects.toMatchObject(RUN_LOST);
        await expect(store.finish(old, outcomeOf('failed'), batchOf(1))).rejects.toMatchObject(RUN_LOST);
        await store.append(leaseOf(claimed), batchOf(0, 'c'));
        expect(await keysIn(store, old.runId)).toEqual(['a', 'c']);
      });

      it('leaves a claim that is touched to its holder', async () => {
        const { store, pass } = await openTrial();
        const lease = await beginRun(store);
        for (let round = 0; round < 5; round++) {
          await pass(WITHIN_LEASE_MS);
          expect(await store.touch([lease])).toEqual([]);
          expect(await store.claim(1)).toEqual([]);
        }
        await store.append(lease, batchOf(0, 'a'));
      });

      it('tells which claims are lost', async () => {
        const { store, pass } = await openTrial();
        const [ended, parked, back, old] = [
          await beginRun(store),
          await beginRun(store),
          await beginRun(store, { priority: -1 }),
          await beginRun(store, { priority: 1 }),
        ];
        await pass(WITHIN_LEASE_MS);
        expect(await store.touch([ended, parked, back])).toEqual([]);
        await store.finish(ended, outcomeOf('succeeded'), batchOf(0));
        await store.park(parked, parkingOf());
        await store.release([back]);
        await pass(PAST_LEASE_MS);
        const fresh = leaseOf(await claimOne(store));
        expect(fresh).toEqual({ ...old, epoch: 2 });
        const unknown = { runId: newId(), epoch: 1 };
        const lost = await store.touch([ended, fresh, parked, old, back, unknown]);
        expect(lost).toEqual([ended, parked, old, back, unknown]);
        expect(await store.touch([])).toEqual([]);
      });

      it('hands runs back to be claimed at once, and only those that are held', async () => {
        const store = await open();
        const lease = await beginRun(store);
        const other = await beginRun(store);
        await store.release([lease, { ...other, epoch: 7 }, { runId: newId(), epoch: 1 }]);
        expect(await store.get(lease.runId)).toMatchObject({ status: 'queued', epoch: 1 });
        expect(idsOf(await store.claim(10))).toEqual([lease.runId]);
        await store.append(other, batchOf(0, 'a'));
      });
    });
    describeEnding(trials);
    describeWaiting(trials);
  });
}
