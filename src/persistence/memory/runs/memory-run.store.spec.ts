import {
  batchOf,
  leaseOf,
  newRun,
  outcomeOf,
  parkingOf,
  retriedAt,
} from '../../../testing/builders/run-builder.js';
import { describeRunStore } from '../../../testing/contracts/run-store.contract.js';
import { VirtualClock } from '../../../testing/virtual-clock.js';
import type { Lease, RunNudge, RunStore } from '../../../workflows/index.js';
import { MemoryRunStore } from './memory-run.store.js';

async function finishOne(store: RunStore, given = {}): Promise<Lease> {
  await store.create(newRun(given));
  const [claimed] = await store.claim(1);
  await store.finish(leaseOf(claimed!), outcomeOf('failed'), batchOf(0));
  return leaseOf(claimed!);
}

describe('MemoryRunStore', () => {
  describeRunStore(async () => {
    const clock = new VirtualClock();
    const store = new MemoryRunStore(clock, { leaseMs: 15_000 });
    return { store, now: () => clock.now(), pass: async (ms) => clock.advance(ms) };
  });

  it('takes no more runs than it may hold, those that wait included', async () => {
    const store = new MemoryRunStore(new VirtualClock(), { maxUnfinishedRuns: 2 });
    await store.open();
    await store.create(newRun());
    const [claimed] = await store.claim(1);
    await store.park(leaseOf(claimed!), parkingOf({}));
    await store.create(newRun());
    await expect(store.create(newRun())).rejects.toMatchObject({ code: 'RUNS_FULL', details: { limit: 2 } });
  });

  it('says that there is work when a delayed run comes due, and leaves no timer when it closes', async () => {
    const clock = new VirtualClock();
    const store = new MemoryRunStore(clock);
    await store.open();
    const heard: RunNudge[] = [];
    for (const delayMs of [5_000, 1_000, 3_000]) {
      await store.create(newRun());
      const [claimed] = await store.claim(1);
      await store.park(leaseOf(claimed!), parkingOf({ dueAt: clock.now() + delayMs }));
    }
    store.onNudge((nudge) => heard.push(nudge));
    clock.advance(999);
    expect(heard).toEqual([]);
    clock.advance(1);
    expect(heard).toEqual([{ kind: 'work' }]);
    expect(await store.claim(5)).toHaveLength(1);
    clock.advance(2_000);
    expect(heard).toHaveLength(2);
    expect(await store.claim(5)).toHaveLength(1);
    await store.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('measures a delay by the clock that never jumps', async () => {
    const clock = new VirtualClock();
    const store = new MemoryRunStore(clock);
    await store.open();
    await store.create(newRun());
    const [claimed] = await store.claim(1);
    await store.park(leaseOf(claimed!), parkingOf({ dueAt: clock.now() + 60_000 }));
    clock.jumpTo(clock.now() - 86_400_000);
    clock.advance(60_000);
    expect(await store.claim(1)).toHaveLength(1);
  });

  it('keeps a claim for good where claims have no limit', async () => {
    const clock = new VirtualClock();
    const store = new MemoryRunStore(clock);
    await store.open();
    await store.create(newRun());
    const [claimed] = await store.claim(1);
    clock.advance(86_400_000);
    expect(await store.claim(1)).toEqual([]);
    await store.append(leaseOf(claimed!), batchOf(0, 'a'));
  });

  it('forgets the runs that ended first when they have too many records together, but never the last', async () => {
    const store = new MemoryRunStore(new VirtualClock(), { maxFinishedRecords: 3 });
    await store.open();
    const finish = async (...keys: string[]): Promise<string> => {
      await store.create(newRun());
      const [claimed] = await store.claim(1);
      await store.finish(leaseOf(claimed!), outcomeOf('failed'), batchOf(0, ...keys));
      return claimed!.run.runId;
    };
    const remembered = async (...runIds: string[]): Promise<boolean[]> =>
      Promise.all(runIds.map(async (runId) => (await store.get(runId)) !== undefined));
    const one = await finish('a');
    const two = await finish('a', 'b');
    expect(await remembered(one, two)).toEqual([true, true]);
    // Under way again, it is none of them.
    await store.reopen(two, retriedAt(1));
    await store.claim(1);
    const three = await finish('a', 'b');
    expect(await remembered(one, two, three)).toEqual([true, true, true]);
    const four = await finish('a', 'b', 'c', 'd');
    expect(await remembered(one, two, three, four)).toEqual([false, true, false, true]);
  });

  it('forgets the run that ended first when too many have, its key and its bundle with it', async () => {
    const store = new MemoryRunStore(new VirtualClock(), { maxFinishedRuns: 2 });
    await store.open();
    const first = await finishOne(store, { idempotencyKey: 'k' });
    const second = await finishOne(store);
    await store.create(newRun({ priority: -1 }));
    const third = await finishOne(store);
    expect(await store.get(first.runId)).toBeUndefined();
    expect(await store.finishedOf([first.runId, second.runId, third.runId])).toEqual([
      second.runId,
      third.runId,
    ]);
    expect((await store.create(newRun({ idempotencyKey: 'k' }))).isNew).toBe(true);
    expect(await store.claim(5)).toHaveLength(2);
  });

  it('does not forget a run that is taken up again', async () => {
    const store = new MemoryRunStore(new VirtualClock(), { maxFinishedRuns: 1 });
    await store.open();
    const { runId } = await finishOne(store);
    await store.reopen(runId, retriedAt(1));
    const [claimed] = await store.claim(1);
    await finishOne(store);
    await finishOne(store);
    await store.append(leaseOf(claimed!), batchOf(0, 'a'));
    expect(await store.get(runId)).toMatchObject({ status: 'running' });
  });

  it('keeps the bundles that runs have, and a hundred others', async () => {
    const store = new MemoryRunStore(new VirtualClock(), { maxFinishedRuns: 1 });
    await store.open();
    const bundle = { main: { name: 'brief', steps: [] }, nested: {} };
    await store.saveBundle('used', bundle);
    await finishOne(store, { bundleHash: 'used' });
    for (let index = 0; index < 101; index++) await store.saveBundle(`unused-${index}`, bundle);
    expect(await store.bundle('used')).toBe(bundle);
    expect(await store.bundle('unused-0')).toBeUndefined();
    expect(await store.bundle('unused-1')).toBe(bundle);
    await finishOne(store, { bundleHash: 'unused-100' });
    await store.saveBundle('one-more', bundle);
    expect(await store.bundle('used')).toBe(bundle);
    await store.saveBundle('unused-2', bundle);
    for (let index = 0; index < 99; index++) await store.saveBundle(`later-${index}`, bundle);
    expect(await store.bundle('used')).toBeUndefined();
    expect(await store.bundle('unused-2')).toBe(bundle);
    expect(await store.bundle('unused-100')).toBe(bundle);
  });
});
