import { PatientAgent } from '../rest/agents.js';
import { serve } from '../rest/server.js';
import { EventClient, type StreamEvent } from './event-client.js';
import { stage } from './stage.js';

const { app, client } = await serve(stage());
afterAll(() => app.close());

const ECHO_TWICE = [
  { id: 'one', capability: 'echo', input: 'x' },
  { id: 'two', capability: 'echo' },
];
const ASK = [
  { id: 'before', capability: 'echo', input: 'x' },
  { id: 'ask', approval: { message: 'Go on?' } },
  { id: 'after', capability: 'echo', input: 'y' },
];

const idsOf = (events: readonly StreamEvent[]): string[] => events.map(({ id }) => id);
const told = (events: readonly StreamEvent[]): string[] =>
  events.map(({ type, data }) => (data['key'] === undefined ? type : `${type} ${data['key'] as string}`));

async function start(definition: unknown, wait = ''): Promise<{ runId: string; url: string }> {
  const { body } = await client.post(`runs${wait}`, { definition });
  const runId = String(body['runId']);
  return { runId, url: `${client.url}/api/v1/runs/${runId}/events` };
}

describe('the events of a run', () => {
  it('tell an ended one from its first to its last', async () => {
    const { runId, url } = await start(ECHO_TWICE, '?wait=60s');
    const stream = await EventClient.open(url);
    expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(stream.headers.get('cache-control')).toBe('no-store');
    const events = await stream.all();
    expect(told(events)).toEqual([
      'run.started',
      'step.started one',
      'step.finished one',
      'step.started two',
      'step.finished two',
      'run.finished',
    ]);
    const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    for (const { data } of events) expect(data).toMatchObject({ runId, at });
    expect(events[2]?.data).toMatchObject({
      status: 'succeeded',
      output: 'x',
      startedAt: at,
      finishedAt: at,
    });
    expect(events.at(-1)?.data).toMatchObject({ status: 'succeeded' });
  });

  it('miss nothing and repeat nothing wherever a client comes back', async () => {
    const { url } = await start(ECHO_TWICE, '?wait=60s');
    const all = idsOf(await (await EventClient.open(url)).all());
    for (const [index, id] of all.entries()) {
      const back = await EventClient.open(url, id);
      expect(idsOf(await back.all())).toEqual(all.slice(index + 1));
      expect(back.status).toBe(index === all.length - 1 ? 204 : 200);
      expect(idsOf(await (await EventClient.open(`${url}?lastEventId=${id}`)).all())).toEqual(
        all.slice(index + 1),
      );
    }
  });

  it('reach two clients as they come, one of which leaves and comes back', async () => {
    const { runId, url } = await start(ASK);
    const steady = (await EventClient.open(url)).all();
    const first = await (await EventClient.open(url)).upTo('step.waiting');
    expect(first.at(-1)?.data).toMatchObject({ key: 'ask', kind: 'approval', subject: 'Go on?' });
    const back = (await EventClient.open(url, first.at(-1)?.id)).all();
    expect(await client.post(`runs/${runId}/approvals/ask`, { approved: true })).toMatchObject({
      status: 200,
    });
    const rest = await back;
    const all = await steady;
    expect(idsOf([...first, ...rest])).toEqual(idsOf(all));
    expect(new Set(idsOf(all)).size).toBe(all.length);
    expect(told(all).at(-1)).toBe('run.finished');
  });

  it('tell the same, whenever a client leaves', async () => {
    const { url } = await start([
      { id: 'list', capability: 'echo', input: '${ item }', forEach: { items: Array.from('abcdefgh') } },
    ]);
    const steady = (await EventClient.open(url)).all();
    const seen: StreamEvent[] = [];
    let isOver = false;
    while (!isOver) {
      const stream = await EventClient.open(url, seen.at(-1)?.id);
      if (stream.status === 204) break;
      const more = await stream.upTo('step.finished');
      seen.push(...more);
      isOver = more.at(-1)?.type === 'run.finished';
    }
    expect(idsOf(seen)).toEqual(idsOf(await steady));
  });

  it('bring what agents yield while they work', async () => {
    const { url } = await start([{ id: 'talk', capability: 'chatter', input: 2 }]);
    const progress = (await (await EventClient.open(url)).all()).filter(
      ({ type }) => type === 'step.progress',
    );
    expect(progress.map(({ data }) => data['key'])).toEqual(['talk', 'talk']);
  });

  it('end when the server stops, which does not wait for its clients', async () => {
    const server = await serve(stage());
    const { body } = await server.client.post('runs', { definition: ASK });
    const url = `${server.client.url}/api/v1/runs/${String(body['runId'])}/events`;
    const streams = await Promise.all([EventClient.open(url), EventClient.open(url)]);
    const ends = streams.map((stream) => stream.all());
    await server.app.close();
    for (const events of await Promise.all(ends)) expect(told(events)).not.toContain('step.finished ask');
  });

  it('leave the run alone when the client goes away', async () => {
    const server = await serve(stage());
    const patient = server.app.get(PatientAgent);
    const { body } = await server.client.post('runs', { definition: [{ capability: 'patience', input: 1 }] });
    const path = `runs/${String(body['runId'])}`;
    const stream = await EventClient.open(`${server.client.url}/api/v1/${path}/events`);
    await patient.hasBegun;
    stream.leave();
    patient.finish('done');
    expect(await server.client.get(path)).toMatchObject({ status: 200 });
    expect(await (await EventClient.open(`${server.client.url}/api/v1/${path}/events`)).all()).toContainEqual(
      expect.objectContaining({
        type: 'run.finished',
        data: expect.objectContaining({ status: 'succeeded' }),
      }),
    );
    await server.app.close();
  });

  it.each([
    ['?lastEventId=nonsense', undefined, 400, 'REQUEST_INVALID'],
    ['', 'nonsense', 400, 'REQUEST_INVALID'],
    ['', '1.2', 400, 'REQUEST_INVALID'],
    ['?from=1', undefined, 400, 'REQUEST_INVALID'],
  ])('refuse %p with the id %p', async (query, id, status, code) => {
    const { runId } = await start(ECHO_TWICE, '?wait=60s');
    const headers: Record<string, string> = id === undefined ? {} : { 'last-event-id': id };
    const answer = await client.get(`runs/${runId}/events${query}`, headers);
    expect(answer).toMatchObject({ status, type: 'application/problem+json', body: { code } });
  });

  it('of an unknown run are a problem', async () => {
    expect(await client.get('runs/nothing/events')).toMatchObject({
      status: 404,
      body: { code: 'RUN_UNKNOWN' },
    });
  });
});
