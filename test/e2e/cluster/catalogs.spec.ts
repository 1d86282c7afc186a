import { jest } from '@jest/globals';
import { AgentDrainChanged, AgentUnregistered, ClusterChanged, StatusChanged, StatusService } from 'cadre';
import { workflowsOf } from '../../../src/testing/builders/runs-of.js';
import { GatherAgent, LaborAgent, ShoutAgent } from './agents.js';
import { createCluster, pair, type Node } from './nodes.js';
import { ToldClock } from './told-clock.js';

jest.setTimeout(60_000);

/** The kinds of entry in the history of a release, oldest first. */
async function historyOf(node: Node, release: string): Promise<string[]> {
  const { items } = await node.get(StatusService).history(release);
  return items.map(({ kind }) => kind).toReversed();
}

const idsOn = ({ registry }: Node): string[] => registry.list({ allVersions: true }).map(({ id }) => id);

describe('an agent that several nodes host', () => {
  it('leaves all of them at once when it is removed on one, and that is recorded once', async () => {
    await using cluster = await createCluster(new ToldClock());
    const { here, there } = await pair(cluster, [ShoutAgent], [ShoutAgent, GatherAgent], 'gather');
    const heard = [here, there].map((node) => node.next(ClusterChanged));
    const third = await cluster.start([ShoutAgent]);
    await Promise.all(heard);
    const isShouter = ({ release }: { readonly release: { readonly id: string } }): boolean =>
      release.id === 'shouter@1.0.0';
    const left = [there, third].map((node) => node.next(AgentUnregistered, isShouter));
    await here.registry.unregister('shouter', { reason: 'out of fashion' });
    expect((await Promise.all(left)).map(({ reason }) => reason)).toEqual([
      'out of fashion',
      'out of fashion',
    ]);
    expect([here, there, third].map(idsOn)).toEqual([[], ['gatherer@1.0.0'], []]);
    expect(await historyOf(third, 'shouter@1.0.0')).toEqual(['changed', 'closed']);
  });

  it('is in service again where it is registered anew', async () => {
    await using cluster = await createCluster();
    const { here, there } = await pair(cluster, [ShoutAgent], [ShoutAgent], 'shout');
    const left = there.next(AgentUnregistered);
    await here.registry.unregister('shouter');
    await left;
    const heard = here.hearsOf('shout');
    await there.registry.register(new ShoutAgent());
    await heard;
    expect([idsOn(here), idsOn(there)]).toEqual([[], ['shouter@1.0.0']]);
    expect(await here.orchestration.run([{ capability: 'shout', input: 1 }])).toMatchObject({ output: '1!' });
    expect(await historyOf(here, 'shouter@1.0.0')).toEqual(['changed', 'closed', 'changed']);
  });

  it('ends what it does on the other nodes before it leaves them', async () => {
    await using cluster = await createCluster();
    const { here, there } = await pair(cluster, [LaborAgent], [LaborAgent], 'labor');
    const stopper = new AbortController();
    const working = there.orchestration.execute('labor', 1, { signal: stopper.signal });
    await there.get(LaborAgent).hasBegun;
    const left = there.next(AgentUnregistered);
    const draining = there.next(AgentDrainChanged);
    await here.registry.unregister('laborer');
    await draining;
    expect(idsOn(there)).toEqual(['laborer@1.0.0']);
    stopper.abort();
    await expect(working).rejects.toMatchObject({ code: 'TASK_CANCELED' });
    await left;
    expect(await historyOf(here, 'laborer@1.0.0')).toEqual(['changed', 'closed']);
  });

  it('changes its status on all of them at once', async () => {
    await using cluster = await createCluster(new ToldClock());
    const { here, there } = await pair(cluster, [ShoutAgent], [ShoutAgent], 'shout');
    const changed = there.next(StatusChanged);
    await here.registry.setStatus('shouter', 'maintenance', { reason: 'tuning', triggeredBy: 'user:ann' });
    expect(await changed).toMatchObject({ to: 'maintenance', reason: 'tuning' });
    expect(there.registry.get('shouter').status).toBe('maintenance');
  });
});

describe('a workflow that is stored on one node', () => {
  it('can be run on the others at once, where it keeps the agents that it needs', async () => {
    await using cluster = await createCluster(new ToldClock());
    const { here, there } = await pair(cluster, [GatherAgent], [ShoutAgent], 'shout');
    const changed = new Promise<void>((resolve) => workflowsOf(there).onChange(resolve));
    const steps = [{ id: 'say', capability: 'shout', input: 1 }];
    await workflowsOf(here).save({ name: 'loud', version: '1.0.0', steps });
    await changed;
    expect(await there.orchestration.run('loud')).toMatchObject({ status: 'succeeded', output: '1!' });
    await expect(there.registry.unregister('shouter')).rejects.toMatchObject({
      code: 'AGENT_IN_USE',
      details: { dependents: ['the workflow loud@1.0.0'] },
    });
  });
});
