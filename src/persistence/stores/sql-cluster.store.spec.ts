import { NODE_LIFETIME_MS } from '../../registry/index.js';
import { describeClusterStore, hosted } from '../../testing/contracts/cluster-store.contract.js';
import { describeOnDatabases } from '../../testing/databases/sql-databases.js';
import { testParts } from '../../testing/test-parts.js';
import { openDatabase } from '../open-database.js';
import { SqlClusterStore } from './sql-cluster.store.js';

describe('SqlClusterStore', () => {
  describeOnDatabases(
    (options) => openDatabase(options, testParts()),
    ['nodes', 'hosted_releases'],
    (database) => {
      const createStores = async () => {
        const [one, other = one] = await database.emptied();
        return [new SqlClusterStore(one, testParts()), new SqlClusterStore(other, testParts())] as const;
      };
      /** Two nodes, of which `a` was last heard of some time ago. */
      const nodesWithSilent = async (silentMs: number) => {
        const [session] = await database.emptied();
        const [one, other] = await createStores();
        await one.announce('a', [hosted('writer')], []);
        await other.announce('b', [hosted('reader')], []);
        await session.query(`update cadre.nodes set seen_at = seen_at - $1 where id = 'a'`, [silentMs]);
        return { one, other };
      };

      describeClusterStore(createStores);

      it('counts a node as gone that was silent for too long, and as back once it looks', async () => {
        const { one, other } = await nodesWithSilent(NODE_LIFETIME_MS + 1_000);
        expect((await other.look('b')).elsewhere).toEqual([]);
        expect((await one.look('a')).isForgotten).toBe(false);
        expect((await other.look('b')).elsewhere).toEqual([hosted('writer')]);
      });

      it('keeps counting one in that was silent for a while', async () => {
        const { other } = await nodesWithSilent(NODE_LIFETIME_MS / 2);
        expect((await other.look('b')).elsewhere).toEqual([hosted('writer')]);
      });

      it('forgets one that died without a word, and tells it so should it live', async () => {
        const { one, other } = await nodesWithSilent(10 * NODE_LIFETIME_MS);
        await other.announce('b', [hosted('reader')], []);
        expect(await one.look('a')).toMatchObject({ isForgotten: true });
        expect((await other.look('b')).elsewhere).toEqual([]);
      });
    },
  );
});
