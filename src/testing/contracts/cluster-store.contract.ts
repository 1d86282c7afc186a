import type { ClusterStore, HostedRelease } from '../../registry/index.js';

/** What a node tells of a release; it has one capability, named as its agent. */
export function hosted(id: string, changes: Partial<HostedRelease> = {}): HostedRelease {
  const [name = '', version = '1.0.0'] = id.split('@');
  const capabilities = [{ name, inputTypes: ['text'], outputTypes: ['json'] }];
  return { name, version, isCurrent: true, isAvailable: true, tags: [], capabilities, ...changes };
}

/**
 * What every {@link ClusterStore} must do. Call it in a spec beside the store.
 *
 * @param createStores makes an empty store; where each node has one of its own, gives a second view of the same, as another node
 * has it
 */
export function describeClusterStore(
  createStores: () => Promise<readonly [store: ClusterStore, other?: ClusterStore]>,
): void {
  describe('as a cluster store', () => {
    /** The stores of two nodes, `a` and `b`, that host these releases. */
    const nodesWith = async (a: readonly HostedRelease[], b: readonly HostedRelease[]) => {
      const [one, other = one] = await createStores();
      await one.announce('a', a, []);
      await other.announce('b', b, []);
      return { one, other };
    };
    const idsSeen = async (store: ClusterStore, node: string): Promise<string[]> =>
      (await store.look(node)).elsewhere.map(({ name, version }) => `${name}@${version}`);

    it('tells each node of what the others host, as they said it, and not of its own', async () => {
      const odd = hosted('odd', {
        isHealthy: false,
        region: 'eu',
        tags: ['"\\ \u0000 \ud800 é'],
        isAvailable: false,
      });
      const { one, other } = await nodesWith([hosted('writer@1.0.0'), odd], [hosted('reader@2.0.0')]);
      expect(await one.look('a')).toEqual({
        elsewhere: [hosted('reader@2.0.0')],
        removed: [],
        isForgotten: false,
      });
      expect(await idsSeen(other, 'b')).toEqual(['odd@1.0.0', 'writer@1.0.0']);
      expect((await other.look('b')).elsewhere[0]).toEqual(odd);
    });

    it('takes what a node says in place of what it said before', async () => {
      const { one, other } = await nodesWith([hosted('writer'), hosted('editor')], []);
      await one.announce('a', [hosted('writer', { isAvailable: false }), hosted('reader')], []);
      const { elsewhere } = await other.look('b');
      expect(elsewhere).toEqual([hosted('reader'), hosted('writer', { isAvailable: false })]);
    });

    it('takes a release out of service on all nodes but the one that says so', async () => {
      const { one, other } = await nodesWith([hosted('writer'), hosted('reader')], [hosted('writer')]);
      await one.remove('a', 'writer@1.0.0', 'out of fashion');
      expect(await other.look('b')).toMatchObject({
        removed: [{ release: 'writer@1.0.0', reason: 'out of fashion' }],
      });
      expect(await one.look('a')).toMatchObject({ elsewhere: [], removed: [] });
    });

    it('keeps the first reason of a removal, until the release is announced no more', async () => {
      const { one, other } = await nodesWith([hosted('writer')], [hosted('writer'), hosted('reader')]);
      await one.remove('a', 'writer@1.0.0', 'first');
      await one.remove('a', 'writer@1.0.0', 'second');
      await other.announce('b', [hosted('writer'), hosted('reader')], []);
      expect((await other.look('b')).removed).toEqual([{ release: 'writer@1.0.0', reason: 'first' }]);
      await other.announce('b', [hosted('reader')], []);
      await other.announce('b', [hosted('writer'), hosted('reader')], []);
      expect((await other.look('b')).removed).toEqual([]);
    });

    it('has a release in service again that was registered after it was removed', async () => {
      const { one, other } = await nodesWith([hosted('writer')], [hosted('writer')]);
      await one.remove('a', 'writer@1.0.0', 'out of fashion');
      await other.announce('b', [hosted('writer')], ['writer@1.0.0']);
      expect((await other.look('b')).removed).toEqual([]);
      expect(await idsSeen(one, 'a')).toEqual(['writer@1.0.0']);
    });

    it('removes nothing where nobody else hosts it', async () => {
      const { one, other } = await nodesWith([hosted('writer')], [hosted('reader')]);
      await one.remove('a', 'writer@1.0.0', 'gone');
      await one.remove('a', 'unheard@1.0.0', 'gone');
      expect((await one.look('a')).removed).toEqual([]);
      expect((await other.look('b')).removed).toEqual([]);
    });

    it('knows nothing more of a node that has left', async () => {
      const { one, other } = await nodesWith([hosted('writer')], [hosted('reader')]);
      await other.leave('b');
      expect(await idsSeen(one, 'a')).toEqual([]);
      expect((await other.look('b')).isForgotten).toBe(true);
    });

    it('tells a node that it is known no more', async () => {
      const [store] = await createStores();
      expect(await store.look('stranger')).toMatchObject({ removed: [], isForgotten: true });
    });

    it('tells others of each change until they listen no more', async () => {
      const { one, other } = await nodesWith([hosted('writer')], []);
      let onCall = (): void => {};
      const cancel = other.onChange(() => onCall());
      const nextCall = async (act: () => Promise<void>): Promise<void> => {
        const called = new Promise<void>((resolve) => (onCall = resolve));
        await act();
        await called;
      };
      // Whenever listening began: the call that says so has come by now, or comes with this one.
      await nextCall(() => one.announce('a', [hosted('editor')], []));
      await nextCall(() => one.announce('a', [hosted('writer')], []));
      await nextCall(() => one.leave('a'));
      cancel();
      let calls = 0;
      onCall = () => (calls += 1);
      await one.announce('a', [hosted('writer')], []);
      await other.look('b');
      expect(calls).toBe(0);
    });
  });
}
