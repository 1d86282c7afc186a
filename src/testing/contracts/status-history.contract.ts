import type { StatusEntry, StatusHistoryQuery, StatusHistoryStore } from '../../status/index.js';
import { changedEntry, closedEntry, historyOf, refusedEntry } from '../builders/status-entries.js';

const RELEASE = 'writer@1.0.0';
const OTHER = 'writer@1.1.0';

/**
 * What every {@link StatusHistoryStore} must do. Call it in a spec beside the store.
 *
 * @param createStore makes an empty store
 */
export function describeStatusHistoryStore(createStore: () => Promise<StatusHistoryStore>): void {
  describe('as a status history store', () => {
    const storeWith = async (...entries: readonly StatusEntry[]): Promise<StatusHistoryStore> => {
      const store = await createStore();
      for (const entry of entries) await store.append(entry);
      return store;
    };

    /** All entries, page by page. */
    const listAll = async (store: StatusHistoryStore, query: StatusHistoryQuery): Promise<StatusEntry[]> => {
      const all: StatusEntry[] = [];
      let cursor: string | null | undefined;
      do {
        const page = await store.list({ ...query, cursor: cursor ?? undefined });
        expect(page.items.length).toBeLessThanOrEqual(query.limit);
        all.push(...page.items);
        cursor = page.nextCursor;
      } while (cursor !== null);
      return all;
    };

    it('knows nothing of a release without history', async () => {
      const store = await storeWith(...historyOf(OTHER, [1, 'active']));
      expect(await store.list({ release: RELEASE, limit: 10 })).toEqual({ items: [], nextCursor: null });
      expect(await store.transitionsSince(RELEASE, 0)).toEqual([]);
      expect(await store.earliest(RELEASE)).toBeUndefined();
    });

    it('gives back each kind of entry as it was appended, newest first', async () => {
      const entries: StatusEntry[] = [
        { ...changedEntry(RELEASE, 1, null, 'failed'), reason: 'é"\n\u{1f600}', triggeredBy: 'user:ann' },
        refusedEntry(RELEASE, 2),
        closedEntry(RELEASE, 3, 'failed'),
        changedEntry(RELEASE, 4, 'failed', 'active'),
      ];
      const store = await storeWith(...entries);
      expect((await store.list({ release: RELEASE, limit: 10 })).items).toEqual(entries.toReversed());
    });

    it('keeps releases apart', async () => {
      const mine = historyOf(RELEASE, [1, 'active'], [3, 'failed']);
      const theirs = historyOf(OTHER, [2, 'active'], [4, 'inactive']);
      const store = await storeWith(mine[0]!, theirs[0]!, mine[1]!, theirs[1]!);
      expect(await listAll(store, { release: RELEASE, limit: 1 })).toEqual(mine.toReversed());
      expect(await store.transitionsSince(OTHER, 0)).toEqual(theirs);
      expect(await store.earliest(OTHER)).toEqual(theirs[0]);
    });

    it('filters by instant, both ends included, and by kind', async () => {
      const entries = [
        changedEntry(RELEASE, 10, null, 'failed'),
        refusedEntry(RELEASE, 20),
        changedEntry(RELEASE, 30, 'failed', 'maintenance'),
        closedEntry(RELEASE, 40, 'maintenance'),
      ];
      const store = await storeWith(...entries);
      const at = async (filter: Partial<StatusHistoryQuery>): Promise<number[]> =>
        (await store.list({ release: RELEASE, limit: 10, ...filter })).items.map((entry) => entry.at);
      expect(await at({ fromAt: 20 })).toEqual([40, 30, 20]);
      expect(await at({ toAt: 20 })).toEqual([20, 10]);
      expect(await at({ fromAt: 20, toAt: 30 })).toEqual([30, 20]);
      expect(await at({ fromAt: 31, toAt: 39 })).toEqual([]);
      expect(await at({ kinds: ['changed'] })).toEqual([30, 10]);
      expect(await at({ kinds: ['refused', 'closed'] })).toEqual([40, 20]);
      expect(await at({ kinds: ['changed'], fromAt: 11 })).toEqual([30]);
      expect(await at({ kinds: [] })).toEqual([]);
    });

    it.each([1, 2, 3, 6, 7, 8])('pages by %i without gaps and repetitions', async (limit) => {
      const entries = Array.from({ length: 7 }, (_, index) => refusedEntry(RELEASE, 100 + index));
      const store = await storeWith(...entries);
      expect(await listAll(store, { release: RELEASE, limit })).toEqual(entries.toReversed());
      const filtered = await listAll(store, { release: RELEASE, limit, fromAt: 102, toAt: 105 });
      expect(filtered).toEqual(entries.slice(2, 6).toReversed());
    });

    it('offers no next page when the last entry is on this one', async () => {
      const store = await storeWith(...historyOf(RELEASE, [1, 'active'], [2, 'failed']));
      expect((await store.list({ release: RELEASE, limit: 2 })).nextCursor).toBeNull();
      expect((await store.list({ release: RELEASE, limit: 1, fromAt: 2 })).nextCursor).toBeNull();
    });

    it('goes on where a page ended although entries were appended since', async () => {
      const entries = historyOf(RELEASE, [1, 'active'], [2, 'failed'], [3, 'maintenance']);
      const store = await storeWith(...entries);
      const first = await store.list({ release: RELEASE, limit: 2 });
      await store.append(changedEntry(RELEASE, 4, 'maintenance', 'active'));
      const second = await store.list({ release: RELEASE, limit: 2, cursor: first.nextCursor ?? '' });
      expect(second).toEqual({ items: [entries[0]], nextCursor: null });
    });

    it.each(['', 'x', '-1', '1.5', '99999999999999999999', "1' or 1=1"])(
      'refuses the cursor %j, which is none of its own',
      async (cursor) => {
        const store = await storeWith(...historyOf(RELEASE, [1, 'active']));
        await expect(store.list({ release: RELEASE, limit: 1, cursor })).rejects.toMatchObject({
          code: 'STATUS_INPUT_INVALID',
          details: { field: 'cursor' },
        });
      },
    );

    it('lists entries of one instant, and of a clock set back, in the order of appending', async () => {
      const entries = [50, 50, 20, 50].map((at) => refusedEntry(RELEASE, at));
      const store = await storeWith(...entries);
      expect(await listAll(store, { release: RELEASE, limit: 1 })).toEqual(entries.toReversed());
      expect(await store.earliest(RELEASE)).toEqual(entries[0]);
    });

    it('gives the transition in force at an instant and all behind it, oldest first', async () => {
      const entries = historyOf(RELEASE, [10, 'active'], [20, 'failed'], [30, 'maintenance'], [40, 'active']);
      const store = await storeWith(...entries);
      expect(await store.transitionsSince(RELEASE, 5)).toEqual(entries);
      expect(await store.transitionsSince(RELEASE, 10)).toEqual(entries);
      expect(await store.transitionsSince(RELEASE, 19)).toEqual(entries);
      expect(await store.transitionsSince(RELEASE, 20)).toEqual(entries.slice(1));
      expect(await store.transitionsSince(RELEASE, 39)).toEqual(entries.slice(2));
      expect(await store.transitionsSince(RELEASE, Number.MAX_SAFE_INTEGER)).toEqual(entries.slice(3));
    });

    it('counts a closing as a transition, and a refusal not', async () => {
      const opened = changedEntry(RELEASE, 10, null, 'failed');
      const closed = closedEntry(RELEASE, 30, 'failed');
      const store = await storeWith(opened, refusedEntry(RELEASE, 20), closed, refusedEntry(RELEASE, 40));
      expect(await store.transitionsSince(RELEASE, 25)).toEqual([opened, closed]);
      expect(await store.transitionsSince(RELEASE, 45)).toEqual([closed]);
    });

    it('believes the newer reading of a clock that was set back', async () => {
      const [first, second, third] = historyOf(
        RELEASE,
        [100, 'active'],
        [50, 'failed'],
        [120, 'maintenance'],
      );
      const store = await storeWith(first!, second!, third!);
      expect(await store.transitionsSince(RELEASE, 40)).toEqual([first, second, third]);
      expect(await store.transitionsSince(RELEASE, 60)).toEqual([second, third]);
      expect(await store.transitionsSince(RELEASE, 110)).toEqual([second, third]);
    });
  });
}
