import { troupe } from './agents.js';
import { serve } from './server.js';

const { app, client } = await serve(troupe());
afterAll(() => app.close());

describe('GET /analytics/capacity', () => {
  it('has no prediction before anything was measured', async () => {
    expect(await client.get('analytics/capacity?capability=patience')).toMatchObject({
      status: 200,
      body: { verdict: 'unmeasured', capability: 'patience', agents: 1, servers: 1 },
    });
  });

  it('predicts the wait now, and with more agents', async () => {
    for (let task = 0; task < 5; task++) await client.task('echo', { input: 'hello', inputType: 'text' });
    const { status, body } = await client.get(
      'analytics/capacity?capability=echo&target=10ms&of=p99&addAgents=2',
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({
      verdict: 'predicted',
      target: { waitMs: 10, quantile: 0.99 },
      load: { attemptCount: 5 },
      now: { p95WaitMs: expect.any(Number) },
      proposed: { agents: 3 },
      cautions: expect.arrayContaining([expect.stringMatching(/^Only 5 attempts/)]),
    });
    expect(await client.get('analytics/capacity?capability=echo&of=mean')).toMatchObject({
      body: { target: { waitMs: 2_000 } },
    });
  });

  it.each([
    ['capability=ekko', 404, 'CAPABILITY_UNKNOWN'],
    ['', 400, 'REQUEST_INVALID'],
    ['capability=echo&target=soon', 400, 'REQUEST_INVALID'],
    ['capability=echo&of=p42', 400, 'REQUEST_INVALID'],
    ['capability=echo&agents=3', 400, 'REQUEST_INVALID'],
    ['capability=echo&hours=5000', 400, 'ANALYTICS_INPUT_INVALID'],
  ])('refuses %j', async (query, status, code) => {
    expect(await client.get(`analytics/capacity?${query}`)).toMatchObject({
      status,
      type: 'application/problem+json',
      body: { code },
    });
  });
});

describe('GET /analytics/trends', () => {
  it('has the series, and no trend of too few points', async () => {
    const { status, body } = await client.get(
      'analytics/trends?metric=success-ratio&hours=2&capability=echo',
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({ metric: 'success-ratio', everyMs: 300_000, confidence: 0.95 });
    expect(body).not.toHaveProperty('trend');
    expect((body['points'] as { value: number }[]).map(({ value }) => value)).toContain(1);
  });

  it.each(['metric=mood', 'confidence=1', 'hours=-1', 'agents=parrot'])('refuses %s', async (query) => {
    expect(await client.get(`analytics/trends?${query}`)).toMatchObject({
      status: 400,
      body: { code: 'REQUEST_INVALID' },
    });
  });
});

describe('GET /analytics/costs', () => {
  it('says why there is no estimate', async () => {
    const { status, body } = await client.get('analytics/costs?criticality=normal&capability=echo');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      verdict: 'refused',
      refusal: 'nothing-affected',
      taskCount: 5,
      affectedCount: 0,
      reason: expect.any(String),
    });
  });

  it('takes how likely each agent is, in place of a rule', async () => {
    const { status, body } = await client.get('analytics/costs?capability=echo&weights=parrot:3,other:1.5');
    expect([status, body['verdict']]).toEqual([200, 'refused']);
    expect(await client.get('analytics/costs?weights=parrot:2000000')).toMatchObject({
      status: 400,
      body: { code: 'ANALYTICS_INPUT_INVALID', detail: expect.stringContaining('weights.parrot') },
    });
  });

  it.each([
    'choose=worst',
    'shareRatio=0',
    'minSuccessRatio=2',
    'agents=',
    'hours=0',
    'weights=a',
    'weights=a:-1',
  ])('refuses %s', async (query) => {
    expect(await client.get(`analytics/costs?${query}`)).toMatchObject({
      status: 400,
      body: { code: 'REQUEST_INVALID' },
    });
  });
});
