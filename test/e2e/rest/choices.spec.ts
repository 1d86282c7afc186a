import { Module } from '@nestjs/common';
import { Agent, CadreModule, SelectionStrategy, type Candidate, type RanksCandidates } from 'cadre';
import { itemsOf, serve, type Body } from './server.js';

@Agent('echo', { name: 'parrot', maxConcurrentTasks: 4, costPerTaskUsd: 0.25 })
class ParrotAgent {
  execute(text: string): string {
    return text;
  }
}

@Agent('echo', { name: 'mynah', version: '2.0.0', maxConcurrentTasks: 4 })
class MynahAgent {
  execute(text: string): string {
    if (text === 'silence') throw new TypeError('has nothing to say');
    return text;
  }
}

@Agent('echo', { name: 'lyrebird', region: 'oceania' })
class LyrebirdAgent {
  execute(text: string): string {
    return text;
  }
}

/** Prefers long names; `seeded` so that its choices can be repeated. */
@SelectionStrategy('longest-name')
class LongestNameStrategy implements RanksCandidates {
  readonly evidenceNames = ['length'];

  select(candidates: readonly Candidate[]) {
    return this.#decide(candidates.map(({ name }) => name.length));
  }

  replay({ evidence = [] }: { readonly evidence?: readonly number[] }) {
    return this.#decide(evidence);
  }

  #decide(lengths: readonly number[]) {
    const most = Math.max(...lengths);
    return { index: lengths.indexOf(most), reason: `${most} letters`, scores: lengths, evidence: lengths };
  }
}

@SelectionStrategy('moody')
class MoodyStrategy implements RanksCandidates {
  select(): never {
    throw new TypeError('not today');
  }
}

@Module({
  imports: [CadreModule.forRoot({ selection: { strategy: 'longest-name' } })],
  providers: [ParrotAgent, MynahAgent, LyrebirdAgent, LongestNameStrategy, MoodyStrategy],
})
class BirdsModule {}

const { app, client } = await serve(BirdsModule);
afterAll(() => app.close());

/** Runs a task and answers the recorded choice of its last attempt. */
async function choiceOf(body: object): Promise<Body> {
  const answer = await client.task('echo', body);
  const { taskId } = (answer.body['task'] ?? answer.body) as { taskId: string };
  return itemsOf(await client.get(`tasks/${taskId}/choices`)).at(-1)!;
}

describe('where a task is done', () => {
  const done = async (body: object) => (await client.task('echo', { input: 'hi', ...body })).body;

  it('never leaves its places: who is elsewhere, or nowhere, is excluded', async () => {
    const answer = await done({ residency: 'oceania' });
    expect(answer).toMatchObject({
      agent: 'lyrebird',
      choice: { excluded: [{ code: 'residency' }, { code: 'residency' }] },
    });
    const refused = await client.task('echo', { input: 'hi', residency: ['eu', 'us'] });
    expect(refused).toMatchObject({ status: 503, body: { code: 'NO_AGENT_AVAILABLE' } });
  });

  it('is the nearest first, and elsewhere where nobody is near', async () => {
    const near = await done({ preferredRegions: ['eu', 'oceania'], strategy: 'first' });
    expect(near).toMatchObject({
      agent: 'lyrebird',
      choice: { excluded: [{ code: 'farther' }, { code: 'farther' }] },
    });
    expect(await done({ preferredRegions: ['eu'], strategy: 'first' })).toMatchObject({ agent: 'parrot' });
  });

  it('is done in a range of versions', async () => {
    expect(await done({ versionRange: '^2.0.0' })).toMatchObject({ agent: 'mynah', version: '2.0.0' });
    const wrong = await client.task('echo', { input: 'hi', versionRange: 'newest!' });
    expect(wrong).toMatchObject({ status: 400, body: { code: 'VERSION_RANGE_INVALID' } });
  });

  it('goes by the hints of a task that names no strategy', async () => {
    const strategyFor = async (body: object) =>
      (await client.post('capabilities/echo/choices', body)).body['strategy'];
    expect(await strategyFor({ priority: 'urgent' })).toBe('fastest');
    expect(await strategyFor({ priority: 'urgent', criticality: 'critical' })).toBe('most-reliable');
    expect(await strategyFor({ priority: 'urgent', strategy: 'first' })).toBe('first');
    expect(await strategyFor({})).toBe('longest-name');
    expect((await client.post('capabilities/echo/choices', { priority: 'high' })).status).toBe(400);
  });

  it('tells of a choice that is only asked for, too, why an agent is not the one', async () => {
    const whyNot = async (agent: string, body: object) =>
      (await client.post('capabilities/echo/choices', { ...body, whyNot: agent })).body;
    expect(await whyNot('parrot', {})).toMatchObject({
      chosen: { agent: 'lyrebird' },
      whyNot: { verdict: 'outscored', margin: 2 },
    });
    expect(await whyNot('parrot', { residency: 'oceania' })).toMatchObject({
      whyNot: { verdict: 'excluded', code: 'residency' },
    });
  });

  it('goes by what the steps of a workflow say', async () => {
    const steps = [
      { id: 'here', capability: 'echo', input: 'hi', residency: 'oceania', criticality: 'critical' },
      { id: 'near', capability: 'echo', input: 'hi', preferredRegions: ['oceania'], priority: 'urgent' },
    ];
    const { body } = await client.post('runs?wait=60s', { definition: { name: 'tour', steps } });
    const told = itemsOf(await client.get(`runs/${String(body['runId'])}/steps`));
    expect(told).toMatchObject([
      { agent: 'lyrebird', choice: { strategy: 'most-reliable' } },
      { agent: 'lyrebird', choice: { strategy: 'fastest' } },
    ]);
    const recorded = itemsOf(await client.get('choices?workflow=tour'));
    expect(recorded).toMatchObject([{ priority: 'urgent' }, { criticality: 'critical' }]);
  });
});

describe('a recorded choice over REST', () => {
  it('tells who was chosen, among whom, why, and what came of it', async () => {
    const choice = await choiceOf({ input: 'hi', criticality: 'normal', region: undefined });
    expect(choice).toMatchObject({
      id: `${String(choice['taskId'])}.1`,
      at: expect.stringMatching(/Z$/),
      kind: 'chosen',
      strategy: 'longest-name',
      chosen: { agent: 'lyrebird', version: '1.0.0' },
      reason: '8 letters',
      propensity: 1,
      candidates: [
        { agent: 'parrot', inFlight: 0, maxConcurrentTasks: 4, score: 6, evidence: { length: 6 } },
        { agent: 'mynah', evidence: { length: 5 } },
        { agent: 'lyrebird', evidence: { length: 8 } },
      ],
      excluded: [],
      outcome: { verdict: 'succeeded', costUsd: 0 },
    });
    expect((await client.get(`choices/${String(choice['id'])}`)).body).toEqual(choice);
  });

  it('tells why another one was not chosen, and what would have had to be different', async () => {
    const { id } = await choiceOf({ input: 'hi', tags: [], region: 'oceania' });
    const whyNot = (agent: string, choice = id) =>
      client.get(`choices/${String(choice)}/why-not?agent=${agent}`);
    expect((await whyNot('parrot')).body).toMatchObject({
      verdict: 'excluded',
      code: 'region',
      reason: 'runs in no region, not in oceania',
      remedy: expect.stringContaining('region'),
    });
    expect((await whyNot('lyrebird')).body).toMatchObject({ verdict: 'chosen' });
    expect((await whyNot('dodo')).body).toMatchObject({ verdict: 'absent' });
    const open = await choiceOf({ input: 'hi' });
    expect((await whyNot('parrot@1.0.0', open['id'])).body).toMatchObject({
      verdict: 'outscored',
      score: 6,
      chosenScore: 8,
      margin: 2,
      changes: [{ what: 'length', from: 6, to: expect.any(Number) }],
    });
    expect((await client.get(`choices/${String(id)}/why-not`)).status).toBe(400);
  });

  it.each(['longest-name', 'first', 'random', 'round-robin', 'least-loaded'])(
    'comes out the same when the choice by %s is made again',
    async (strategy) => {
      const { id } = await choiceOf({ input: 'hi', strategy });
      const { body } = await client.post(`choices/${String(id)}/replay`);
      expect(body).toMatchObject({ status: 'same', findings: [] });
      expect(body['replayed']).toEqual(body['recorded']);
    },
  );

  it('says that a strategy misbehaved, and the task is done all the same', async () => {
    const choice = await choiceOf({ input: 'hi', strategy: 'moody' });
    expect(choice).toMatchObject({
      kind: 'defaulted',
      chosen: { agent: 'parrot' },
      reason: 'the first one, as the strategy "moody" failed: not today',
      outcome: { verdict: 'succeeded' },
    });
    const { body } = await client.post(`choices/${String(choice['id'])}/replay`);
    expect(body).toMatchObject({ status: 'impossible' });
  });

  it('is kept for each attempt, with what came of it', async () => {
    const { body } = await client.task('echo', {
      input: 'silence',
      agent: 'mynah',
      whenUnavailable: 'alternative',
    });
    const choices = itemsOf(await client.get(`tasks/${String(body['taskId'])}/choices`));
    expect(choices).toMatchObject([
      { attempt: 1, chosen: { agent: 'mynah' }, outcome: { verdict: 'failed', errorCode: 'AGENT_FAILED' } },
      { attempt: 2, chosen: { agent: 'lyrebird' }, outcome: { verdict: 'succeeded' } },
    ]);
  });

  it('is listed by what it was for and whom it chose, page by page', async () => {
    const first = await client.get('choices?agent=lyrebird&strategy=longest-name&limit=1');
    expect(itemsOf(first)).toMatchObject([{ chosen: { agent: 'lyrebird' } }]);
    const next = await client.get(
      `choices?agent=lyrebird&limit=1&cursor=${String(first.body['nextCursor'])}`,
    );
    expect(itemsOf(next)).toHaveLength(1);
    expect(itemsOf(next)).not.toEqual(itemsOf(first));
    const none = ['capability=sing', 'workflow=brief', 'to=2000-01-01T00:00:00Z', 'agent=dodo'];
    for (const query of none) expect(itemsOf(await client.get(`choices?${query}`))).toEqual([]);
  });

  it('is listed by the tenant it was made for', async () => {
    const { id } = await choiceOf({ input: 'hi', tenant: 'acme' });
    await choiceOf({ input: 'hi', tenant: 'globex' });
    expect(itemsOf(await client.get('choices?tenant=acme'))).toMatchObject([{ id, tenant: 'acme' }]);
    expect(itemsOf(await client.get('choices?tenant=nobody'))).toEqual([]);
  });

  it('is a problem where it is asked for wrongly', async () => {
    expect(await client.get('choices/nobody.1')).toMatchObject({
      status: 404,
      body: { code: 'CHOICE_UNKNOWN' },
    });
    expect(await client.post('choices/nobody.1/replay')).toMatchObject({ status: 404 });
    expect(await client.get('choices?cursor=x')).toMatchObject({
      status: 400,
      body: { code: 'CURSOR_INVALID' },
    });
    expect(await client.get('choices?color=red')).toMatchObject({
      status: 400,
      body: { code: 'REQUEST_INVALID' },
    });
    expect(itemsOf(await client.get('tasks/nobody/choices'))).toEqual([]);
  });
});
