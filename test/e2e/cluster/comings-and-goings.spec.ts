import { jest } from '@jest/globals';
import {
  Agent,
  ClusterChanged,
  Workflow,
  type DefinesWorkflow,
  type TaskContext,
  type WorkflowStart,
} from 'cadre';
import { GatherAgent, LaborAgent, ShoutAgent } from './agents.js';
import { createCluster, pair } from './nodes.js';

jest.setTimeout(60_000);

const PATIENT = {
  name: 'patient',
  steps: [{ id: 'wait', capability: 'shout', input: 1, whenUnavailable: 'queue' as const }],
};

/** Works for as long as its node lives, and on the next one at once. */
@Agent('inherit', { name: 'heir' })
class HeirAgent {
  static lives = 0;
  #onBegin = (): void => {};
  readonly hasBegun = new Promise<void>((resolve) => (this.#onBegin = resolve));

  execute(_input: unknown, { signal, idempotencyKey }: TaskContext): unknown {
    HeirAgent.lives += 1;
    this.#onBegin();
    if (HeirAgent.lives > 1) return idempotencyKey;
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
  }
}

@Workflow()
class GreetingWorkflow implements DefinesWorkflow {
  define(flow: WorkflowStart) {
    return flow.step('say', 'shout', () => 'hello').build();
  }
}

describe('a run that waits for an agent', () => {
  it('goes on when a node comes that hosts it', async () => {
    await using cluster = await createCluster();
    const { here, there } = await pair(cluster, [GatherAgent], [ShoutAgent], 'shout');
    const { runId } = await here.orchestration.start({
      name: 'late',
      steps: [{ id: 'first', signal: 'go' }, ...PATIENT.steps],
    });
    const gone = here.next(ClusterChanged);
    await there.close();
    await gone;
    const waiting = here.waits(runId, 'wait');
    await here.orchestration.signal(runId, 'go');
    await waiting;
    await cluster.start([ShoutAgent]);
    expect(await here.ended(runId)).toMatchObject({ status: 'succeeded', output: '1!' });
  });

  it('goes on when the agent of another node is in service again', async () => {
    await using cluster = await createCluster();
    const { here, there } = await pair(cluster, [GatherAgent], [ShoutAgent], 'shout');
    const cause = { reason: 'tuning', triggeredBy: 'user:ann' } as const;
    const heard = here.next(ClusterChanged);
    await there.registry.setStatus('shouter', 'maintenance', cause);
    await heard;
    const { runId } = await here.orchestration.start(PATIENT);
    await here.waits(runId, 'wait');
    await there.registry.setStatus('shouter', 'active', cause);
    expect(await here.ended(runId)).toMatchObject({ status: 'succeeded', output: '1!' });
  });

  it('fails at once where it is not to wait', async () => {
    await using cluster = await createCluster();
    const { here, there } = await pair(cluster, [GatherAgent], [ShoutAgent], 'shout');
    const heard = here.next(ClusterChanged);
    await there.registry.setStatus('shouter', 'maintenance', { reason: 'tuning', triggeredBy: 'user:ann' });
    await heard;
    const run = await here.orchestration.run([{ capability: 'shout', input: 1 }]);
    expect(run).toMatchObject({
      status: 'failed',
      failure: { code: 'NO_AGENT_AVAILABLE', message: expect.stringContaining('shouter@1.0.0') },
    });
  });
});

describe('a node that ends', () => {
  it('hands the steps of others back, to be done by another one', async () => {
    await using cluster = await createCluster();
    HeirAgent.lives = 0;
    const quick = { orchestration: { shutdownGraceMs: 0 } };
    const here = await cluster.start([GatherAgent]);
    const heard = here.hearsOf('inherit');
    const first = await cluster.start([HeirAgent], quick);
    await heard;
    const { runId } = await here.orchestration.start([{ capability: 'inherit', input: 1 }]);
    await first.get(HeirAgent).hasBegun;
    await cluster.start([HeirAgent]);
    await first.close();
    const run = await here.ended(runId);
    expect(run).toMatchObject({ status: 'succeeded', output: `${runId}:step-1` });
    expect(HeirAgent.lives).toBe(2);
  });

  it('closes in time, though a step of another node does not end', async () => {
    await using cluster = await createCluster();
    const here = await cluster.start([GatherAgent]);
    const heard = here.hearsOf('labor');
    const there = await cluster.start([LaborAgent], { orchestration: { shutdownGraceMs: 0 } });
    await heard;
    const { runId } = await here.orchestration.start([{ capability: 'labor', input: 1 }]);
    await there.get(LaborAgent).hasBegun;
    await there.close();
    expect(await here.orchestration.cancel(runId)).toMatchObject({ status: 'canceled' });
  });
});

describe('nodes that start at once', () => {
  it('may each declare what only the other one can do', async () => {
    await using cluster = await createCluster();
    const [one, other] = await Promise.all([
      cluster.start([GatherAgent, GreetingWorkflow]),
      cluster.start([ShoutAgent]),
    ]);
    expect(await one.orchestration.run('greeting')).toMatchObject({ output: '"hello"!' });
    expect(other.registry.list()).toHaveLength(1);
  });
});
