import { SeededRandom } from '../../common/index.js';
import { MemoryRunStore } from '../../persistence/index.js';
import { RecordingLogger } from '../../testing/recording-logger.js';
import { batchOf, leaseOf, newRun, outcomeOf } from '../../testing/builders/run-builder.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import { RunRetention } from './run-retention.js';

const DAY_MS = 86_400_000;

/** A store that can be out of reach and counts how often it was asked. */
class CountingStore extends MemoryRunStore {
  asked = 0;
  isDown = false;

  override async removeEnded(before: number, limit: number): Promise<number> {
    this.asked += 1;
    if (this.isDown) throw new TypeError('out of reach');
    return super.removeEnded(before, limit);
  }
}

async function build(keepMs: number) {
  const clock = new VirtualClock();
  const logger = new RecordingLogger();
  const stores = [new CountingStore(clock), new CountingStore(clock)] as const;
  const places = stores.map((store) => ({ store, clock }));
  const retention = new RunRetention({ places, keepMs, clock, logger, random: new SeededRandom(1) });
  const finish = async (store: MemoryRunStore, count: number): Promise<void> => {
    await store.open();
    for (let index = 0; index < count; index += 1) await store.create(newRun());
    for (const claimed of await store.claim(count)) {
      await store.finish(leaseOf(claimed), outcomeOf('succeeded', { finishedAt: clock.now() }), batchOf(0));
    }
  };
  const countOf = async (store: MemoryRunStore): Promise<number> =>
    (await store.list({ limit: 1_000 })).items.length;
  return { clock, logger, stores, retention, finish, countOf };
}

describe('a retention', () => {
  it('removes runs wherever they are kept, once they are old enough, however many there are', async () => {
    const { clock, stores, retention, finish, countOf } = await build(DAY_MS);
    retention.open();
    await finish(stores[0], 250);
    await finish(stores[1], 1);
    await clock.advanceAsync(DAY_MS - 600_000);
    await stores[1].create(newRun());
    expect([await countOf(stores[0]), await countOf(stores[1])]).toEqual([250, 2]);
    await clock.advanceAsync(1_300_000);
    expect([await countOf(stores[0]), await countOf(stores[1])]).toEqual([0, 1]);
    await retention.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('looks again when a store does not answer, and sees to the other meanwhile', async () => {
    const { clock, logger, stores, retention, finish, countOf } = await build(DAY_MS);
    for (const store of stores) await finish(store, 1);
    stores[0].isDown = true;
    retention.open();
    await clock.advanceAsync(DAY_MS + 700_000);
    expect([await countOf(stores[0]), await countOf(stores[1])]).toEqual([1, 0]);
    expect(logger.lines).toContain('warn old runs could not be removed');
    stores[0].isDown = false;
    await clock.advanceAsync(600_000);
    expect(await countOf(stores[0])).toBe(0);
    await retention.close();
  });

  it('never looks where runs are kept for ever', async () => {
    const { clock, stores, retention } = await build(Infinity);
    retention.open();
    await clock.advanceAsync(DAY_MS);
    expect([stores[0].asked, clock.pendingTimers]).toEqual([0, 0]);
    await retention.close();
  });
});
