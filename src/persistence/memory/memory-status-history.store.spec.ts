import { computeUptime, type StatusEntry } from '../../status/index.js';
import { changedEntry, historyOf, refusedEntry } from '../../testing/builders/status-entries.js';
import { describeStatusHistoryStore } from '../../testing/contracts/status-history.contract.js';
import { MemoryStatusHistoryStore } from './memory-status-history.store.js';

const RELEASE = 'writer@1.0.0';

async function storeOf(max: number, entries: readonly StatusEntry[]): Promise<MemoryStatusHistoryStore> {
  const store = new MemoryStatusHistoryStore(max);
  for (const entry of entries) await store.append(entry);
  return store;
}

describe('MemoryStatusHistoryStore', () => {
  describeStatusHistoryStore(async () => new MemoryStatusHistoryStore());

  it.each([2, 0, -1, NaN])('refuses to keep only %d entries', (max) => {
    expect(() => new MemoryStatusHistoryStore(max)).toThrow(
      expect.objectContaining({ code: 'STATUS_INPUT_INVALID' }),
    );
  });

  it('forgets the oldest entries behind the first when a release has too many', async () => {
    const entries = historyOf(
      RELEASE,
      [10, 'active'],
      [20, 'failed'],
      [30, 'maintenance'],
      [40, 'active'],
      [50, 'inactive'],
    );
    const store = await storeOf(3, entries);
    const { items } = await store.list({ release: RELEASE, limit: 10 });
    expect(items.map(({ at }) => at)).toEqual([50, 40, 10]);
    expect(await store.earliest(RELEASE)).toEqual(entries[0]);
  });

  it('bounds each release by itself', async () => {
    const store = await storeOf(3, [
      ...historyOf('a@1.0.0', [1, 'active'], [2, 'failed'], [3, 'inactive'], [4, 'active']),
      ...historyOf('b@1.0.0', [1, 'active'], [2, 'failed']),
    ]);
    expect((await store.list({ release: 'a@1.0.0', limit: 10 })).items).toHaveLength(3);
    expect((await store.list({ release: 'b@1.0.0', limit: 10 })).items).toHaveLength(2);
  });

  it('keeps the transition in force when a flood of refusals pushes entries out', async () => {
    const refusals = Array.from({ length: 50 }, (_, index) => refusedEntry(RELEASE, 100 + index));
    const store = await storeOf(5, [...historyOf(RELEASE, [10, 'active'], [20, 'failed']), ...refusals]);
    const { items } = await store.list({ release: RELEASE, limit: 10 });
    expect(items.map(({ at }) => at)).toEqual([149, 148, 147, 20, 10]);
    expect(await store.transitionsSince(RELEASE, 120)).toMatchObject([{ at: 20, to: 'failed' }]);
    expect(await store.transitionsSince(RELEASE, 15)).toMatchObject([{ at: 10 }, { at: 20 }]);
  });

  it('pages over a hole', async () => {
    const store = await storeOf(4, [
      changedEntry(RELEASE, 0, null, 'failed'),
      ...Array.from({ length: 9 }, (_, index) => refusedEntry(RELEASE, 1 + index)),
    ]);
    const first = await store.list({ release: RELEASE, limit: 3 });
    const second = await store.list({ release: RELEASE, limit: 3, cursor: first.nextCursor ?? '' });
    expect([...first.items, ...second.items].map(({ at }) => at)).toEqual([9, 8, 7, 0]);
    expect(second.nextCursor).toBeNull();
  });

  it('lets uptime be exact over the window that it reports, and start no window in a hole', async () => {
    const entries: StatusEntry[] = historyOf(
      RELEASE,
      [0, 'active'],
      [100, 'failed'],
      [200, 'maintenance'],
      [300, 'active'],
      [400, 'failed'],
      [500, 'maintenance'],
    );
    const full = await storeOf(100, entries);
    const pruned = await storeOf(4, entries);
    for (const windowStartAt of [300, 350, 450, 550]) {
      const window = { windowStartAt, windowEndAt: 600 };
      expect(computeUptime(await pruned.transitionsSince(RELEASE, windowStartAt), window)).toEqual(
        computeUptime(await full.transitionsSince(RELEASE, windowStartAt), window),
      );
    }
    const wide = computeUptime(await pruned.transitionsSince(RELEASE, 50), {
      windowStartAt: 50,
      windowEndAt: 600,
    });
    expect(wide).toMatchObject({
      windowStartAt: 300,
      upMs: 100,
      unplannedDownMs: 100,
      plannedDownMs: 100,
    });
  });
});
