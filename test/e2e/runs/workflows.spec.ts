import { allPagesOf, itemsOf, serve, type Body } from '../rest/server.js';
import { stage } from './stage.js';

const { app, client } = await serve(stage());
afterAll(() => app.close());

const STEPS = [{ id: 'say', capability: 'echo', input: '${ input.text }' }];

/** A workflow that can run. */
function written(name: string, version = '1.0.0', more: object = {}) {
  return { name, version, input: { text: 'text' }, steps: STEPS, ...more };
}

const YAML = `
name: from_yaml
version: 1.2.0
description: Says it, after somebody agreed.
input: { text: text }
steps:
  - id: ask
    approval: { message: "Say \${ input.text }?", timeout: 24h }
  - id: say
    capability: echo
    input: \${ input.text }
`;

function sendText(method: string, path: string, body: string, type = 'application/yaml') {
  return client.send(method, path, { body, headers: { 'content-type': type } });
}

function codesOf({ body }: { readonly body: Body }): string[] {
  const { problems } = body['details'] as { readonly problems: readonly Record<string, string>[] };
  return problems.map(({ code, path }) => `${code} ${path}`);
}

describe('PUT /workflows/:name', () => {
  it('stores a version, once', async () => {
    const first = await client.put('workflows/say_it', written('say_it'));
    expect(first).toMatchObject({
      status: 201,
      body: {
        name: 'say_it',
        version: '1.0.0',
        source: 'stored',
        createdAt: expect.stringMatching(/^\d{4}-/),
        definition: written('say_it'),
        versions: [{ version: '1.0.0', source: 'stored' }],
        warnings: [],
      },
    });
    expect(first.headers.get('location')).toBe('/api/v1/workflows/say_it?version=1.0.0');
    expect(await client.put('workflows/say_it', written('say_it'))).toMatchObject({ status: 200 });
    const other = written('say_it', '1.0.0', { description: 'Says it.' });
    expect(await client.put('workflows/say_it', other)).toMatchObject({
      status: 409,
      body: { code: 'WORKFLOW_VERSION_EXISTS' },
    });
    expect(await client.put('workflows/say_it', { ...other, version: '1.1.0' })).toMatchObject({
      status: 201,
    });
    expect(await client.get(String(first.headers.get('location')))).toMatchObject({
      body: { version: '1.0.0' },
    });
    expect(await client.get('workflows/say_it')).toMatchObject({ body: { version: '1.1.0' } });
    expect(await client.get('workflows/say_it?version=%5E1')).toMatchObject({ body: { version: '1.1.0' } });
  });

  it.each(['application/yaml', 'application/yaml; charset=utf-8', 'text/yaml', 'application/x-yaml'])(
    'takes %s',
    async (type) => {
      const answer = await sendText('PUT', 'workflows/from_yaml', YAML, type);
      expect([200, 201]).toContain(answer.status);
      expect(answer.body).toMatchObject({
        version: '1.2.0',
        definition: { steps: [{ id: 'ask' }, { id: 'say' }] },
      });
    },
  );

  it('stores what can be run by its name', async () => {
    await client.put('workflows/runnable', written('runnable'));
    await client.put(
      'workflows/runnable',
      written('runnable', '2.0.0', { output: '${ steps.say.output + "!" }' }),
    );
    const run = (workflow: string) => client.post('runs?wait=60s', { workflow, input: { text: 'hey' } });
    expect(await run('runnable')).toMatchObject({ status: 200, body: { output: 'hey!', version: '2.0.0' } });
    expect(await run('runnable@^1')).toMatchObject({
      status: 200,
      body: { output: 'hey', workflow: 'runnable' },
    });
    expect(await run('runnable@^3')).toMatchObject({ status: 404, body: { code: 'WORKFLOW_UNKNOWN' } });
    expect(await run('runable')).toMatchObject({
      status: 404,
      body: { detail: expect.stringContaining('"runnable"') },
    });
    expect(await run('runnable@nonsense')).toMatchObject({
      status: 400,
      body: { code: 'VERSION_RANGE_INVALID' },
    });
    expect(await client.post('runs', { workflow: 'runnable', input: { txt: 'hey' } })).toMatchObject({
      status: 400,
      body: { code: 'INPUT_INVALID' },
    });
  });

  it('tells every problem at once, that of the name included', async () => {
    const steps = [
      { id: 'a', capability: 'ecko', input: 'x' },
      { id: 'a', capability: 'echo', inptu: 'x' },
    ];
    const answer = await client.put('workflows/right', { name: 'wrong', steps });
    expect(answer).toMatchObject({ status: 400, body: { code: 'WORKFLOW_INVALID' } });
    expect(codesOf(answer)).toEqual([
      'NAME_DIFFERS $.name',
      'CAPABILITY_UNKNOWN $.steps[0].capability',
      'UNKNOWN_FIELD $.steps[1].inptu',
      'ID_REPEATED $.steps[1].id',
    ]);
    expect(await client.get('workflows/right')).toMatchObject({ status: 404 });
  });

  it.each([
    ['a list, which has no name', '[{"capability":"echo","input":"x"}]', 'NAME_DIFFERS $'],
    ['nothing', '', 'FIELD_MISSING $.name'],
    ['a text', '"x"', 'NOT_A_WORKFLOW $'],
    ['null', 'null', 'FIELD_MISSING $.name'],
  ])('refuses %s', async (_, body, problem) => {
    const answer = await sendText('PUT', 'workflows/nothing_much', body, 'application/json');
    expect(answer).toMatchObject({ status: 400, body: { code: 'WORKFLOW_INVALID' } });
    expect(codesOf(answer)).toContain(problem);
  });

  it.each([
    ['that cannot be read', 'name: [', 'DOCUMENT_MALFORMED'],
    ['with a key that stands there twice', 'name: a\nname: b', 'DOCUMENT_MALFORMED'],
    ['with a tag', 'name: !!js/function "x"', 'DOCUMENT_MALFORMED'],
    ['that stands for too much', `a: &a [x,x]\n${'b: &b [*a,*a]\n'.repeat(2)}`, 'DOCUMENT_MALFORMED'],
  ])('refuses YAML %s', async (_, body, code) => {
    const answer = await sendText('PUT', 'workflows/odd', body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'WORKFLOW_INVALID' } });
    expect(codesOf(answer)[0]).toContain(code);
  });

  it('refuses a definition of ten megabytes, and reads one of nearly one', async () => {
    const large = (bytes: number) =>
      written('large', '1.0.0', { description: 'x', output: 'x'.repeat(bytes) });
    expect(await client.put('workflows/large', large(10_000_000))).toMatchObject({
      status: 413,
      type: 'application/problem+json',
      body: { code: 'BODY_TOO_LARGE' },
    });
    expect(await client.post('runs', { definition: large(10_000_000) })).toMatchObject({ status: 413 });
    expect(codesOf(await client.put('workflows/large', large(1_500_000)))[0]).toContain('DOCUMENT_TOO_LARGE');
    // No output may be so large in one text, but it comes to the point of being told so.
    const nearly = Array.from({ length: 200 }, () => 'x'.repeat(5_000));
    expect(await client.put('workflows/large', { ...large(1), output: nearly })).toMatchObject({
      status: 201,
    });
  });

  it('takes YAML there and nowhere else', async () => {
    expect(await sendText('POST', 'runs', YAML)).toMatchObject({
      status: 415,
      body: { code: 'MEDIA_TYPE_UNSUPPORTED' },
    });
    expect(await sendText('PUT', 'workflows/from_yaml', YAML, 'text/plain')).toMatchObject({ status: 415 });
  });
});

describe('GET /workflows', () => {
  it('lists each workflow with its versions, page by page', async () => {
    const server = await serve(stage());
    for (const name of ['c', 'a', 'b']) await server.client.put(`workflows/${name}`, written(name));
    await server.client.put('workflows/a', written('a', '2.0.0-beta.1', { description: 'soon' }));
    await server.client.put('workflows/a', written('a', '1.10.0', { description: 'now' }));
    const items = await allPagesOf(server.client, 'workflows?limit=2');
    expect(items.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(items[0]).toMatchObject({
      version: '1.10.0',
      description: 'now',
      versions: [{ version: '2.0.0-beta.1' }, { version: '1.10.0' }, { version: '1.0.0' }],
    });
    expect(itemsOf(await server.client.get('workflows?cursor=b')).map(({ name }) => name)).toEqual(['c']);
    await server.app.close();
  });

  it.each([
    ['GET', 'workflows?limit=0', 400, 'REQUEST_INVALID'],
    ['GET', 'workflows?name=a', 400, 'REQUEST_INVALID'],
    ['GET', 'workflows?cursor=%C3%BC', 400, 'CURSOR_INVALID'],
    ['GET', 'workflows/nothing', 404, 'WORKFLOW_UNKNOWN'],
    ['GET', 'workflows/nothing?version=newest', 400, 'VERSION_RANGE_INVALID'],
    ['GET', `workflows/${'w'.repeat(201)}`, 400, 'REQUEST_INVALID'],
    ['GET', 'workflows/nothing?versions=1', 400, 'REQUEST_INVALID'],
    ['DELETE', 'workflows/nothing', 404, 'WORKFLOW_UNKNOWN'],
    ['DELETE', 'workflows/nothing?version=1.0.0', 404, 'WORKFLOW_UNKNOWN'],
    ['DELETE', 'workflows/nothing?version=%5E1', 400, 'REQUEST_INVALID'],
  ])('answers %s %s with %d %s', async (method, path, status, code) => {
    expect(await client.send(method, path)).toMatchObject({ status, body: { code } });
  });
});

describe('DELETE /workflows/:name', () => {
  it('removes one version, or all', async () => {
    for (const version of ['1.0.0', '1.1.0', '2.0.0'])
      await client.put('workflows/old', written('old', version));
    expect(await client.delete('workflows/old?version=2.0.0')).toMatchObject({ status: 204, text: '' });
    expect(await client.get('workflows/old')).toMatchObject({ body: { version: '1.1.0' } });
    expect(await client.delete('workflows/old')).toMatchObject({ status: 204 });
    expect(await client.get('workflows/old')).toMatchObject({ status: 404 });
  });

  it('leaves one that another workflow runs', async () => {
    await client.put('workflows/inner', written('inner'));
    const outer = { name: 'outer', steps: [{ id: 'go', workflow: 'inner@^1', input: { text: 'x' } }] };
    expect(await client.put('workflows/outer', outer)).toMatchObject({ status: 201 });
    expect(await client.delete('workflows/inner')).toMatchObject({
      status: 409,
      body: { code: 'WORKFLOW_IN_USE', details: { usedBy: ['outer@1.0.0'] } },
    });
    expect(await client.delete('workflows/outer')).toMatchObject({ status: 204 });
    expect(await client.delete('workflows/inner')).toMatchObject({ status: 204 });
  });
});

describe('POST /workflows/validate', () => {
  it('finds nothing wrong with what can run, and says what may be better', async () => {
    expect(await client.post('workflows/validate', written('fine'))).toMatchObject({
      status: 200,
      body: { valid: true, problems: [], warnings: [] },
    });
    const pinned = written('fine', '1.0.0', { steps: [{ capability: 'echo', agent: 'parrot', input: 'x' }] });
    expect(await client.post('workflows/validate', pinned)).toMatchObject({
      body: { valid: true, warnings: [{ code: 'AGENT_PINNED', path: '$.steps[0].agent' }] },
    });
    expect(await sendText('POST', 'workflows/validate', YAML)).toMatchObject({ body: { valid: true } });
    expect(await client.get('workflows/fine')).toMatchObject({ status: 404 });
  });

  it('lists all problems at once, with 200', async () => {
    const { status, body } = await client.post('workflows/validate', {
      name: 'Not A Name',
      version: 'one',
      steps: [
        { id: 'a', capability: 'ecko', input: 'x' },
        { id: 'b', capability: 'echo', input: '${ steps.z.output }', after: ['c'] },
        { id: 'c', capability: 'echo', input: '${ 1 + }', after: ['b'] },
      ],
    });
    expect({ status, valid: body['valid'] }).toEqual({ status: 200, valid: false });
    const codes = (body['problems'] as Body[]).map(({ code }) => code);
    expect(codes).toEqual(
      expect.arrayContaining(['NAME_INVALID', 'VERSION_INVALID', 'CAPABILITY_UNKNOWN', 'REFERENCE_UNKNOWN']),
    );
    expect(codes.length).toBeGreaterThanOrEqual(5);
  });

  it.each([
    ['name: [', 'application/yaml'],
    ['{}', 'application/json'],
    ['7', 'application/json'],
  ])('says what is wrong with %p as %s', async (body, type) => {
    const answer = await sendText('POST', 'workflows/validate', body, type);
    expect(answer).toMatchObject({ status: 200, body: { valid: false } });
    expect(answer.body['problems']).not.toEqual([]);
  });

  it('is none for what is no JSON', async () => {
    expect(await client.postRaw('workflows/validate', '{')).toMatchObject({
      status: 400,
      body: { code: 'REQUEST_MALFORMED' },
    });
  });
});

describe('a picture', () => {
  it('of a workflow shows its steps, and those of the workflows that it runs', async () => {
    await client.put('workflows/inside', written('inside'));
    const steps = [{ id: 'go', workflow: 'inside', input: { text: 'x' } }];
    await client.put('workflows/drawn', { name: 'drawn', version: '1.1.0', steps });
    const answer = await client.get('workflows/drawn/graph?version=%5E1');
    expect(answer).toMatchObject({ status: 200, type: 'text/vnd.mermaid' });
    expect(answer.text).toMatch(/^flowchart TD\n/);
    expect(answer.text).toContain('drawn 1.1.0');
    expect(answer.text).toContain('subgraph');
    expect(await client.get('workflows/drawn/graph?version=2')).toMatchObject({
      status: 404,
      body: { code: 'WORKFLOW_UNKNOWN' },
    });
  });

  it('of a run shows each step with its status, also when the workflow is gone', async () => {
    await client.put('workflows/inside_run', written('inside_run'));
    const steps = [
      { id: 'go', workflow: 'inside_run', input: { text: 'x' } },
      { id: 'fail', capability: 'throw' },
      { id: 'never', capability: 'echo', input: 'x' },
    ];
    const { body } = await client.post('runs?wait=60s', { definition: { name: 'drawn_run', steps } });
    expect(body).toMatchObject({ status: 'failed' });
    await client.delete('workflows/inside_run');
    const answer = await client.get(`runs/${body['runId'] as string}/graph`);
    expect(answer).toMatchObject({ status: 200, type: 'text/vnd.mermaid' });
    expect(answer.text).toContain('class s0,s0_0 succeeded');
    expect(answer.text).toContain('class s1 failed');
    expect(answer.text).toContain('class s2 pending');
    expect(await client.get('runs/nothing/graph')).toMatchObject({
      status: 404,
      body: { code: 'RUN_UNKNOWN' },
    });
  });
});

describe('GET /schemas/workflow.json', () => {
  it('is a JSON Schema', async () => {
    const answer = await client.get('schemas/workflow.json');
    expect(answer).toMatchObject({ status: 200, type: 'application/schema+json' });
    expect(answer.body).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema' });
  });
});
