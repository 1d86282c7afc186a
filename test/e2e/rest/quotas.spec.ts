import { Module } from '@nestjs/common';
import { Agent, CadreModule, Provides, type TaskContext } from 'cadre';
import { serve, itemsOf, type Client, type RunningServer } from './server.js';

/** Costs what it is told. */
@Agent({ name: 'spender', maxConcurrentTasks: 100, costPerTaskUsd: 0.25 })
class SpenderAgent {
  @Provides('spend')
  spend(costUsd: number, task: TaskContext): string {
    task.reportUsage({ inputTokens: 10, outputTokens: 5, costUsd });
    return 'spent';
  }

  readonly #ends: (() => void)[] = [];
  readonly #begun: (() => void)[] = [];

  /** Lasts until the test ends it. */
  @Provides('linger')
  linger(): Promise<string> {
    return new Promise((resolve) => {
      this.#ends.push(() => resolve('done'));
      this.#begun.shift()?.();
    });
  }

  /** Resolves when a further task has begun to linger. */
  next(): Promise<void> {
    return new Promise((resolve) => this.#begun.push(resolve));
  }

  /** Ends the task that lingers longest. */
  endOne(): void {
    this.#ends.shift()?.();
  }
}

@Module({
  imports: [
    CadreModule.forRoot({
      quotas: [{ id: 'per-tenant', scope: { tenant: '*' }, maxCostUsd: 1, period: 'month' }],
    }),
  ],
  providers: [SpenderAgent],
})
class QuotasModule {}

describe('quotas over REST', () => {
  let server: RunningServer;
  let client: Client;
  beforeAll(async () => {
    server = await serve(QuotasModule);
    ({ client } = server);
  });
  afterAll(() => server.app.close());

  const spend = (costUsd: number, tenant?: string, headers?: Record<string, string>) =>
    client.post('capabilities/spend/tasks', { input: costUsd, tenant }, headers);

  it('refuse a tenant that has used up its budget, and say when to come back', async () => {
    expect((await spend(0.5, 'acme')).status).toBe(200);
    expect((await spend(0.5, undefined, { 'x-cadre-tenant': 'acme' })).status).toBe(200);
    const refused = await spend(0.01, 'acme');
    expect(refused).toMatchObject({
      status: 429,
      type: 'application/problem+json',
      body: {
        code: 'QUOTA_EXCEEDED',
        status: 429,
        kind: 'unavailable',
        retryable: true,
        details: { quota: 'per-tenant', limit: 'cost' },
      },
    });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await spend(0.5, 'other')).status).toBe(200);
    expect((await spend(5)).status).toBe(200);
  });

  it('show what is used of them', async () => {
    await spend(0.125, 'shown');
    const { body } = await client.get('quotas/per-tenant');
    expect(body).toMatchObject({
      id: 'per-tenant',
      scope: { tenant: '*' },
      maxCostUsd: 1,
      period: 'month',
      onLimit: 'refuse',
      source: 'options',
      warnings: [],
    });
    expect(body['usage']).toContainEqual({
      scope: { tenant: 'shown' },
      running: 0,
      tokens: 15,
      costUsd: 0.125,
      periodStartedAt: expect.stringMatching(/-01T00:00:00\.000Z$/) as string,
      periodEndsAt: expect.stringMatching(/-01T00:00:00\.000Z$/) as string,
    });
  });

  it('say who would be chosen, and whom they exclude', async () => {
    await spend(1, 'spent');
    const choices = await client.post('capabilities/spend/choices', { tenant: 'spent' });
    expect(choices.body).toMatchObject({ excluded: [{ agent: 'spender', code: 'quota' }] });
  });

  it('are set, replaced and removed while tasks go on', async () => {
    const one = { scope: { capability: 'linger' }, maxConcurrentTasks: 1 };
    expect(await client.put('quotas/one-at-a-time', one)).toMatchObject({
      status: 200,
      body: { id: 'one-at-a-time', ...one, onLimit: 'refuse', source: 'stored', warnings: [], usage: [] },
    });
    const spender = server.app.get(SpenderAgent);
    const linger = () => client.post('capabilities/linger/tasks', { input: 1 });
    const begin = async () => {
      const begun = spender.next();
      const ending = linger();
      await begun;
      return { ending };
    };
    const first = await begin();
    expect((await linger()).status).toBe(429);
    await client.put('quotas/one-at-a-time', { ...one, onLimit: 'queue' });
    const second = begin();
    spender.endOne();
    expect((await first.ending).status).toBe(200);
    await second;
    expect((await client.delete('quotas/one-at-a-time')).status).toBe(204);
    expect(await client.delete('quotas/one-at-a-time')).toMatchObject({
      status: 404,
      body: { code: 'QUOTA_UNKNOWN' },
    });
    const third = await begin();
    spender.endOne();
    spender.endOne();
    expect((await (await second).ending).status).toBe(200);
    expect((await third.ending).status).toBe(200);
  });

  it('stand in place of one of the options until they are removed', async () => {
    const generous = { scope: { tenant: '*' }, maxCostUsd: 100, period: 'month' };
    await client.put('quotas/per-tenant', generous);
    await spend(2, 'rich');
    expect((await spend(2, 'rich')).status).toBe(200);
    expect(itemsOf(await client.get('quotas'))).toMatchObject([{ id: 'per-tenant', source: 'stored' }]);
    await client.delete('quotas/per-tenant');
    expect((await spend(2, 'rich')).status).toBe(429);
    expect(await client.delete('quotas/per-tenant')).toMatchObject({
      status: 409,
      body: { code: 'QUOTA_CONFIGURED' },
    });
  });

  it('concern the tasks of runs by their workflow and tenant', async () => {
    await client.put('quotas/brief', {
      scope: { workflow: 'brief', tenant: 'acme' },
      maxConcurrentTasks: 0,
    });
    const definition = { name: 'brief', steps: [{ id: 'only', capability: 'spend', input: 0 }] };
    const run = (tenant: string, headers?: Record<string, string>) =>
      client.post('runs?wait=60s', { definition, tenant }, headers);
    expect((await run('acme')).body).toMatchObject({
      tenant: 'acme',
      status: 'failed',
      failure: { code: 'QUOTA_EXCEEDED', details: { quota: 'brief' } },
    });
    expect((await run('else')).body).toMatchObject({ tenant: 'else', status: 'succeeded' });
    expect(await run('acme', { 'x-cadre-tenant': 'else' })).toMatchObject({
      status: 400,
      body: { code: 'REQUEST_INVALID', details: { issues: [{ path: '$.tenant' }] } },
    });
    await client.delete('quotas/brief');
  });

  it('take names that nobody has, with a warning', async () => {
    const unknown = { scope: { agent: 'nobody', capability: 'nothing' }, tasksPerSecond: 1 };
    const { body } = await client.put('quotas/strange', unknown);
    expect(body['warnings']).toEqual([
      'there is no agent "nobody" on this node',
      'there is no capability "nothing" on this node',
    ]);
    await client.delete('quotas/strange');
  });

  it.each([
    ['a negative limit', { scope: {}, maxConcurrentTasks: -1 }, 'REQUEST_INVALID'],
    ['an absurd limit', { scope: {}, tasksPerSecond: 1e300 }, 'REQUEST_INVALID'],
    ['a text for a number', { scope: {}, maxTokens: '5', period: 'day' }, 'REQUEST_INVALID'],
    ['an unknown member', { scope: {}, maxConcurrentTasks: 1, limit: 3 }, 'REQUEST_INVALID'],
    ['no limit', { scope: {} }, 'QUOTA_INVALID'],
    ['no period', { scope: {}, maxCostUsd: 1 }, 'QUOTA_INVALID'],
  ])('are refused with %s', async (_what, body, code) => {
    expect(await client.put('quotas/wrong', body)).toMatchObject({ status: 400, body: { code } });
    expect((await client.put('quotas/Wrong Name', { scope: {}, maxConcurrentTasks: 1 })).status).toBe(400);
    expect((await client.get('quotas/wrong')).status).toBe(404);
  });
});
