import { PatientAgent, PatronAgent, troupe } from './agents.js';
import { allPagesOf, itemsOf, serve, type Client } from './server.js';

const { app, client } = await serve(troupe());
afterAll(() => app.close());

async function namesOf(path: string, at: Client = client): Promise<unknown[]> {
  return itemsOf(await at.get(path)).map(({ id }) => id);
}

const ALL = ['misfit@1.0.0', 'parrot@2.1.0', 'patient@1.0.0', 'patron@1.0.0', 'ruler@1.0.0'];

describe('GET /agents', () => {
  it('lists the current releases by id', async () => {
    expect(await client.get('agents')).toMatchObject({ status: 200, body: { nextCursor: null } });
    expect(await namesOf('agents')).toEqual(ALL);
  });

  it.each([
    ['status=active', ALL],
    ['status=failed', []],
    ['capability=echo', ['parrot@2.1.0']],
    ['capability=unheard-of', []],
    ['inputType=tone', ['parrot@2.1.0']],
    ['inputType=text&outputType=count', ['misfit@1.0.0', 'ruler@1.0.0']],
    ['outputType=count&tag=green', ['ruler@1.0.0']],
    ['region=eu-west', ['parrot@2.1.0']],
    ['tag=green', ['parrot@2.1.0', 'ruler@1.0.0']],
    ['available=true', ALL],
    ['available=false', []],
    ['allVersions=true&capability=echo', ['parrot@2.0.0', 'parrot@2.1.0']],
  ])('filters by %s', async (query, ids) => {
    expect(await namesOf(`agents?${query}`)).toEqual(ids);
  });

  it('gives every agent once, page by page', async () => {
    expect(await client.get('agents?limit=2')).toMatchObject({ body: { nextCursor: 'parrot@2.1.0' } });
    expect((await allPagesOf(client, 'agents?limit=2')).map(({ id }) => id)).toEqual(ALL);
    expect(await namesOf('agents?cursor=zzz')).toEqual([]);
  });

  it.each([
    ['limit=0', '$.limit: Too small'],
    ['limit=501', '$.limit: Too big'],
    ['limit=1.5', '$.limit: '],
    ['limit=', '$.limit: '],
    ['limit=ten', '$.limit: '],
    ['limit=1&limit=2', '$.limit: '],
    ['available=yes', '$.available: '],
    ['status=busy', '$.status: '],
    ['cursor=', '$.cursor: '],
    ['stauts=active', 'Unrecognized key: "stauts"'],
    [`tag=${'a'.repeat(300)}`, '$.tag: Too big'],
  ])('refuses %s', async (query, detail) => {
    expect(await client.get(`agents?${query}`)).toMatchObject({
      status: 400,
      type: 'application/problem+json',
      body: { code: 'REQUEST_INVALID', detail: expect.stringContaining(detail), details: { part: 'query' } },
    });
  });
});

describe('GET /agents/:name', () => {
  it('tells all of the current release', async () => {
    const { status, body } = await client.get('agents/parrot');
    expect(status).toBe(200);
    expect(body).toEqual({
      id: 'parrot@2.1.0',
      name: 'parrot',
      version: '2.1.0',
      description: 'Repeats.',
      isCurrent: true,
      isAvailable: true,
      status: 'active',
      statusSince: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      capabilities: [
        {
          name: 'echo',
          description: 'Says it again.',
          inputTypes: ['text'],
          outputTypes: ['text'],
          requiredContext: [],
          estimatedDurationMs: 5,
        },
        {
          name: 'phrase',
          description: 'Says it in a tone.',
          inputTypes: ['text', 'tone'],
          outputTypes: ['text'],
          requiredContext: [],
        },
      ],
      costPerTaskUsd: 0.25,
      region: 'eu-west',
      tags: ['loud', 'green'],
      dependencies: [],
      load: { inFlight: 0, maxConcurrentTasks: 100, abandoned: 0 },
      isUnwell: false,
      circuits: [],
      ejections: [],
      health: { healthy: true, checkedAt: expect.any(String), durationMs: expect.any(Number) },
      versions: expect.arrayContaining(['2.0.0', '2.1.0']),
      statistics: expect.objectContaining({ attempts: 0, succeeded: 0, failed: 0, costUsd: 0 }),
    });
  });

  it('tells another release by its version', async () => {
    expect(await client.get('agents/parrot/versions/2.0.0')).toMatchObject({
      body: { id: 'parrot@2.0.0', isCurrent: false },
    });
  });

  it.each([
    ['agents/parot', 404, 'AGENT_UNKNOWN', 'Did you mean "parrot"'],
    ['agents/parrot/versions/9.9.9', 404, 'AGENT_UNKNOWN', '2.1.0'],
    ['agents/parrot/versions/newest', 400, 'VERSION_RANGE_INVALID', 'newest'],
    ['agents/parot/status', 404, 'AGENT_UNKNOWN', 'parrot'],
    ['agents/parot/status/history', 404, 'AGENT_UNKNOWN', 'parrot'],
    ['agents/parot/uptime', 404, 'AGENT_UNKNOWN', 'parrot'],
    ['agents/parrot/uptime?hours=0', 400, 'REQUEST_INVALID', '$.hours'],
    ['agents/parrot/uptime?hours=9000', 400, 'REQUEST_INVALID', '$.hours'],
    ['agents/parrot/status/history?kind=odd', 400, 'REQUEST_INVALID', '$.kind'],
    ['agents/parrot/status/history?cursor=odd', 400, 'STATUS_INPUT_INVALID', 'cursor'],
    [`agents/${'a'.repeat(201)}`, 400, 'REQUEST_INVALID', '$.name'],
    [`agents/${'a'.repeat(2_000)}`, 414, 'PATH_TOO_LONG', 'aaa'],
  ])('refuses %s with %d %s', async (path, status, code, text) => {
    const answer = await client.get(path);
    expect(answer).toMatchObject({ status, type: 'application/problem+json', body: { code, status } });
    expect(answer.body['detail']).toContain(text);
  });
});

describe('the status of an agent', () => {
  it('changes by the rules, and each change is told with the request that asked for it', async () => {
    const server = await serve(troupe());
    const { client: own } = server;
    expect(await own.get('agents/ruler/status')).toMatchObject({
      body: { id: 'ruler@1.0.0', status: 'active' },
    });
    const headers = { 'x-request-id': 'change-1' };
    const put = await own.put('agents/ruler/status', { status: 'inactive', reason: ' holiday ' }, headers);
    expect(put).toMatchObject({ status: 200, body: { id: 'ruler@1.0.0', status: 'inactive' } });
    const refused = await own.put(
      'agents/ruler/status?version=^1.0.0',
      { status: 'failed', reason: 'just so' },
      { 'x-request-id': 'change-2' },
    );
    expect(refused).toMatchObject({
      status: 409,
      body: {
        code: 'STATUS_TRANSITION_ILLEGAL',
        details: { from: 'inactive', to: 'failed', allowed: ['active', 'maintenance'] },
      },
    });
    const history = itemsOf(await own.get('agents/ruler/status/history'));
    expect(history).toMatchObject([
      {
        kind: 'refused',
        from: 'inactive',
        to: 'failed',
        correlationId: 'change-2',
        allowed: expect.any(Array),
      },
      {
        kind: 'changed',
        from: 'active',
        to: 'inactive',
        correlationId: 'change-1',
        reason: 'holiday',
        triggeredBy: 'user:api',
      },
      { kind: 'changed', from: null, to: 'active', triggeredBy: 'system' },
    ]);
    expect(itemsOf(await own.get('agents/ruler/status/history?kind=refused'))).toHaveLength(1);
    const paged = await allPagesOf(own, 'agents/ruler/status/history?limit=1&hours=1');
    expect(paged).toEqual(history);
    expect(await namesOf('agents?available=false', own)).toEqual(['ruler@1.0.0']);
    await server.app.close();
  });

  it.each([
    [{}, '$.status'],
    [{ status: 'asleep', reason: 'tired' }, '$.status'],
    [{ status: 'inactive' }, '$.reason'],
    [{ status: 'inactive', reason: '   ' }, '$.reason'],
    [{ status: 'inactive', reason: 'r'.repeat(501) }, '$.reason'],
    [{ status: 'inactive', reason: 'fine', by: 'me' }, 'Unrecognized key: "by"'],
    ['inactive', 'expected object'],
  ])('refuses %j', async (body, text) => {
    const answer = await client.put('agents/parrot/status', body);
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'REQUEST_INVALID', details: { part: 'body' } },
    });
    expect(answer.body['detail']).toContain(text);
  });

  it('is measured as uptime', async () => {
    const { body } = await client.get('agents/parrot/uptime?hours=2');
    expect(body).toMatchObject({
      id: 'parrot@2.1.0',
      uptimeRatio: 1,
      outages: 0,
      mtbfMs: null,
      mttrMs: null,
    });
    const windowMs = Date.parse(String(body['windowEndAt'])) - Date.parse(String(body['windowStartAt']));
    const parts = ['upMs', 'plannedDownMs', 'unplannedDownMs', 'offMs', 'unobservedMs'];
    expect(parts.reduce((sum, part) => sum + Number(body[part]), 0)).toBe(windowMs);
  });
});

describe('POST /agents/:name/health-checks', () => {
  it('asks the agent, and what it answers decides its status', async () => {
    const server = await serve(troupe());
    const { client: own } = server;
    const path = 'agents/patron/health-checks';
    expect(await own.post(path)).toMatchObject({
      status: 200,
      body: {
        isChecked: true,
        agent: { status: 'active', health: { healthy: true, details: { load: 0.5 } } },
      },
    });
    server.app.get(PatronAgent).health = { healthy: false, message: 'no credit' };
    expect(await own.post(path)).toMatchObject({
      body: {
        isChecked: true,
        agent: { status: 'failed', health: { healthy: false, message: 'no credit' } },
      },
    });
    await own.put('agents/patron/status', { status: 'inactive', reason: 'broken' });
    expect(await own.post(path)).toMatchObject({ body: { isChecked: false, agent: { status: 'inactive' } } });
    await server.app.close();
  });

  it('leaves out what JSON cannot carry, so that the lists of agents still are answered', async () => {
    const server = await serve(troupe());
    server.app.get(PatronAgent).health = { healthy: true, message: 7, details: { size: 10n }, spare: 10n };
    const checked = await server.client.post('agents/patron/health-checks');
    expect(checked).toMatchObject({ status: 200, body: { agent: { health: { healthy: true } } } });
    expect(JSON.stringify(checked.body)).not.toMatch(/spare|details/);
    expect(await server.client.get('agents')).toMatchObject({ status: 200 });
    await server.app.close();
  });
});

describe('DELETE /agents/:name', () => {
  it('is refused while others depend on the agent, unless it is forced', async () => {
    const server = await serve(troupe());
    expect(await server.client.delete('agents/parrot')).toMatchObject({
      status: 409,
      body: { code: 'AGENT_IN_USE', detail: expect.stringContaining('ruler@1.0.0') },
    });
    expect(await server.client.delete('agents/parrot?version=2.0.0')).toMatchObject({
      status: 200,
      body: { unregistered: ['parrot@2.0.0'] },
    });
    expect(await server.client.delete('agents/parrot?force=true')).toMatchObject({
      body: { unregistered: ['parrot@2.1.0'] },
    });
    expect(await server.client.get('agents/parrot')).toMatchObject({ status: 404 });
    expect(await server.client.delete('agents/parrot?force=maybe')).toMatchObject({ status: 400 });
    await server.app.close();
  });

  it('is refused while a workflow needs the agent, until it needs it no more or the removal is forced', async () => {
    const server = await serve(troupe());
    const steps = [
      { capability: 'measure', input: 'x' },
      { capability: 'echo', input: 'x' },
    ];
    const put = (name: string, version: string, workflow: object) =>
      server.client.put(`workflows/${name}`, { name, version, steps: workflow });
    expect(await put('repeat', '1.0.0', steps)).toMatchObject({ status: 201 });
    const nested = { capability: 'measure', input: 'x', onError: { fallback: { workflow: 'repeat' } } };
    expect(await put('nest', '1.0.0', [nested])).toMatchObject({ status: 201 });
    expect(await server.client.delete('agents/ruler')).toMatchObject({
      status: 409,
      body: {
        code: 'AGENT_IN_USE',
        detail: expect.stringContaining('the workflow nest@1.0.0, the workflow repeat@1.0.0'),
        details: { dependents: ['the workflow nest@1.0.0', 'the workflow repeat@1.0.0'] },
      },
    });
    // Another release of it stays.
    expect(await server.client.delete('agents/parrot?version=2.0.0')).toMatchObject({ status: 200 });
    await server.client.delete('workflows/nest');
    await server.client.delete('workflows/repeat');
    expect(await server.client.delete('agents/ruler')).toMatchObject({ status: 200 });
    expect(await put('repeat', '2.0.0', steps.slice(1))).toMatchObject({ status: 201 });
    expect(await server.client.delete('agents/parrot')).toMatchObject({ status: 409 });
    expect(await server.client.delete('agents/parrot?force=true')).toMatchObject({ status: 200 });
    await server.app.close();
  });

  it('waits for the tasks under way', async () => {
    const server = await serve(troupe());
    const patient = server.app.get(PatientAgent);
    const task = server.client.task('patience', { input: 1 });
    await patient.hasBegun;
    const removal = server.client.delete('agents/patient');
    // Draining is seen from outside before the task ends.
    while ((await server.client.get('agents/patient')).body['isAvailable'] !== false);
    patient.finish('done');
    expect(await task).toMatchObject({ status: 200, body: { output: 'done' } });
    expect(await removal).toMatchObject({ status: 200, body: { unregistered: ['patient@1.0.0'] } });
    await server.app.close();
  });

  it('gives up when the drain takes too long, and the agent serves on', async () => {
    const server = await serve(troupe({ registry: { drainTimeoutMs: 1 } }));
    const patient = server.app.get(PatientAgent);
    const task = server.client.task('patience', { input: 1 });
    await patient.hasBegun;
    expect(await server.client.delete('agents/patient')).toMatchObject({
      status: 409,
      body: { code: 'DRAIN_TIMEOUT' },
    });
    patient.finish('done');
    expect(await task).toMatchObject({ status: 200 });
    expect(await server.client.get('agents/patient')).toMatchObject({ body: { isAvailable: true } });
    await server.app.close();
  });
});
