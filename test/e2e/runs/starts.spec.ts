import { PatientAgent } from '../rest/agents.js';
import { allPagesOf, itemsOf, serve, type Answer, type Body } from '../rest/server.js';
import { NoviceAgent, stage } from './stage.js';

const { app, client } = await serve(stage());
afterAll(() => app.close());

const ECHO = [{ capability: 'echo', input: 'x' }];

const runIdOf = ({ body }: Answer): string => body['runId'] as string;

describe('POST /runs', () => {
  it('runs what comes with it, or what is stored, with an input', async () => {
    const definition = { name: 'brief', version: '2.1.0', steps: [{ capability: 'echo' }] };
    expect(await client.post('runs?wait=60s', { definition, input: 'hey', priority: 5 })).toMatchObject({
      status: 200,
      body: {
        workflow: 'brief',
        version: '2.1.0',
        status: 'succeeded',
        durability: 'memory',
        priority: 5,
        input: 'hey',
        output: 'hey',
        waits: [],
      },
    });
    expect(await client.post('runs?wait=60s', { definition: ECHO })).toMatchObject({
      body: { workflow: 'list' },
    });
  });

  it.each([
    [{}, 'REQUEST_INVALID', 'workflow or definition'],
    [{ workflow: 'a', definition: ECHO }, 'REQUEST_INVALID', 'exclude each other'],
    [{ workflow: 7 }, 'REQUEST_INVALID', '$.workflow'],
    [{ definition: ECHO, priority: 'high' }, 'REQUEST_INVALID', '$.priority'],
    [{ definition: ECHO, durability: 'durable' }, 'RUN_OPTION_INVALID', 'needs a database'],
    [{ definition: ECHO, idempotencyKey: 'a' }, 'REQUEST_INVALID', '"idempotencyKey"'],
    [{ definition: null }, 'REQUEST_INVALID', 'must be a list of steps, or an object'],
    [{ definition: 'echo' }, 'REQUEST_INVALID', 'must be a list of steps, or an object'],
    [{ definition: { name: 'a', steps: [] } }, 'WORKFLOW_INVALID', 'no steps'],
    [{ definition: { name: 'a', step: ECHO } }, 'WORKFLOW_INVALID', 'Did you mean "steps"'],
  ])('refuses %j', async (body, code, text) => {
    const answer = await client.post('runs', body);
    expect(answer).toMatchObject({ status: 400, body: { code } });
    expect(answer.body['detail']).toContain(text);
  });

  it('begins nothing for a client that asks for the impossible', async () => {
    const before = (await allPagesOf(client, 'runs?limit=200')).length;
    await client.post('runs', { definition: [...ECHO, { capability: 'ecko', input: 1 }] });
    expect(await allPagesOf(client, 'runs?limit=200')).toHaveLength(before);
  });
});

describe('an idempotency key', () => {
  it('gives the run that is there already', async () => {
    const key = { 'idempotency-key': 'order-1' };
    const first = await client.post('runs?wait=60s', { definition: ECHO }, key);
    const again = await client.post('runs', { definition: ECHO }, key);
    expect(runIdOf(again)).toBe(runIdOf(first));
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    expect(again).toMatchObject({ status: 200, body: { status: 'succeeded' } });
  });

  it('makes one run of many starts at once', async () => {
    const novice = app.get(NoviceAgent);
    const before = novice.tries;
    const starts = Array.from({ length: 20 }, () =>
      client.post(
        'runs?wait=60s',
        { definition: [{ capability: 'try', input: 1 }] },
        { 'idempotency-key': 'order-2' },
      ),
    );
    const answers = await Promise.all(starts);
    expect(new Set(answers.map(runIdOf)).size).toBe(1);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(novice.tries - before).toBe(1);
  });

  it.each([
    ['another input', { definition: [{ capability: 'echo' }], input: 'b' }],
    ['another workflow', { definition: [{ capability: 'measure' }], input: 'a' }],
  ])('is refused with %s', async (_, body) => {
    const key = { 'idempotency-key': `order-3 ${body.input}`.replace(' ', '-') };
    const first = await client.post('runs', { definition: [{ capability: 'echo' }], input: 'a' }, key);
    expect(await client.post('runs', body, key)).toMatchObject({
      status: 409,
      body: { code: 'IDEMPOTENCY_KEY_REUSED', details: { runId: runIdOf(first) } },
    });
  });

  it('gives the run that is there, though a newer version of its workflow was stored since', async () => {
    const store = (version: string) =>
      client.put('workflows/keyed', { name: 'keyed', version, steps: [{ capability: 'echo' }] });
    const start = () =>
      client.post('runs', { workflow: 'keyed', input: 'a' }, { 'idempotency-key': 'order-4' });
    await store('1.0.0');
    const first = await start();
    await store('1.1.0');
    expect(runIdOf(await start())).toBe(runIdOf(first));
    expect(await client.delete('workflows/keyed')).toMatchObject({ status: 204 });
  });

  it.each(['a b', ' ', 'k'.repeat(201), 'é'])('that is %p is refused', async (key) => {
    expect(await client.post('runs', { definition: ECHO }, { 'idempotency-key': key })).toMatchObject({
      status: 400,
      body: { code: 'REQUEST_INVALID' },
    });
  });
});

describe('waiting', () => {
  it('ends when the client goes away, and the run goes on', async () => {
    const server = await serve(stage());
    const patient = server.app.get(PatientAgent);
    const leaving = new AbortController();
    const starting = fetch(`${server.client.url}/api/v1/runs?wait=60s`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'patience' },
      body: JSON.stringify({ definition: [{ capability: 'patience', input: 1 }] }),
      signal: leaving.signal,
    });
    await patient.hasBegun;
    leaving.abort();
    await expect(starting).rejects.toMatchObject({ name: 'AbortError' });
    const [run] = itemsOf(await server.client.get('runs'));
    expect(run).toMatchObject({ status: 'running' });
    patient.finish('done');
    // The same start again: it waits for the run that is there.
    const again = await server.client.post(
      'runs?wait=60s',
      { definition: [{ capability: 'patience', input: 1 }] },
      { 'idempotency-key': 'patience' },
    );
    expect(again).toMatchObject({ status: 200, body: { runId: run?.['runId'], output: 'done' } });
    await server.app.close();
  });
});

describe('GET /runs', () => {
  it('filters by status, workflow and time, page by page', async () => {
    const server = await serve(stage());
    const start = async (name: string, capability: string) =>
      (
        await server.client.post('runs?wait=60s', {
          definition: { name, steps: [{ capability, input: 'x' }] },
        })
      ).body;
    const runs: Body[] = [];
    for (const [name, capability] of [
      ['a', 'echo'],
      ['b', 'echo'],
      ['a', 'throw'],
      ['a', 'echo'],
      ['b', 'throw'],
    ] as const) {
      runs.push(await start(name, capability));
    }
    const idsFor = async (query: string) =>
      (await allPagesOf(server.client, `runs?limit=2&${query}`)).map(({ runId }) =>
        runs.findIndex((run) => run['runId'] === runId),
      );
    expect(await idsFor('')).toEqual([4, 3, 2, 1, 0]);
    expect(await idsFor('workflow=a')).toEqual([3, 2, 0]);
    expect(await idsFor('workflow=a&status=failed')).toEqual([2]);
    expect(await idsFor('workflow=nothing')).toEqual([]);
    const createdAt = String(runs[0]?.['createdAt']);
    expect(await idsFor(`createdFrom=${createdAt}`)).toEqual([4, 3, 2, 1, 0]);
    expect(await idsFor(`createdTo=${createdAt}`)).toEqual([]);
    expect(await idsFor('createdFrom=2000-01-01T00:00:00%2B02:00&createdTo=2001-01-01T00:00:00Z')).toEqual(
      [],
    );
    await server.app.close();
  });

  it.each([
    ['runs?createdFrom=yesterday', 'REQUEST_INVALID'],
    ['runs?createdTo=2026-01-31', 'REQUEST_INVALID'],
    ['runs?state=failed', 'REQUEST_INVALID'],
    ['runs?workflow=', 'REQUEST_INVALID'],
    ['runs?cursor=odd', 'CURSOR_INVALID'],
  ])('refuses %s', async (path, code) => {
    expect(await client.get(path)).toMatchObject({ status: 400, body: { code } });
  });
});

describe('GET /runs/:id', () => {
  it('tells the definition that it was started with, each step with its id', async () => {
    const id = runIdOf(await client.post('runs', { definition: ECHO }));
    expect(await client.get(`runs/${id}/definition`)).toMatchObject({
      status: 200,
      body: { name: 'list', steps: [{ id: 'step-1', capability: 'echo', input: 'x' }] },
    });
  });

  it('pages the steps of a long run, items and all', async () => {
    const items = Array.from({ length: 250 }, (_, item) => `item ${item}`);
    const definition = [
      {
        id: 'each',
        capability: 'echo',
        input: '${ item }',
        forEach: { items: '${ input }', concurrency: 50 },
      },
      { id: 'last', capability: 'echo', input: 'done' },
    ];
    const id = runIdOf(await client.post('runs?wait=60s', { definition, input: items }));
    const steps = await allPagesOf(client, `runs/${id}/steps?limit=100`);
    expect(steps).toHaveLength(252);
    expect(new Set(steps.map(({ key }) => key)).size).toBe(252);
    expect(steps[0]).toMatchObject({ key: 'each', status: 'succeeded' });
    expect(steps.at(-1)).toMatchObject({ key: 'last' });
    expect(steps.find(({ key }) => key === 'each[7]')).toMatchObject({
      stepId: 'each',
      item: 7,
      output: 'item 7',
    });
    const first = await client.get(`runs/${id}/steps`);
    expect(itemsOf(first)).toHaveLength(200);
  });

  it.each([
    ['runs/nothing/definition', 404, 'RUN_UNKNOWN'],
    ['runs/nothing/steps', 404, 'RUN_UNKNOWN'],
    ['runs/nothing/steps?limit=1001', 400, 'REQUEST_INVALID'],
    ['runs/nothing/steps?page=2', 400, 'REQUEST_INVALID'],
  ])('answers %s with %d %s', async (path, status, code) => {
    expect(await client.get(path)).toMatchObject({ status, body: { code } });
  });

  it('refuses a cursor of another list of steps', async () => {
    const id = runIdOf(await client.post('runs', { definition: ECHO }));
    expect(await client.get(`runs/${id}/steps?cursor=step-9`)).toMatchObject({
      status: 400,
      body: { code: 'CURSOR_INVALID' },
    });
  });
});
