import { jest } from '@jest/globals';
import { Agent, type TaskContext } from 'cadre';
import { createCluster } from './nodes.js';

jest.setTimeout(60_000);

@Agent('gather', { name: 'gatherer', maxConcurrentTasks: 10 })
class GatherAgent {
  execute(input: unknown): unknown {
    return { gathered: input };
  }
}

@Agent('shout', { name: 'shouter', costPerTaskUsd: 0.5, maxConcurrentTasks: 10 })
class ShoutAgent {
  readonly tasks: TaskContext[] = [];

  execute(input: unknown, task: TaskContext): unknown {
    this.tasks.push(task);
    return `${JSON.stringify(input)}!`;
  }
}

describe('a step that only another node can do', () => {
  it('is done there, and recorded as if it had been done here', async () => {
    await using cluster = await createCluster();
    const here = await cluster.start([GatherAgent]);
    const heard = here.hearsOf('shout');
    const there = await cluster.start([ShoutAgent]);
    await heard;
    const run = await here.orchestration.run([
      { capability: 'gather', input: 'news' },
      { capability: 'shout' },
    ]);
    expect(run).toMatchObject({ status: 'succeeded', output: '{"gathered":"news"}!', costUsd: 0.5 });
    expect(there.get(ShoutAgent).tasks[0]?.runId).toBe(run.runId);
  });
});
