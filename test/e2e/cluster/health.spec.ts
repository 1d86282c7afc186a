import { jest } from '@jest/globals';
import { Agent, ClusterChanged, StatusChanged, StatusService } from 'cadre';
import { createCluster, pair } from './nodes.js';

jest.setTimeout(60_000);

@Agent('watch', { name: 'watchman' })
class WatchAgent {
  isWell = true;

  healthCheck(): boolean {
    return this.isWell;
  }

  execute(input: unknown): unknown {
    return input;
  }
}

/** The same agent where it is unwell from the start. */
@Agent('watch', { name: 'watchman' })
class SickWatchAgent extends WatchAgent {
  override isWell = false;
}

describe('the health of an agent that several nodes host', () => {
  it('does not make it fail everywhere when a node starts where it is unwell', async () => {
    await using cluster = await createCluster();
    const here = await cluster.start([WatchAgent]);
    const heard = here.next(ClusterChanged);
    const there = await cluster.start([SickWatchAgent]);
    await heard;
    expect(there.registry.get('watchman')).toMatchObject({ status: 'active', isUnwell: true });
    await expect(there.orchestration.execute('watch', 1)).rejects.toMatchObject({
      code: 'NO_AGENT_AVAILABLE',
      details: { excluded: [{ code: 'health' }] },
    });
    expect(here.registry.get('watchman').status).toBe('active');
    expect(await here.orchestration.execute('watch', 2)).toMatchObject({ output: 2 });
    const { items } = await here.get(StatusService).history('watchman@1.0.0');
    expect(items).toMatchObject([{ to: 'active' }]);
  });

  it('is that of each node, and the agent fails once no node has a healthy instance', async () => {
    await using cluster = await createCluster();
    const { here, there } = await pair(cluster, [WatchAgent], [WatchAgent], 'watch');
    const told = there.next(ClusterChanged);
    here.get(WatchAgent).isWell = false;
    expect(await here.registry.checkHealth('watchman')).toMatchObject({
      agent: { status: 'active', isUnwell: true, isAvailable: false },
    });
    await expect(here.orchestration.execute('watch', 1)).rejects.toMatchObject({
      code: 'NO_AGENT_AVAILABLE',
      details: { excluded: [{ code: 'health' }] },
    });
    expect(await there.orchestration.execute('watch', 2)).toMatchObject({ output: 2 });

    await told;
    const failed = here.next(StatusChanged, ({ to }) => to === 'failed');
    there.get(WatchAgent).isWell = false;
    expect(await there.registry.checkHealth('watchman')).toMatchObject({ agent: { status: 'failed' } });
    expect(await failed).toMatchObject({ release: 'watchman@1.0.0', triggeredBy: 'health-monitor' });
  });
});
