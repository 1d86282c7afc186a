import { get as httpGet, type IncomingMessage } from 'node:http';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { Clock, Logger } from '../../common/index.js';
import { WorkflowRunner, type RunStep } from '../../orchestration/index.js';
import { RecordingLogger } from '../../testing/recording-logger.js';
import { ScriptedRunner } from '../../testing/workflows/scripted-runner.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import { EventStreams } from './event-streams.service.js';
import { RunDetailsController } from './run-details.controller.js';
import { RunsController } from './runs.controller.js';

const LIST = [{ capability: 'echo', input: 'x' }];

/** The routes of runs on a real server, before a runner that is what the test makes of it. */
async function serve(runner: ScriptedRunner) {
  const clock = new VirtualClock();
  const module = await Test.createTestingModule({
    controllers: [RunsController, RunDetailsController],
    providers: [
      EventStreams,
      { provide: WorkflowRunner, useValue: runner },
      { provide: Clock, useValue: clock },
      { provide: Logger, useValue: new RecordingLogger() },
    ],
  }).compile();
  const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
  await app.listen(0, '127.0.0.1');
  const url = `${await app.getUrl()}/api/v1/runs`;
  return { app, clock, url };
}

async function post(url: string, body?: unknown, headers: Record<string, string> = {}) {
  const json = body === undefined ? {} : { 'content-type': 'application/json' };
  const init = { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify(body) };
  return read(await fetch(url, init));
}

async function read(response: Response) {
  const text = await response.text();
  const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
  return { status: response.status, headers: response.headers, body };
}

/** An answer whose body is read as it comes. */
function open(url: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => httpGet(url, { headers }, resolve).on('error', reject));
}

/** Resolves as soon as it holds; the test's own time limit ends it otherwise. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return text;
}

describe('the routes of runs', () => {
  let runner: ScriptedRunner;
  let server: Awaited<ReturnType<typeof serve>>;

  beforeEach(async () => {
    runner = new ScriptedRunner();
    server = await serve(runner);
  });
  afterEach(() => server.app.close());

  it('hand all of a start to the runner', async () => {
    const body = { workflow: 'market_brief@^1', input: { topic: 'x' }, priority: -3, durability: 'memory' };
    const answer = await post(server.url, body, { 'idempotency-key': 'order-7' });
    expect(answer).toMatchObject({
      status: 202,
      body: { runId: 'run-1', createdAt: '1970-01-01T00:00:00.000Z' },
    });
    expect(answer.headers.get('location')).toBe('/api/v1/runs/run-1');
    const options = { priority: -3, durability: 'memory', idempotencyKey: 'order-7' };
    expect(runner.starts).toEqual([{ source: 'market_brief@^1', input: { topic: 'x' }, options }]);
  });

  it.each([
    [{}, 'workflow or definition is required'],
    [{ workflow: 'a', definition: LIST }, 'exclude each other'],
    [{ workflow: '' }, '$.workflow'],
    [{ definition: LIST, priority: 101 }, '$.priority'],
    [{ definition: LIST, priority: 0.5 }, '$.priority'],
    [{ definition: LIST, durability: 'for ever' }, '$.durability'],
    [{ definition: LIST, by: 'me' }, '"by"'],
  ])('refuse to start %j', async (body, text) => {
    const answer = await post(server.url, body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'REQUEST_INVALID' } });
    expect(answer.body['detail']).toContain(text);
    expect(runner.starts).toEqual([]);
  });

  it.each(['', 'a b', 'ü', 'k'.repeat(201)])('refuse the idempotency key %p', async (key) => {
    const answer = await post(server.url, { definition: LIST }, { 'idempotency-key': key });
    expect(answer).toMatchObject({ status: 400, body: { code: 'REQUEST_INVALID' } });
    expect(answer.body['detail']).toContain("$['idempotency-key']");
  });

  it('let a client that goes away while it waits end only the waiting', async () => {
    const leaving = new AbortController();
    const waiting = fetch(`${server.url}?wait=60s`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ definition: LIST }),
      signal: leaving.signal,
    });
    await until(() => runner.waiters === 1);
    leaving.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    await until(() => runner.waiters === 0);
    expect(runner.run.status).toBe('running');
    expect(runner.told).toEqual([]);
  });

  it('hand the filters of a list to the runner', async () => {
    const query =
      'status=failed&workflow=brief&createdFrom=1970-01-01T00:00:01Z&createdTo=1970-01-01T01:00:00%2B01:00';
    expect(await read(await fetch(`${server.url}?${query}`))).toMatchObject({
      status: 200,
      body: { nextCursor: null },
    });
    const filter = { status: 'failed', workflow: 'brief', createdFrom: 1_000, createdTo: 0, limit: 50 };
    expect(runner.told).toEqual([filter]);
  });

  it.each(['createdFrom=yesterday', 'createdTo=2026-01-31', 'createdFrom=1', 'limit=0', 'state=failed'])(
    'refuse to list by %s',
    async (query) => {
      expect(await read(await fetch(`${server.url}?${query}`))).toMatchObject({
        status: 400,
        body: { code: 'REQUEST_INVALID' },
      });
    },
  );

  it('tell the instants of a run and of its waits', async () => {
    const wait = {
      key: 'approve',
      stepId: 'approve',
      kind: 'approval',
      subject: 'Go?',
      openedAt: 1,
      dueAt: 2,
    } as const;
    runner.run = { ...runner.run, status: 'waiting', startedAt: 1, deadlineAt: 3, waits: [wait] };
    expect((await read(await fetch(`${server.url}/run-1`))).body).toMatchObject({
      startedAt: '1970-01-01T00:00:00.001Z',
      deadlineAt: '1970-01-01T00:00:00.003Z',
      waits: [{ ...wait, openedAt: '1970-01-01T00:00:00.001Z', dueAt: '1970-01-01T00:00:00.002Z' }],
    });
  });

  it('bring a run signals and answers, and take nobody’s word for who sends them', async () => {
    expect(await post(`${server.url}/run-1/signals/paid`, { payload: { amount: 3 } })).toMatchObject({
      status: 202,
    });
    expect(await post(`${server.url}/run-1/signals/paid`)).toMatchObject({ status: 202 });
    const approval = `${server.url}/run-1/approvals/brief%2Fapprove`;
    expect(await post(approval, { approved: true, comment: ' fine ' })).toMatchObject({ status: 200 });
    expect(runner.told).toEqual([
      { name: 'paid', payload: { amount: 3 } },
      { name: 'paid', payload: undefined },
      { stepId: 'brief/approve', answer: { approved: true, comment: 'fine' } },
    ]);
    for (const body of [{ approved: true, by: 'me' }, { approved: 'yes' }, {}]) {
      expect(await post(approval, body)).toMatchObject({ status: 400, body: { code: 'REQUEST_INVALID' } });
    }
    expect(await post(`${server.url}/run-1/signals/paid`, { amount: 3 })).toMatchObject({ status: 400 });
  });

  it('answer a cancel whose undoing takes long with the run as it is then', async () => {
    runner.canceling = new Promise(() => {});
    const canceling = post(`${server.url}/run-1/cancel`, { reason: 'late' });
    await until(() => runner.told.length === 1);
    await server.clock.advanceAsync(60_000);
    expect(await canceling).toMatchObject({ status: 202, body: { status: 'running' } });
    expect(runner.told).toEqual([{ cancel: 'late' }]);
  });

  it('answer a retry with where to look', async () => {
    const answer = await post(`${server.url}/run-1/retry`);
    expect([answer.status, answer.headers.get('location')]).toEqual([202, '/api/v1/runs/run-1']);
    expect(await post(`${server.url}/run-1/retry`, { from: 'a' })).toMatchObject({ status: 400 });
  });

  it('page steps by their keys', async () => {
    const step: RunStep = { key: '', stepId: 'each', kind: 'task', status: 'succeeded' };
    runner.stepList = Array.from({ length: 5 }, (_, item) => ({ ...step, key: `each[${item}]`, item }));
    const first = await read(await fetch(`${server.url}/run-1/steps?limit=3`));
    expect(first.body['nextCursor']).toBe('each[2]');
    const next = await read(await fetch(`${server.url}/run-1/steps?limit=3&cursor=each%5B2%5D`));
    expect(next.body).toMatchObject({ items: [{ item: 3 }, { item: 4 }], nextCursor: null });
    const gone = await read(await fetch(`${server.url}/run-1/steps?cursor=gone`));
    expect(gone).toMatchObject({ status: 400, body: { code: 'CURSOR_INVALID' } });
  });

  describe('follow a run', () => {
    it('from the place that the client says, each event once, to the end', async () => {
      runner.tell('run.started');
      runner.tell('step.started', { key: 'a' });
      const first = await open(`${server.url}/run-1/events`);
      expect(first.headers).toMatchObject({
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
      });
      const resumed = await open(`${server.url}/run-1/events?lastEventId=1.1.0`, {
        'last-event-id': '1.2.0',
      });
      const byQuery = await open(`${server.url}/run-1/events?lastEventId=1.1.0`);
      runner.end();
      const ids = async (stream: IncomingMessage) =>
        [...(await textOf(stream)).matchAll(/^id: (.*)$/gm)].map(([, id]) => id);
      expect(await ids(first)).toEqual(['1.1.0', '1.2.0', '1.3.0']);
      expect(await ids(resumed)).toEqual(['1.3.0']);
      expect(await ids(byQuery)).toEqual(['1.2.0', '1.3.0']);
      expect(runner.followers).toBe(0);
    });

    it('tell a client that has seen everything not to come back', async () => {
      runner.tell('run.started');
      runner.end();
      const url = `${server.url}/run-1/events`;
      expect(await textOf(await open(url, { 'last-event-id': '1.1.0' }))).toContain('id: 1.2.0');
      expect((await open(url, { 'last-event-id': '1.2.0' })).statusCode).toBe(204);
    });

    it('stop when the client leaves, and when the server does', async () => {
      const leaving = await open(`${server.url}/run-1/events`);
      const staying = await open(`${server.url}/run-1/events`);
      await until(() => runner.followers === 2);
      leaving.destroy();
      await until(() => runner.followers === 1);
      const rest = textOf(staying);
      await server.app.close();
      expect(await rest).toBe(':\n\n');
      expect(runner.followers).toBe(0);
    });

    it('hold no event that a client does not read', async () => {
      const slow = await open(`${server.url}/run-1/events`);
      const output = 'x'.repeat(1_000_000);
      for (let count = 0; count < 50; count++) runner.tell('step.finished', { output });
      await until(() => runner.yielded > 0);
      for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
      expect(runner.yielded).toBeLessThan(50);
      runner.end();
      expect((await textOf(slow)).match(/^id: /gm)).toHaveLength(51);
    });

    it('answer HEAD without following', async () => {
      const response = await fetch(`${server.url}/run-1/events`, { method: 'HEAD' });
      expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
      await until(() => runner.followers === 0);
    });

    it.each([
      ['run-1/events?lastEventId=7', {}, 400, 'REQUEST_INVALID'],
      ['run-1/events', { 'last-event-id': '1.2' }, 400, 'REQUEST_INVALID'],
      ['run-1/events?after=1.1.0', {}, 400, 'REQUEST_INVALID'],
      ['run-2/events', {}, 404, 'RUN_UNKNOWN'],
    ])('refuse %s with %j', async (path, headers, status, code) => {
      const answer = await read(
        await fetch(`${server.url}/${path}`, { headers: headers as Record<string, string> }),
      );
      expect(answer).toMatchObject({ status, body: { code } });
      expect(runner.followers).toBe(0);
    });
  });
});
