import { setTimeout as sleep } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import {
  Agent,
  CadreModule,
  capability,
  dataType,
  EventBus,
  PerformanceReviewed,
  type TaskContext,
} from 'cadre';
import { z } from 'zod';
import { itemsOf, serve, type Client } from './server.js';

const Text = dataType('text', z.string());
const Writing = capability({ name: 'writing', description: 'Writes.', input: Text, output: Text });
const Reading = capability({ name: 'reading', description: 'Reads.', input: Text, output: Text });

/** Fails at what it is told to fail at, and is as well as a test says. */
@Agent(Writing, { name: 'writer', costPerTaskUsd: 0.5 })
class WriterAgent {
  isWell = true;

  healthCheck(): { healthy: boolean } {
    return { healthy: this.isWell };
  }

  execute(text: string, task: TaskContext): string {
    task.reportUsage({ inputTokens: 10, outputTokens: 20 });
    if (text === 'fail') throw new Error('no idea');
    return text;
  }
}

@Agent(Reading, { name: 'reader' })
class ReaderAgent {
  execute(text: string, task: TaskContext): string {
    if (text === 'absurd') task.reportUsage({ inputTokens: 1e300, costUsd: 1e12 });
    return text;
  }
}

@Module({
  imports: [
    CadreModule.forRoot({
      // An open circuit would keep further attempts away before there are enough for a verdict.
      health: { breaker: false },
      metrics: { flushEveryMs: 100, improvement: { everyMs: 100, holdMs: 100 } },
    }),
  ],
  providers: [WriterAgent, ReaderAgent],
})
class NewsModule {}

const { app, client } = await serve(NewsModule);
afterAll(() => app.close());

async function run(count: number, capabilityName: string, input: string, more: object = {}): Promise<void> {
  for (let done = 0; done < count; done += 1) {
    await client.task(capabilityName, { input, ...more });
  }
}

async function statusOf(name: string, at: Client = client): Promise<unknown> {
  return (await at.get(`agents/${name}/status`)).body['status'];
}

async function until(check: () => Promise<boolean>): Promise<void> {
  for (const startedAt = Date.now(); !(await check()); await sleep(20)) {
    if (Date.now() - startedAt > 20_000) throw new Error('it did not come to that');
  }
}

describe('performance over REST', () => {
  it('begins with an agent of which nothing is known', async () => {
    const { status, body } = await client.get('agents/writer/performance');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      release: 'writer@1.0.0',
      verdict: 'unproven',
      capabilities: [{ capability: 'writing', verdict: 'unproven', findings: [], evidence: { attempts: 0 } }],
    });
    expect((await client.get('agents/writer')).body['statistics']).toMatchObject({ attempts: 0, costUsd: 0 });
  });

  it('measures every attempt: success, duration, cost and tokens', async () => {
    await run(40, 'writing', 'a poem');
    const { body } = await client.get('agents/writer/performance?hours=1');
    expect(body['capabilities']).toMatchObject([
      {
        verdict: expect.stringMatching(/^(good|high-performer)$/),
        evidence: {
          attempts: 40,
          succeeded: 40,
          failed: 0,
          costUsd: 20,
          costPerAttemptUsd: 0.5,
          inputTokens: 400,
          outputTokens: 800,
          successRatio: { value: 1, count: 40 },
          durations: { count: 40 },
        },
        byInputType: [{ inputType: 'text', attempts: 40 }],
        expected: { successBeta: 1, meanCostUsd: 0.5, peakEwmaMs: expect.any(Number) },
      },
    ]);
    expect((await client.get('agents/writer/versions/1.0.0')).body['statistics']).toMatchObject({
      attempts: 40,
      costUsd: 20,
    });
  });

  it('counts reports that cannot be as nothing', async () => {
    await run(1, 'reading', 'absurd');
    expect((await client.get('agents/reader')).body['statistics']).toMatchObject({
      attempts: 1,
      implausible: 1,
      costUsd: 0,
      inputTokens: 0,
    });
  });

  it('takes out an agent that succeeds too rarely, says why, and puts it back', async () => {
    const told: string[] = [];
    const writer = app.get(WriterAgent);
    app.get(EventBus).subscribe(PerformanceReviewed, ({ release, action }) => {
      told.push(`${action} ${release.id}`);
      // Nobody is put back who is not well, so that there is time to look.
      if (action === 'maintenance') writer.isWell = false;
    });
    await run(60, 'writing', 'fail');
    await until(async () => (await statusOf('writer')) === 'maintenance');
    const [entry] = itemsOf(await client.get('agents/writer/status/history'));
    expect(entry).toMatchObject({ to: 'maintenance', triggeredBy: 'performance-review' });
    expect(entry!['reason']).toContain('Low success rate - needs improvement');
    const refused = await client.post('capabilities/writing/tasks', { input: 'a poem' });
    expect(refused).toMatchObject({ status: 503, body: { code: 'NO_AGENT_AVAILABLE' } });
    writer.isWell = true;
    await until(async () => (await statusOf('writer')) === 'active');
    expect((await client.task('writing', { input: 'a poem' })).status).toBe(200);
    expect(told).toEqual(['maintenance writer@1.0.0', 'return writer@1.0.0']);
  });

  it('reviews it with a verdict, a reason and advice', async () => {
    const { body } = await client.get('agents/writer/performance?version=1.0.0');
    expect(body).toMatchObject({
      verdict: 'needs-improvement',
      capabilities: [{ findings: [{ code: 'low-success', severity: 'problem' }] }],
    });
  });

  it('reports which agents cause problems, why work fails, and how long it takes', async () => {
    expect(itemsOf(await client.get('performance/problems'))).toMatchObject([
      { release: 'writer@1.0.0', capability: 'writing', failureShareRatio: 1 },
    ]);
    expect(itemsOf(await client.get('performance/failures'))).toMatchObject([
      { workflow: '', release: 'writer@1.0.0', errorKinds: [{ kind: 'execution' }] },
    ]);
    expect(itemsOf(await client.get('performance/failures?workflow=brief'))).toEqual([]);
    const names = itemsOf(await client.get('performance/durations?hours=2')).map(
      (item) => item['capability'],
    );
    expect(new Set(names)).toEqual(new Set(['reading', 'writing']));
  });

  it.each([
    ['agents/stranger/performance', 404, 'AGENT_UNKNOWN'],
    ['agents/writer/performance?version=9.9.9', 404, 'AGENT_UNKNOWN'],
    ['agents/writer/performance?hours=0', 400, 'REQUEST_INVALID'],
    ['performance/problems?hours=9000', 400, 'REQUEST_INVALID'],
    ['performance/durations?since=monday', 400, 'REQUEST_INVALID'],
  ])('refuses %s', async (path, status, code) => {
    expect(await client.get(path)).toMatchObject({ status, body: { code } });
  });
});
