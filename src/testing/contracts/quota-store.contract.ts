import type {
  AccountLimits,
  Quota,
  QuotaAccount,
  QuotaAnswer,
  QuotaGrant,
  QuotaRefusal,
  QuotaRequest,
  QuotaStore,
} from '../../quotas/index.js';

/** What an attempt wants of accounts, by their keys. */
export function quotaRequest(
  limits: Readonly<Record<string, AccountLimits>>,
  estimate: { readonly tokens?: number; readonly costUsd?: number } = {},
): QuotaRequest {
  const demands = Object.entries(limits).map(([key, own]) => ({ key, quota: 'a', limits: own }));
  return { demands, estimate: { tokens: 0, costUsd: 0, ...estimate } };
}

/** The grant of an answer that must be one. */
export function grantOf(answer: QuotaAnswer): QuotaGrant {
  if (!answer.isGranted) throw new TypeError(`refused: ${JSON.stringify(answer)}`);
  return answer;
}

const NOTHING = { tokens: 0, costUsd: 0 };
const QUOTA: Quota = { id: 'acme', scope: { tenant: 'acme' }, maxConcurrentTasks: 3, onLimit: 'queue' };

/** One in sixteen minutes: no test takes so long. */
const SLOW: AccountLimits = { intervalMs: 1_000_000, toleranceMs: 0 };

/**
 * What every {@link QuotaStore} must do. Call it in a spec beside the store.
 *
 * @param createStores makes an empty store; where several nodes can share one, gives a second view of the same, as another
 * node has it
 */
export function describeQuotaStore(
  createStores: () => Promise<readonly [store: QuotaStore, other?: QuotaStore]>,
): void {
  describe('as a store of quotas', () => {
    const open: QuotaStore[] = [];
    const stores = async (): Promise<readonly [QuotaStore, QuotaStore]> => {
      const [store, other = store] = await createStores();
      open.push(store, other);
      return [store, other];
    };
    afterEach(async () => {
      await Promise.all(open.splice(0).map((store) => store.close()));
    });

    const accountOf = async (store: QuotaStore): Promise<QuotaAccount | undefined> =>
      (await store.accounts(['a'], 1))[0];

    it('keeps quotas until they are replaced or removed, for all nodes', async () => {
      const [store, other] = await stores();
      expect(await store.all()).toEqual([]);
      await store.save(QUOTA);
      await store.save({ ...QUOTA, id: 'other' });
      const changed: Quota = {
        id: 'acme',
        scope: { tenant: 'é"\\' },
        maxTokens: 5,
        period: 'day',
        onLimit: 'refuse',
      };
      await other.save(changed);
      expect(await store.all()).toHaveLength(2);
      expect(await store.all()).toContainEqual(changed);
      expect(await other.remove('other')).toBe(true);
      expect(await store.remove('other')).toBe(false);
      expect(await store.all()).toEqual([changed]);
    });

    it('tells of what another node sets and removes, until it is told not to', async () => {
      const [store, other] = await stores();
      if (store === other) return;
      let hear = (): void => {};
      const heard = (): Promise<void> => new Promise((resolve) => (hear = resolve));
      const first = heard();
      const cancel = store.onChange(() => hear());
      await first;
      let next = heard();
      await other.save(QUOTA);
      await next;
      expect(await store.all()).toEqual([QUOTA]);
      next = heard();
      await other.remove('acme');
      await next;
      cancel();
    });

    it('lets so many begin at a time, on all nodes together', async () => {
      const [store, other] = await stores();
      const two = quotaRequest({ a: { maxRunning: 2 } });
      const grant = grantOf(await store.reserve(two));
      grantOf(await other.reserve(two));
      const refusal: QuotaRefusal = {
        isGranted: false,
        demand: 0,
        limit: 'concurrency',
        retryAfterMs: undefined,
      };
      expect(await store.reserve(two)).toEqual(refusal);
      expect(await other.reserve(two)).toEqual(refusal);
      store.settle(two, grant, NOTHING);
      expect((await accountOf(store))?.running).toBe(1);
      grantOf(await other.reserve(two));
      expect(await accountOf(store)).toEqual({
        quota: 'a',
        key: 'a',
        running: 2,
        ...NOTHING,
        periodAt: undefined,
      });
    });

    it('gives back, when it closes, what it holds', async () => {
      const [store, other] = await stores();
      if (store === other) return;
      const one = quotaRequest({ a: { maxRunning: 1 } });
      grantOf(await store.reserve(one));
      await store.close();
      grantOf(await other.reserve(one));
    });

    it('grants no more than there is to those who ask at once', async () => {
      const [store, other] = await stores();
      const asked = Array.from({ length: 40 }, (_, at) =>
        Promise.resolve(
          (at % 2 === 0 ? store : other).reserve(quotaRequest({ a: { maxRunning: 7 }, b: {} })),
        ),
      );
      const answers = await Promise.all(asked);
      expect(answers.filter(({ isGranted }) => isGranted)).toHaveLength(7);
    });

    it('lets a burst begin, and says how long the next one has to wait', async () => {
      const [store, other] = await stores();
      const twice = quotaRequest({ a: { intervalMs: 1_000_000, toleranceMs: 1_000_000 } });
      grantOf(await store.reserve(twice));
      grantOf(await other.reserve(twice));
      for (const view of [store, other]) {
        const refusal = await view.reserve(twice);
        expect(refusal).toMatchObject({ isGranted: false, demand: 0, limit: 'rate' });
        const { retryAfterMs } = refusal as QuotaRefusal;
        expect(retryAfterMs).toBeGreaterThan(900_000);
        expect(retryAfterMs).toBeLessThanOrEqual(1_000_000);
      }
    });

    it('counts the estimate until what was used is known', async () => {
      const [store, other] = await stores();
      const monthly = quotaRequest(
        { a: { maxTokens: 100, maxCostUsd: 1, period: 'month' } },
        { tokens: 60, costUsd: 0.25 },
      );
      const grant = grantOf(await store.reserve(monthly));
      const refusal = await other.reserve(monthly);
      expect(refusal).toMatchObject({ isGranted: false, limit: 'tokens' });
      expect((refusal as QuotaRefusal).retryAfterMs).toBeGreaterThan(0);
      store.settle(monthly, grant, { tokens: 10, costUsd: 0.75 });
      const account = await accountOf(store);
      expect(account).toMatchObject({ running: 0, tokens: 10, costUsd: 0.75 });
      expect(new Date(account?.periodAt ?? 0).getUTCDate()).toBe(1);
      grantOf(await store.reserve(monthly));
      expect(await store.reserve(quotaRequest({ a: { maxCostUsd: 1, period: 'month' } }))).toMatchObject({
        limit: 'cost',
      });
    });

    it('says that waiting is in vain for what never fits', async () => {
      const [store] = await stores();
      const dear = quotaRequest({ a: { maxCostUsd: 1, period: 'day' } }, { costUsd: 2 });
      expect(await store.reserve(dear)).toEqual({
        isGranted: false,
        demand: 0,
        limit: 'cost',
        retryAfterMs: undefined,
      });
      const nothing = quotaRequest({ b: { maxTokens: 0, period: 'day' } });
      expect(await store.reserve(nothing)).toMatchObject({ limit: 'tokens', retryAfterMs: undefined });
    });

    it('touches no account when one refuses, and names it', async () => {
      const [store] = await stores();
      const both = quotaRequest(
        { a: { ...SLOW, maxTokens: 9, period: 'day' }, b: { maxRunning: 0 } },
        { tokens: 5 },
      );
      expect(await store.reserve(both)).toMatchObject({ demand: 1, limit: 'concurrency' });
      grantOf(await store.reserve(quotaRequest({ a: SLOW })));
      expect(await store.reserve(quotaRequest({ b: {}, a: SLOW }))).toMatchObject({
        demand: 1,
        limit: 'rate',
      });
    });

    it('keeps accounts of odd keys apart', async () => {
      const [store] = await stores();
      const keys = ['a["é \\u0000 \'\\""]', 'a["$1"]', 'a["%s"]'];
      for (const key of keys) grantOf(await store.reserve(quotaRequest({ [key]: { maxRunning: 1 } })));
      const accounts = await store.accounts(['a', 'unknown'], 10);
      expect(accounts.map(({ key }) => key).toSorted()).toEqual(keys.toSorted());
      expect(await store.accounts(['a'], 2)).toHaveLength(2);
      expect(await store.accounts([], 2)).toEqual([]);
    });

    it('exceeds nothing while nodes reserve and settle as fast as they can', async () => {
      const views = await stores();
      const limits = { maxRunning: 5, maxTokens: 150, period: 'month' } as const;
      const request = quotaRequest({ a: limits, b: { maxRunning: 4 } }, { tokens: 2 });
      let running = 0;
      let most = 0;
      let used = 0;
      const work = async (view: QuotaStore): Promise<void> => {
        for (let count = 0; count < 15; count++) {
          const answer = await view.reserve(request);
          if (!answer.isGranted) continue;
          most = Math.max(most, (running += 1));
          await Promise.resolve();
          running -= 1;
          used += 3;
          view.settle(request, answer, { tokens: 3, costUsd: 0 });
        }
      };
      await Promise.all(Array.from({ length: 12 }, (_, at) => work(views[at % 2 === 0 ? 0 : 1])));
      expect(most).toBeLessThanOrEqual(4);
      // Each of the four that may run was expected to use one less than it did.
      expect(used).toBeLessThanOrEqual(150 + 4);
      // Asked, a node first writes what it has to say.
      await views[1].accounts([], 1);
      expect(await views[0].accounts(['a'], 10)).toContainEqual(
        expect.objectContaining({ key: 'a', running: 0, tokens: used }),
      );
    });
  });
}
