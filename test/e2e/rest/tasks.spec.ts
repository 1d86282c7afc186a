import { request as openRequest } from 'node:http';
import { PatientAgent, troupe } from './agents.js';
import { allPagesOf, itemsOf, serve } from './server.js';

const { app, client } = await serve(troupe());
afterAll(() => app.close());

const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
const uuid = expect.stringMatching(/^[0-9a-f-]{36}$/);

describe('GET /capabilities', () => {
  it('lists by name, page by page', async () => {
    const names = itemsOf(await client.get('capabilities')).map(({ name }) => name);
    expect(names).toEqual(names.toSorted((a, b) => (String(a) < String(b) ? -1 : 1)));
    expect(names).toContain('echo');
    expect((await allPagesOf(client, 'capabilities?limit=3')).map(({ name }) => name)).toEqual(names);
  });

  it('tells which can be had now', async () => {
    const server = await serve(troupe());
    await server.client.put('agents/ruler/status', { status: 'inactive', reason: 'holiday' });
    const out = itemsOf(await server.client.get('capabilities?available=false'));
    expect(out).toMatchObject([{ name: 'measure', availableCount: 0, providers: [{ isAvailable: false }] }]);
    const ready = itemsOf(await server.client.get('capabilities?available=true')).map(({ name }) => name);
    expect(ready).not.toContain('measure');
    await server.app.close();
  });

  it('tells the contract and the providers of one', async () => {
    expect(await client.get('capabilities/phrase')).toMatchObject({
      status: 200,
      body: {
        name: 'phrase',
        inputMode: 'all',
        inputs: [
          { member: 'text', name: 'text', schema: { type: 'string', minLength: 1 } },
          { member: 'tone', name: 'tone', schema: { enum: ['formal', 'casual'] } },
        ],
        outputs: [{ name: 'text' }],
        providers: [{ agent: 'parrot', version: '2.1.0', status: 'active', isAvailable: true }],
        availableCount: 1,
      },
    });
    expect(await client.get('capabilities/phrases')).toMatchObject({
      status: 404,
      body: { code: 'CAPABILITY_UNKNOWN', details: { nearest: ['phrase'] } },
    });
    expect(await client.get('capabilities?all=true')).toMatchObject({ status: 400 });
  });
});

describe('POST /capabilities/:name/tasks', () => {
  it('answers the output, the choice and the attempts', async () => {
    const { status, body } = await client.task('echo', { input: 'hey', strategy: 'least-loaded' });
    expect(status).toBe(200);
    expect(body).toEqual({
      status: 'succeeded',
      taskId: uuid,
      capability: 'echo',
      output: 'hey',
      outputType: 'text',
      agent: 'parrot',
      version: '2.1.0',
      confidence: 0.9,
      durationMs: expect.any(Number),
      queuedMs: 0,
      costUsd: 0.25,
      usage: { inputTokens: 3, outputTokens: 4 },
      attempts: [
        {
          attempt: 1,
          agent: 'parrot',
          version: '2.1.0',
          status: 'succeeded',
          startedAt: instant,
          durationMs: expect.any(Number),
          costUsd: 0.25,
          usage: { inputTokens: 3, outputTokens: 4 },
          toolCalls: [],
        },
      ],
      choice: {
        strategy: 'least-loaded',
        chosen: { agent: 'parrot', version: '2.1.0' },
        reason: expect.any(String),
        propensity: 1,
        candidates: [
          {
            agent: 'parrot',
            version: '2.1.0',
            inFlight: 0,
            maxConcurrentTasks: 100,
            score: expect.any(Number),
          },
        ],
        excluded: [{ agent: 'parrot', version: '2.0.0', code: 'standby', reason: expect.any(String) }],
      },
    });
  });

  it('takes every option', async () => {
    const everything = {
      input: { text: 'hey', tone: 'formal' },
      inputType: 'text+tone',
      context: { mood: { good: true } },
      strategy: 'round-robin',
      agent: 'parrot@^2.0.0',
      region: 'eu-west',
      tags: ['loud', 'green'],
      whenUnavailable: 'fail',
      timeoutMs: 30_000,
      attemptTimeoutMs: 20_000,
      queueTimeoutMs: 20_000,
      retry: { attempts: 2, backoff: 'constant', delayMs: 1, maxDelayMs: 2, jitter: false },
      maxFallbacks: 0,
    };
    expect(await client.task('phrase', everything)).toMatchObject({
      status: 200,
      body: { output: 'hey (formal)', choice: { strategy: 'round-robin' } },
    });
  });

  it('can be told to a release that stands by', async () => {
    expect(await client.task('echo', { input: 'hey', agent: 'parrot@2.0.0' })).toMatchObject({
      body: { output: 'old hey', version: '2.0.0' },
    });
  });

  it('skips what nobody can do, when it may', async () => {
    const body = { input: 'hey', region: 'moon', whenUnavailable: 'skip' };
    expect(await client.task('echo', body)).toMatchObject({
      status: 200,
      body: { status: 'skipped', error: { code: 'NO_AGENT_AVAILABLE' }, attempts: [] },
    });
    expect(await client.task('echo', { ...body, whenUnavailable: 'fail' })).toMatchObject({
      status: 503,
      body: {
        code: 'NO_AGENT_AVAILABLE',
        retryable: true,
        details: { excluded: expect.arrayContaining([expect.objectContaining({ code: 'region' })]) },
        task: { status: 'failed' },
      },
    });
  });

  it.each([
    ['throws', 'throw', 502, 'AGENT_FAILED'],
    ['throws an error of its own with facts that JSON cannot carry', 'throw-odd', 502, 'TOOL_BROKEN'],
    ['answers in the wrong shape', 'lie', 502, 'OUTPUT_INVALID'],
    ['hangs until it is told to stop', 'hang', 504, 'TASK_TIMEOUT'],
    ['never settles, told or not', 'deaf', 504, 'TASK_TIMEOUT'],
    ['answers after its deadline', 'late', 504, 'TASK_TIMEOUT'],
    ['answers what JSON cannot carry, where its contract lets it', 'bigint', 500, 'INTERNAL'],
  ])('names the failure of an agent that %s', async (_, capability, status, code) => {
    // Short only where its end is waited for: a busy machine may take longer to answer at once.
    const timeoutMs = code === 'TASK_TIMEOUT' ? 60 : 30_000;
    const answer = await client.task(capability, { input: 'x', timeoutMs });
    expect(answer).toMatchObject({
      status,
      type: 'application/problem+json',
      body: {
        type: `urn:cadre:error:${code}`,
        code,
        status,
        instance: `/api/v1/capabilities/${capability}/tasks`,
      },
    });
  });

  it('tells the whole record of a task that failed', async () => {
    const { body } = await client.task('throw', { input: 1, retry: { attempts: 2, delayMs: 0 } });
    expect(body['task']).toMatchObject({
      status: 'failed',
      taskId: uuid,
      attempts: [
        { attempt: 1, status: 'failed', startedAt: instant, error: { code: 'AGENT_FAILED' } },
        { attempt: 2, status: 'failed', startedAt: instant, error: { code: 'AGENT_FAILED' } },
      ],
    });
  });

  it.each([
    [
      'an unknown capability',
      'ecko',
      { input: 'x' },
      { status: 404, code: 'CAPABILITY_UNKNOWN', text: 'Did you mean "echo"' },
    ],
    [
      'an unknown agent',
      'echo',
      { input: 'x', agent: 'parot' },
      { status: 404, code: 'AGENT_UNKNOWN', text: '"parrot"' },
    ],
    [
      'a bad range',
      'echo',
      { input: 'x', agent: 'parrot@new' },
      { status: 400, code: 'VERSION_RANGE_INVALID', text: 'new' },
    ],
    [
      'another agent',
      'echo',
      { input: 'x', agent: 'ruler' },
      { status: 400, code: 'CAPABILITY_UNSUPPORTED', text: 'measure' },
    ],
    [
      'an unknown strategy',
      'echo',
      { input: 'x', strategy: 'best' },
      { status: 400, code: 'STRATEGY_UNKNOWN', text: 'least-loaded' },
    ],
    ['an input that does not fit', 'echo', { input: 7 }, { status: 400, code: 'INPUT_INVALID', text: '$: ' }],
    [
      'a part that does not fit',
      'phrase',
      { input: { text: 'x', tone: 'rude' } },
      { status: 400, code: 'INPUT_INVALID', text: '$.tone: ' },
    ],
    [
      'an input of another type',
      'echo',
      { input: 'x', inputType: 'count' },
      { status: 400, code: 'INPUT_INVALID', text: 'text' },
    ],
    ['no input', 'echo', {}, { status: 400, code: 'REQUEST_INVALID', text: '$.input: is required' }],
    [
      'an unknown field',
      'echo',
      { input: 'x', timeout: 5 },
      { status: 400, code: 'REQUEST_INVALID', text: 'Unrecognized key: "timeout"' },
    ],
    [
      'two unknown fields',
      'echo',
      { inptu: 1, tag: 2 },
      { status: 400, code: 'REQUEST_INVALID', text: '"inptu", "tag"' },
    ],
    [
      'a wrong type',
      'echo',
      { input: 'x', timeoutMs: '5' },
      { status: 400, code: 'REQUEST_INVALID', text: '$.timeoutMs: ' },
    ],
    [
      'an option out of its bounds',
      'echo',
      { input: 'x', timeoutMs: 0 },
      { status: 400, code: 'REQUEST_INVALID', text: '$.timeoutMs: ' },
    ],
    [
      'a deep option',
      'echo',
      { input: 'x', retry: { attempts: 99 } },
      { status: 400, code: 'REQUEST_INVALID', text: '$.retry.attempts' },
    ],
    ['a list', 'echo', [], { status: 400, code: 'REQUEST_INVALID', text: 'expected object' }],
    ['a text', 'echo', 'input', { status: 400, code: 'REQUEST_INVALID', text: 'expected object' }],
    ['null', 'echo', null, { status: 400, code: 'REQUEST_INVALID', text: '$.input: is required' }],
    ['no body', 'echo', undefined, { status: 400, code: 'REQUEST_INVALID', text: '$.input: is required' }],
  ])('refuses %s', async (_, capability, body, { status, code, text }) => {
    const answer = await client.task(capability, body);
    expect(answer).toMatchObject({ status, type: 'application/problem+json', body: { code } });
    expect(answer.body['detail']).toContain(text);
  });

  it('tells the agent to stop when the client goes away', async () => {
    const server = await serve(troupe());
    const patient = server.app.get(PatientAgent);
    const request = openRequest(`${server.client.url}/api/v1/capabilities/patience/tasks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    });
    request.on('error', () => {});
    request.end('{"input":1}');
    await patient.hasBegun;
    request.destroy();
    expect(await patient.stopReason).toMatchObject({
      code: 'TASK_CANCELED',
      message: expect.stringContaining('the client went away'),
    });
    expect(await server.client.get('agents/patient')).toMatchObject({ body: { load: { inFlight: 0 } } });
    await server.app.close();
  });
});

describe('POST /capabilities/:name/choices', () => {
  it('says who would do it, and runs nothing', async () => {
    expect(await client.post('capabilities/echo/choices', {})).toMatchObject({
      status: 200,
      body: { strategy: 'adaptive', chosen: { agent: 'parrot', version: '2.1.0' } },
    });
    const none = await client.post('capabilities/echo/choices', { input: 'x', tags: ['blue'] });
    expect(none.body).toMatchObject({ candidates: [], reason: 'no candidate is available' });
    expect(none.body).not.toHaveProperty('chosen');
  });

  it('takes no body for no options', async () => {
    expect(await client.post('capabilities/hang/choices')).toMatchObject({
      body: { chosen: { agent: 'misfit', version: '1.0.0' } },
    });
  });

  it('refuses an input that does not fit and an option that only a task has', async () => {
    expect(await client.post('capabilities/echo/choices', { input: 7 })).toMatchObject({
      status: 400,
      body: { code: 'INPUT_INVALID' },
    });
    expect(await client.post('capabilities/echo/choices', { timeoutMs: 7 })).toMatchObject({
      status: 400,
      body: { code: 'REQUEST_INVALID' },
    });
  });
});
