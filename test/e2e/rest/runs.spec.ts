import { PatientAgent, troupe } from './agents.js';
import { allPagesOf, itemsOf, serve } from './server.js';

const { app, client } = await serve(troupe());
afterAll(() => app.close());

const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
const ECHO_THEN_MEASURE = [{ capability: 'echo', input: 'hey' }, { capability: 'measure' }];

describe('POST /runs', () => {
  it('answers 200 with the result when the run ends in time', async () => {
    const answer = await client.post('runs?wait=60s', { definition: ECHO_THEN_MEASURE });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        status: 'succeeded',
        output: 3,
        outputType: 'count',
        stepCount: 2,
        costUsd: 0.25,
        startedAt: instant,
        finishedAt: instant,
      },
    });
    expect(answer.headers.get('location')).toBe(`/api/v1/runs/${String(answer.body['runId'])}`);
  });

  it('gives its input to a first step without one', async () => {
    const body = { definition: [{ capability: 'measure' }], input: 'four' };
    expect(await client.post('runs?wait=60s', body)).toMatchObject({ body: { output: 4, input: 'four' } });
  });

  it('answers 202 and where to look when the run goes on', async () => {
    const server = await serve(troupe());
    const patient = server.app.get(PatientAgent);
    const started = await server.client.post('runs?wait=1ms', {
      definition: [{ capability: 'patience', input: 1 }, { capability: 'echo' }],
    });
    expect(started).toMatchObject({ status: 202, body: { status: 'running' } });
    expect(started.body).not.toHaveProperty('finishedAt');
    const location = String(started.headers.get('location'));
    expect(await server.client.get(location)).toMatchObject({ status: 200, body: { status: 'running' } });
    const steps = await server.client.get(`${location}/steps`);
    expect(steps.body).toMatchObject({
      items: [
        { stepId: 'step-1', status: 'running', capability: 'patience', startedAt: instant },
        { stepId: 'step-2', status: 'pending' },
      ],
      nextCursor: null,
    });
    patient.finish('done');
    expect(await server.client.post('runs?wait=60s', { definition: ECHO_THEN_MEASURE })).toMatchObject({
      status: 200,
    });
    await server.app.close();
  });

  it('tells of a run that failed, and of each step what happened', async () => {
    const definition = [
      { capability: 'throw', input: 1 },
      { capability: 'echo', input: 'x' },
    ];
    const { status, body } = await client.post('runs?wait=60s', { definition });
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { status: 'failed', failure: { code: 'AGENT_FAILED' } },
    });
    const [first, second] = itemsOf(await client.get(`runs/${String(body['runId'])}/steps`));
    expect(first).toMatchObject({
      status: 'failed',
      failure: { code: 'AGENT_FAILED' },
      attempts: [{ attempt: 1, startedAt: instant }],
      choice: { excluded: [{ agent: 'misfit', code: 'tried' }] },
    });
    expect(second).toMatchObject({ status: 'pending' });
  });

  it('refuses a definition with every problem of it at once', async () => {
    const definition = [
      { capabilty: 'echo', input: 'x' },
      7,
      { capability: 'ecko', input: 'x' },
      { agent: 'parot', input: 'x' },
      { capability: 'echo', input: 7 },
    ];
    const { status, body } = await client.post('runs', { definition });
    expect({ status, code: body['code'] }).toEqual({ status: 400, code: 'WORKFLOW_INVALID' });
    const { problems } = body['details'] as { problems: { path: string; code: string }[] };
    expect(problems.map(({ path, code }) => `${code} ${path}`)).toEqual([
      'UNKNOWN_FIELD $[0].capabilty',
      'NO_TARGET $[0]',
      'NOT_A_STEP $[1]',
      'CAPABILITY_UNKNOWN $[2].capability',
      'AGENT_UNKNOWN $[3].agent',
      'INPUT_INVALID $[4].input',
    ]);
  });

  it.each([
    [
      'no list',
      'runs',
      { definition: { capability: 'echo' } },
      { code: 'WORKFLOW_INVALID', text: 'must be a list' },
    ],
    ['an empty list', 'runs', { definition: [] }, { code: 'WORKFLOW_INVALID', text: 'no steps' }],
    [
      'too many steps',
      'runs',
      { definition: Array(1_001).fill(0) },
      { code: 'WORKFLOW_INVALID', text: '1001 steps' },
    ],
    ['no definition', 'runs', {}, { code: 'REQUEST_INVALID', text: 'workflow or definition is required' }],
    ['an unknown field', 'runs', { definition: [], prio: 1 }, { code: 'REQUEST_INVALID', text: '"prio"' }],
    [
      'a wait that is too long',
      'runs?wait=2m',
      { definition: [] },
      { code: 'REQUEST_INVALID', text: 'longer than 60s' },
    ],
    [
      'a wait that is no duration',
      'runs?wait=10',
      { definition: [] },
      { code: 'REQUEST_INVALID', text: '500ms, 10s' },
    ],
    ['an unknown query', 'runs?wiat=1s', { definition: [] }, { code: 'REQUEST_INVALID', text: '"wiat"' }],
  ])('refuses %s', async (_, path, body, { code, text }) => {
    const answer = await client.post(path, body);
    expect(answer).toMatchObject({ status: 400, body: { code } });
    expect(answer.body['detail']).toContain(text);
  });
});

describe('GET /runs', () => {
  it('lists the newest first, page by page, and by status', async () => {
    const server = await serve(troupe());
    const ids: unknown[] = [];
    for (const capability of ['echo', 'throw', 'echo']) {
      const definition = [{ capability, input: 'x' }];
      ids.unshift((await server.client.post('runs?wait=60s', { definition })).body['runId']);
    }
    expect((await allPagesOf(server.client, 'runs?limit=2')).map(({ runId }) => runId)).toEqual(ids);
    const failed = itemsOf(await server.client.get('runs?status=failed'));
    expect(failed.map(({ runId }) => runId)).toEqual([ids[1]]);
    expect(itemsOf(await server.client.get('runs?status=waiting'))).toEqual([]);
    await server.app.close();
  });

  it.each([
    ['runs?cursor=odd', 400, 'CURSOR_INVALID'],
    ['runs?limit=201', 400, 'REQUEST_INVALID'],
    ['runs?status=done', 400, 'REQUEST_INVALID'],
    ['runs/nothing', 404, 'RUN_UNKNOWN'],
    ['runs/nothing/steps', 404, 'RUN_UNKNOWN'],
    [`runs/${'r'.repeat(201)}`, 400, 'REQUEST_INVALID'],
  ])('answers %s with %d %s', async (path, status, code) => {
    expect(await client.get(path)).toMatchObject({ status, body: { code } });
  });
});

describe('POST /runs/:id/cancel', () => {
  it('stops the agent and ends the run, once', async () => {
    const server = await serve(troupe());
    const patient = server.app.get(PatientAgent);
    const { body } = await server.client.post('runs', { definition: [{ capability: 'patience', input: 1 }] });
    await patient.hasBegun;
    const path = `runs/${String(body['runId'])}/cancel`;
    expect(await server.client.post(path, { reason: 'not needed' })).toMatchObject({
      status: 200,
      body: { status: 'canceled', failure: { code: 'RUN_CANCELED' } },
    });
    expect(await patient.stopReason).toMatchObject({ message: expect.stringContaining('not needed') });
    expect(await server.client.post(path)).toMatchObject({ status: 409, body: { code: 'RUN_FINISHED' } });
    await server.app.close();
  });

  it('refuses an unknown run and an unknown field', async () => {
    expect(await client.post('runs/nothing/cancel')).toMatchObject({
      status: 404,
      body: { code: 'RUN_UNKNOWN' },
    });
    expect(await client.post('runs/nothing/cancel', { why: 'so' })).toMatchObject({
      status: 400,
      body: { code: 'REQUEST_INVALID' },
    });
  });
});
