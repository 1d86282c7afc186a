import { serve, itemsOf, type Answer, type Body } from '../rest/server.js';
import { EventClient } from './event-client.js';
import { NoviceAgent, stage } from './stage.js';

const { app, client } = await serve(stage());
afterAll(() => app.close());

/** Starts a run and comes back when it waits at a step. */
async function startAndWait(definition: unknown): Promise<string> {
  const { body } = await client.post('runs', { definition });
  const runId = body['runId'] as string;
  const events = await EventClient.open(`${client.url}/api/v1/runs/${runId}/events`);
  await events.upTo('run.waiting');
  return runId;
}

/** Comes back when the run has ended. */
async function endOf(runId: string): Promise<Body> {
  await (await EventClient.open(`${client.url}/api/v1/runs/${runId}/events`)).all();
  return (await client.get(`runs/${runId}`)).body;
}

function stepOf(answer: Answer, key: string): Body | undefined {
  return itemsOf(answer).find((step) => step['key'] === key);
}

const ASK = { id: 'ask', approval: { message: 'Go on?', timeout: '1h' } };
const SAY = { id: 'say', capability: 'echo', input: '${ steps.ask.output.comment }' };

describe('POST /runs/:id/approvals/:stepId', () => {
  it('lets the run go on with what was said', async () => {
    const runId = await startAndWait([ASK, SAY]);
    expect(stepOf(await client.get(`runs/${runId}/steps`), 'ask')).toMatchObject({
      kind: 'approval',
      status: 'waiting',
    });
    expect((await client.get(`runs/${runId}`)).body).toMatchObject({
      status: 'waiting',
      waits: [{ key: 'ask', kind: 'approval', subject: 'Go on?', dueAt: expect.stringMatching(/Z$/) }],
    });
    const approval = `runs/${runId}/approvals/ask`;
    expect(await client.post(approval, { approved: true, comment: 'gladly' })).toMatchObject({
      status: 200,
      body: { runId },
    });
    expect(await endOf(runId)).toMatchObject({ status: 'succeeded', output: 'gladly' });
    const { output } = stepOf(await client.get(`runs/${runId}/steps`), 'ask') ?? {};
    expect(output).toEqual({ approved: true, comment: 'gladly' });
    expect(await client.post(approval, { approved: true })).toMatchObject({
      status: 409,
      body: { code: 'RUN_FINISHED' },
    });
  });

  it('fails the run when the answer is no', async () => {
    const runId = await startAndWait([ASK, SAY]);
    await client.post(`runs/${runId}/approvals/ask`, { approved: false, comment: 'too early' });
    expect(await endOf(runId)).toMatchObject({
      status: 'failed',
      failure: { message: expect.stringContaining('too early') },
    });
  });

  it('reaches one in a nested workflow by its key', async () => {
    await client.put('workflows/asking', { name: 'asking', steps: [ASK] });
    const runId = await startAndWait([{ id: 'inner', workflow: 'asking' }]);
    expect(await client.post(`runs/${runId}/approvals/ask`, { approved: true })).toMatchObject({
      status: 404,
      body: { code: 'APPROVAL_UNKNOWN', detail: expect.stringContaining('inner/ask') },
    });
    expect(await client.post(`runs/${runId}/approvals/inner%2Fask`, { approved: true })).toMatchObject({
      status: 200,
    });
    expect(await endOf(runId)).toMatchObject({ status: 'succeeded' });
  });

  it('reaches each item by its key', async () => {
    const runId = await startAndWait([{ ...ASK, forEach: { items: [1, 2] } }]);
    await client.post(`runs/${runId}/approvals/ask%5B1%5D`, { approved: true, comment: 'second' });
    await client.post(`runs/${runId}/approvals/ask%5B0%5D`, { approved: true, comment: 'first' });
    expect(await endOf(runId)).toMatchObject({ output: [{ comment: 'first' }, { comment: 'second' }] });
  });

  it('refuses what it does not take', async () => {
    const runId = await startAndWait([ASK, { id: 'then', approval: { message: 'And then?' } }, SAY]);
    for (const body of [
      {},
      { approved: 'yes' },
      { approved: true, by: 'me' },
      { approved: true, comment: '' },
    ]) {
      expect(await client.post(`runs/${runId}/approvals/ask`, body)).toMatchObject({
        status: 400,
        body: { code: 'REQUEST_INVALID' },
      });
    }
    expect(await client.post(`runs/${runId}/approvals/say`, { approved: true })).toMatchObject({
      status: 404,
      body: { code: 'APPROVAL_UNKNOWN' },
    });
    expect(await client.post(`runs/${runId}/approvals/then`, { approved: true })).toMatchObject({
      status: 409,
      body: { code: 'APPROVAL_NOT_OPEN' },
    });
    expect(await client.post('runs/nothing/approvals/ask', { approved: true })).toMatchObject({
      status: 404,
    });
    await client.post(`runs/${runId}/cancel`);
  });
});

describe('POST /runs/:id/signals/:name', () => {
  const PAID = [{ id: 'paid', signal: { name: 'paid', type: 'text', timeout: '1h' } }];

  it('brings a run what it waits for', async () => {
    const runId = await startAndWait(PAID);
    expect(await client.post(`runs/${runId}/signals/paid`, { payload: 'in full' })).toMatchObject({
      status: 202,
      body: { runId },
    });
    expect(await endOf(runId)).toMatchObject({ status: 'succeeded', output: 'in full' });
    expect(await client.post(`runs/${runId}/signals/paid`, { payload: 'again' })).toMatchObject({
      status: 409,
      body: { code: 'RUN_FINISHED' },
    });
  });

  it('keeps one that comes before its step', async () => {
    const runId = await startAndWait([ASK, { id: 'go', signal: 'go' }]);
    expect(await client.post(`runs/${runId}/signals/go`)).toMatchObject({ status: 202 });
    await client.post(`runs/${runId}/approvals/ask`, { approved: true });
    expect(await endOf(runId)).toMatchObject({ status: 'succeeded', output: null });
  });

  it('refuses what it does not take', async () => {
    const runId = await startAndWait(PAID);
    expect(await client.post(`runs/${runId}/signals/paid`, { payload: 7 })).toMatchObject({
      status: 400,
      body: { code: 'INPUT_INVALID' },
    });
    expect(await client.post(`runs/${runId}/signals/paid`, { amount: 7 })).toMatchObject({
      status: 400,
      body: { code: 'REQUEST_INVALID' },
    });
    expect(await client.post(`runs/${runId}/signals/${'s'.repeat(201)}`)).toMatchObject({ status: 400 });
    expect(await client.post('runs/nothing/signals/paid')).toMatchObject({
      status: 404,
      body: { code: 'RUN_UNKNOWN' },
    });
    expect(await endOf((await client.post(`runs/${runId}/cancel`)).body['runId'] as string)).toMatchObject({
      status: 'canceled',
    });
  });
});

describe('POST /runs/:id/cancel', () => {
  it('undoes what was done, and says so in the events', async () => {
    const runId = await startAndWait([
      {
        id: 'book',
        capability: 'echo',
        input: 'a seat',
        compensate: { capability: 'echo', input: 'no seat' },
      },
      ASK,
    ]);
    expect(await client.post(`runs/${runId}/cancel`, { reason: 'no time' })).toMatchObject({
      status: 200,
      body: { status: 'canceled', failure: { message: expect.stringContaining('no time') } },
    });
    expect(stepOf(await client.get(`runs/${runId}/steps`), 'book~undo')).toMatchObject({ output: 'no seat' });
    expect(stepOf(await client.get(`runs/${runId}/steps`), 'ask')).toMatchObject({ status: 'canceled' });
  });

  it.each([[{ reason: '' }], [{ reason: 'r'.repeat(501) }], [{ reason: 7 }], [{ force: true }]])(
    'refuses %j',
    async (body) => {
      expect(await client.post('runs/nothing/cancel', body)).toMatchObject({
        status: 400,
        body: { code: 'REQUEST_INVALID' },
      });
    },
  );
});

describe('POST /runs/:id/retry', () => {
  it('goes on from the step that failed', async () => {
    const novice = app.get(NoviceAgent);
    novice.failuresLeft = 1;
    const definition = [
      { capability: 'measure', input: 'four' },
      { capability: 'try' },
      { capability: 'try' },
    ];
    const failed = await client.post('runs?wait=60s', { definition });
    expect(failed).toMatchObject({ body: { status: 'failed', failure: { code: 'AGENT_FAILED' } } });
    const runId = failed.body['runId'] as string;
    const tries = novice.tries;
    const retried = await client.post(`runs/${runId}/retry`);
    expect(retried.status).toBe(202);
    expect(retried.headers.get('location')).toBe(`/api/v1/runs/${runId}`);
    expect(await endOf(runId)).toMatchObject({ status: 'succeeded', output: 4 });
    expect(novice.tries - tries).toBe(2);
    const steps = await client.get(`runs/${runId}/steps`);
    expect(itemsOf(steps).map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded']);
  });

  it('takes no run that succeeded or is under way, and no body', async () => {
    const done = await client.post('runs?wait=60s', { definition: [{ capability: 'echo', input: 'x' }] });
    expect(await client.post(`runs/${done.body['runId'] as string}/retry`)).toMatchObject({
      status: 409,
      body: { code: 'RUN_NOT_RETRYABLE' },
    });
    const waiting = await startAndWait([ASK]);
    expect(await client.post(`runs/${waiting}/retry`)).toMatchObject({ status: 409 });
    expect(await client.post(`runs/${waiting}/retry`, { from: 'ask' })).toMatchObject({ status: 400 });
    expect(await client.post('runs/nothing/retry')).toMatchObject({ status: 404 });
    await client.post(`runs/${waiting}/cancel`);
  });
});
