import { Agent, QuotaExceeded, Quotas, QuotasChanged, type TaskContext } from 'cadre';
import { createCluster, type Cluster, type Node } from './nodes.js';

/** Works until a test lets it end. */
@Agent('hold', { name: 'holder', maxConcurrentTasks: 10, costPerTaskUsd: 0.5 })
class HolderAgent {
  readonly #ends: (() => void)[] = [];
  #onBegin = (): void => {};

  /** Resolves with the next task that begins. */
  begins(): Promise<void> {
    return new Promise((resolve) => (this.#onBegin = resolve));
  }

  endAll(): void {
    for (const end of this.#ends.splice(0)) end();
  }

  async execute(_input: unknown, { signal }: TaskContext): Promise<string> {
    this.#onBegin();
    await new Promise<void>((resolve) => {
      this.#ends.push(resolve);
      signal.addEventListener('abort', () => resolve());
    });
    return 'held';
  }
}

@Agent('hold', { name: 'quick', costPerTaskUsd: 0.5 })
class QuickAgent {
  execute(): string {
    return 'done';
  }
}

/** Two nodes, on the first of which a quota was set that the second has heard of. */
async function nodesUnder(
  cluster: Cluster,
  quota: Parameters<Quotas['put']>[0],
): Promise<{ here: Node; there: Node }> {
  const here = await cluster.start([HolderAgent]);
  const there = await cluster.start([QuickAgent]);
  const heard = there.next(QuotasChanged, ({ ids }) => ids.includes(quota.id));
  await here.get(Quotas).put(quota);
  await heard;
  return { here, there };
}

/** Begins a task that ends when its agent is let. */
async function begin(node: Node): Promise<Promise<unknown>> {
  const hasBegun = node.get(HolderAgent).begins();
  const task = node.orchestration.execute('hold', 1);
  task.catch(() => {});
  await hasBegun;
  return [task] as never;
}

const ONE = { id: 'one', scope: { capability: 'hold' }, maxConcurrentTasks: 1 } as const;

describe('a quota', () => {
  it('counts what all nodes do together', async () => {
    await using cluster = await createCluster();
    const { here, there } = await nodesUnder(cluster, ONE);
    await begin(here);
    await expect(there.orchestration.execute('hold', 2)).rejects.toMatchObject({
      code: 'QUOTA_EXCEEDED',
      details: { quota: 'one', limit: 'concurrency' },
    });
    expect((await there.get(Quotas).get('one')).usage).toMatchObject([{ running: 1 }]);
    here.get(HolderAgent).endAll();
  });

  it('lets a task that waits begin once another node has given back', async () => {
    await using cluster = await createCluster();
    const { here, there } = await nodesUnder(cluster, { ...ONE, onLimit: 'queue' });
    await begin(here);
    const isWaiting = there.next(QuotaExceeded);
    const waiting = there.orchestration.execute('hold', 2);
    await isWaiting;
    here.get(HolderAgent).endAll();
    expect(await waiting).toMatchObject({ status: 'succeeded', agent: 'quick' });
  });

  it('is free of what a node held as soon as that node has closed', async () => {
    await using cluster = await createCluster();
    const { here, there } = await nodesUnder(cluster, ONE);
    await begin(here);
    here.get(HolderAgent).endAll();
    await here.close();
    expect(await there.orchestration.execute('hold', 2)).toMatchObject({ status: 'succeeded' });
  });

  it('keeps what was spent when all nodes have closed', async () => {
    await using cluster = await createCluster();
    const budget = { id: 'usd', scope: {}, maxCostUsd: 1, period: 'month' } as const;
    const { there } = await nodesUnder(cluster, budget);
    await there.orchestration.execute('hold', 1);
    await there.orchestration.execute('hold', 1);
    await there.close();
    const later = await cluster.start([QuickAgent]);
    await expect(later.orchestration.execute('hold', 2)).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
  });
});
