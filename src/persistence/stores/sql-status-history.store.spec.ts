import { setTimeout as sleep } from 'node:timers/promises';
import type { StatusTransition } from '../../status/index.js';
import { describeOnDatabases } from '../../testing/databases/sql-databases.js';
import { changedEntry, historyOf, refusedEntry } from '../../testing/builders/status-entries.js';
import { describeStatusHistoryStore } from '../../testing/contracts/status-history.contract.js';
import { testParts } from '../../testing/test-parts.js';
import { openDatabase } from '../open-database.js';
import { SqlStatusHistoryStore } from './sql-status-history.store.js';

const RELEASE = 'writer@1.0.0';

describe('SqlStatusHistoryStore', () => {
  describeOnDatabases(
    (options) => openDatabase(options, testParts()),
    ['status_entries'],
    (database) => {
      const createPair = async (): Promise<readonly [SqlStatusHistoryStore, SqlStatusHistoryStore]> => {
        const [one, other = one] = await database.emptied();
        return [new SqlStatusHistoryStore(one, testParts()), new SqlStatusHistoryStore(other, testParts())];
      };
      const idsIn = async (store: SqlStatusHistoryStore): Promise<string[]> =>
        (await store.list({ release: RELEASE, limit: 500 })).items.map(({ id }) => id);

      describeStatusHistoryStore(async () => (await createPair())[0]);

      it('keeps texts that columns of text could not hold', async () => {
        const [store] = await createPair();
        const entry = { ...changedEntry(RELEASE, 1, null, 'active'), reason: 'a\u0000b \ud800 é' };
        await store.append(entry);
        expect(await store.earliest(RELEASE)).toEqual(entry);
      });

      it('loses nothing of what nodes append at once', async () => {
        const stores = await createPair();
        const entries = Array.from({ length: 40 }, (_, at) => refusedEntry(RELEASE, at));
        await Promise.all(entries.map((entry, index) => stores[index % 2 === 0 ? 0 : 1].append(entry)));
        expect((await idsIn(stores[0])).toSorted()).toEqual(entries.map(({ id }) => id).toSorted());
      });

      it('adds a transition only right behind the one that is given', async () => {
        const [store] = await createPair();
        const [first, second, third] = historyOf(RELEASE, [1, 'active'], [2, 'failed'], [3, 'inactive']) as [
          StatusTransition,
          StatusTransition,
          StatusTransition,
        ];
        expect(await store.appendAfter(second, 'none')).toBe(false);
        expect(await store.appendAfter(first, null)).toBe(true);
        expect(await store.appendAfter(second, null)).toBe(false);
        await store.append(refusedEntry(RELEASE, 2));
        expect(await store.appendAfter(second, first.id)).toBe(true);
        expect(await store.appendAfter(third, first.id)).toBe(false);
        expect(await store.transitionsSince(RELEASE, 0)).toEqual([first, second]);
      });

      it('lets one of many nodes add the transition behind another', async () => {
        const stores = await createPair();
        const [first] = historyOf(RELEASE, [1, 'active']);
        await stores[0].append(first!);
        const noise = Array.from({ length: 10 }, (_, at) => stores[1].append(refusedEntry(RELEASE, at)));
        const added = await Promise.all(
          Array.from({ length: 20 }, (_, at) =>
            stores[at % 2 === 0 ? 0 : 1].appendAfter(
              changedEntry(RELEASE, at, 'active', 'failed'),
              first!.id,
            ),
          ),
        );
        await Promise.all(noise);
        expect(added.filter(Boolean)).toHaveLength(1);
        expect(await idsIn(stores[0])).toHaveLength(12);
      });

      it('tells of what other nodes append, and not of its own', async () => {
        const [store, other] = await createPair();
        const heard: (string | undefined)[] = [];
        const cancel = store.onForeignAppend((release) => void heard.push(release));
        await until(() => heard.length === 1);
        await store.append(changedEntry('mine@1.0.0', 1, null, 'active'));
        await other.append(changedEntry('theirs@1.0.0', 1, null, 'active'));
        await until(() => heard.length === 2);
        expect(heard).toEqual([undefined, 'theirs@1.0.0']);
        cancel();
      });
    },
  );
});

async function until(condition: () => boolean): Promise<void> {
  for (const startedAt = Date.now(); !condition(); await sleep(5)) {
    if (Date.now() - startedAt > 20_000) throw new TypeError('it did not come to that');
  }
}
