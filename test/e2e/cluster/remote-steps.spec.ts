import { jest } from '@jest/globals';
import type { RunStep } from 'cadre';
import { GatherAgent, LaborAgent, LoudAgent, NoviceAgent, ShoutAgent } from './agents.js';
import { createCluster, pair } from './nodes.js';

jest.setTimeout(60_000);

const step = (steps: readonly RunStep[], key: string): RunStep | undefined =>
  steps.find((each) => each.key === key);

describe('a step that only another node can do', () => {
  it('is done there, and recorded as if it had been done here', async () => {
    await using cluster = await createCluster();
    const { here, there } = await pair(cluster, [GatherAgent], [ShoutAgent], 'shout');
    const run = await here.orchestration.run({
      name: 'news',
      steps: [
        { id: 'collect', capability: 'gather', input: 'news' },
        { id: 'publish', capability: 'shout' },
      ],
    });
    expect(run).toMatchObject({ status: 'succeeded', output: '{"gathered":"news"}!', costUsd: 0.5 });
    const [asked] = there.get(ShoutAgent).tasks;
    expect(asked?.input).toEqual({ gathered: 'news' });
    expect(asked?.task).toMatchObject({
      runId: run.runId,
      stepId: 'publish',
      idempotencyKey: `${run.runId}:publish`,
    });
    expect(asked?.task.context.outputOf('collect')).toEqual({ gathered: 'news' });
    expect(step(await here.steps(run.runId), 'publish')).toMatchObject({
      status: 'succeeded',
      agent: 'shouter',
      version: '1.0.0',
      capability: 'shout',
      attempts: [{ attempt: 1, agent: 'shouter', status: 'succeeded', costUsd: 0.5 }],
    });
  });

  it('is done side by side with others, and once for each item', async () => {
    await using cluster = await createCluster();
    const { here, there } = await pair(cluster, [GatherAgent], [ShoutAgent], 'shout');
    const run = await here.orchestration.run({
      name: 'chorus',
      steps: [
        { id: 'one', capability: 'shout', input: 'one', after: [] },
        { id: 'two', capability: 'gather', input: 'two', after: [] },
        {
          id: 'each',
          capability: 'shout',
          input: '${ item }',
          forEach: { items: '${ [1, 2, 3, 4, 5] }', concurrency: 3 },
          after: ['one', 'two'],
        },
      ],
    });
    expect(run).toMatchObject({ status: 'succeeded', output: ['1!', '2!', '3!', '4!', '5!'] });
    expect(there.get(ShoutAgent).tasks).toHaveLength(6);
    expect(step(await there.steps(run.runId), 'each[3]')).toMatchObject({ output: '4!', agent: 'shouter' });
  });

  it('goes to the node whose agent meets what it asks for', async () => {
    await using cluster = await createCluster();
    const here = await cluster.start([GatherAgent]);
    await cluster.startHeard([ShoutAgent], [here], 'shouter');
    await cluster.startHeard([LoudAgent], [here], 'loud');
    const run = await here.orchestration.run({
      name: 'particular',
      steps: [
        { id: 'pinned', capability: 'shout', agent: 'loud@^2.0.0', input: 1, after: [] },
        { id: 'alone', agent: 'loud', input: 2, after: [] },
        { id: 'near', capability: 'shout', region: 'eu', input: 3, after: [] },
        { id: 'tagged', capability: 'shout', tags: ['loud'], input: 4, after: [] },
        { id: 'other', agent: 'shouter@1.x', input: 5, after: [] },
      ],
    });
    const made = (await here.steps(run.runId)).map(({ key, agent, output }) => [key, agent, output]);
    expect(made).toEqual([
      ['pinned', 'loud', '1!!'],
      ['alone', 'loud', '2!!'],
      ['near', 'loud', '3!!'],
      ['tagged', 'loud', '4!!'],
      ['other', 'shouter', '5!'],
    ]);
  });

  it('is refused before the run where no node can do it', async () => {
    await using cluster = await createCluster();
    const { here } = await pair(cluster, [GatherAgent], [ShoutAgent], 'shout');
    const start = (wanted: object) => here.orchestration.start([{ input: 1, ...wanted }]);
    await expect(start({ capability: 'whisper' })).rejects.toMatchObject({ code: 'WORKFLOW_INVALID' });
    await expect(start({ agent: 'shouter@^9' })).rejects.toMatchObject({ code: 'WORKFLOW_INVALID' });
  });
});

describe('a remote step that fails', () => {
  it('fails the run with its failure', async () => {
    await using cluster = await createCluster();
    const { here } = await pair(cluster, [GatherAgent], [NoviceAgent], 'try');
    const run = await here.orchestration.run([{ capability: 'try', input: 1 }]);
    expect(run).toMatchObject({ status: 'failed', failure: { code: 'NOT_YET', kind: 'unavailable' } });
    const [failed] = await here.steps(run.runId);
    expect(failed).toMatchObject({ status: 'failed', agent: 'novice', attempts: [{ status: 'failed' }] });
  });

  it('is tried again as a local one is, under one idempotency key', async () => {
    await using cluster = await createCluster();
    const { here, there } = await pair(cluster, [GatherAgent], [NoviceAgent], 'try');
    there.get(NoviceAgent).failuresLeft = 2;
    const run = await here.orchestration.run({
      name: 'stubborn',
      steps: [{ id: 'try', capability: 'try', input: 1, retry: { attempts: 3, delay: '10ms' } }],
    });
    expect(run).toMatchObject({ status: 'succeeded', output: 'done at last', costUsd: 0.5 });
    const keys = there.get(NoviceAgent).tasks.map(({ task }) => task.idempotencyKey);
    expect(keys).toEqual(Array.from({ length: 3 }, () => `${run.runId}:try`));
    const [tried] = await here.steps(run.runId);
    expect(tried?.attempts?.map(({ status }) => status)).toEqual(['failed', 'failed', 'succeeded']);
  });

  it('falls back as a local one does, also to another node', async () => {
    await using cluster = await createCluster();
    const { here } = await pair(cluster, [GatherAgent], [NoviceAgent, ShoutAgent], 'try');
    const run = await here.orchestration.run({
      name: 'careful',
      steps: [
        {
          id: 'try',
          capability: 'try',
          input: 1,
          onError: { fallback: { capability: 'shout', input: '${ error.code }' } },
        },
      ],
    });
    expect(run).toMatchObject({ status: 'succeeded', output: '"NOT_YET"!' });
  });

  it('is done anew when its run is taken up again', async () => {
    await using cluster = await createCluster();
    const { here, there } = await pair(cluster, [GatherAgent], [NoviceAgent], 'try');
    const { runId } = await here.orchestration.run([{ capability: 'try', input: 1 }]);
    await here.orchestration.retry(runId);
    expect(await here.ended(runId)).toMatchObject({ status: 'succeeded', output: 'done at last' });
    expect(there.get(NoviceAgent).tasks).toHaveLength(2);
  });
});

describe('a remote step that is not wanted any more', () => {
  it('is told to stop when its run is canceled', async () => {
    await using cluster = await createCluster();
    const { here, there } = await pair(cluster, [GatherAgent], [LaborAgent], 'labor');
    const { runId } = await here.orchestration.start([{ capability: 'labor', input: 1 }]);
    await there.get(LaborAgent).hasBegun;
    expect(await here.orchestration.cancel(runId, 'enough')).toMatchObject({ status: 'canceled' });
    await there.get(LaborAgent).hasStopped;
    // Drains: a slot that did not come back would hold it up.
    expect(await there.registry.unregister('laborer')).toMatchObject([{ load: { inFlight: 0 } }]);
  });

  it('is told to stop when its time is over', async () => {
    await using cluster = await createCluster();
    const { here, there } = await pair(cluster, [GatherAgent], [LaborAgent], 'labor');
    const run = await here.orchestration.run({
      name: 'hurried',
      // Time enough to reach the other node, on a busy machine too: it takes a tenth of a second.
      steps: [{ id: 'work', capability: 'labor', input: 1, timeout: '6s' }],
    });
    expect(run).toMatchObject({ status: 'failed', failure: { kind: 'timeout' } });
    await there.get(LaborAgent).hasStopped;
  });

  it('is told to stop when a step beside it fails', async () => {
    await using cluster = await createCluster();
    const { here, there } = await pair(cluster, [NoviceAgent], [LaborAgent], 'labor');
    const running = here.orchestration.run({
      name: 'unlucky',
      steps: [
        { id: 'long', capability: 'labor', input: 1, after: [] },
        { id: 'pause', signal: 'go', after: [] },
        { id: 'short', capability: 'try', input: 1, after: ['pause'] },
      ],
    });
    await there.get(LaborAgent).hasBegun;
    const { runId } = await here.only();
    await here.orchestration.signal(runId, 'go');
    expect(await running).toMatchObject({ status: 'failed', failure: { code: 'NOT_YET' } });
    await there.get(LaborAgent).hasStopped;
  });
});
