import { troupe } from './agents.js';
import { serve, type Body } from './server.js';

const { app, client } = await serve(troupe());
afterAll(() => app.close());

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema?: Body;
}

interface Operation {
  readonly operationId: string;
  readonly summary?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Body }>> };
  readonly responses: Readonly<Record<string, { readonly description?: string; readonly content?: Body }>>;
}

const { body: document } = await client.get('/openapi.json');
const paths = document['paths'] as Readonly<Record<string, Readonly<Record<string, Operation>>>>;
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    route: `${method.toUpperCase()} ${path}`,
    path,
    operation,
  })),
);

/** The schema that a `$ref` leads to, or the schema itself. */
function resolve(schema: Body): Body {
  const reference = schema['$ref'];
  if (typeof reference !== 'string') return schema;
  const steps = reference.split('/').slice(1);
  return steps.reduce<Body>((place, step) => place[step] as Body, document);
}

/** Every `$ref` below a value. */
function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) =>
    key === '$ref' && typeof part === 'string' ? [part] : referencesIn(part),
  );
}

function operationOf(route: string): Operation {
  const found = operations.find((entry) => entry.route === route);
  if (found === undefined) throw new TypeError(`no operation ${route}`);
  return found.operation;
}

function bodySchemaOf(route: string): Body {
  return resolve(operationOf(route).requestBody?.content['application/json']?.schema ?? {});
}

describe('the OpenAPI document', () => {
  it('is 3.1 and says what it is of', () => {
    expect(document).toMatchObject({
      openapi: '3.1.0',
      info: { title: 'Cadre', version: expect.stringMatching(/^\d+\.\d+\.\d+/) },
    });
  });

  it('has every route of the REST interface', () => {
    expect(operations.map(({ route }) => route).toSorted()).toEqual([
      'DELETE /api/v1/agents/{name}',
      'DELETE /api/v1/quotas/{id}',
      'DELETE /api/v1/schedules/{id}',
      'DELETE /api/v1/workflows/{name}',
      'GET /api/v1/agents',
      'GET /api/v1/agents/{name}',
      'GET /api/v1/agents/{name}/performance',
      'GET /api/v1/agents/{name}/status',
      'GET /api/v1/agents/{name}/status/history',
      'GET /api/v1/agents/{name}/uptime',
      'GET /api/v1/agents/{name}/versions/{version}',
      'GET /api/v1/analytics/capacity',
      'GET /api/v1/analytics/costs',
      'GET /api/v1/analytics/trends',
      'GET /api/v1/capabilities',
      'GET /api/v1/capabilities/{name}',
      'GET /api/v1/choices',
      'GET /api/v1/choices/{id}',
      'GET /api/v1/choices/{id}/why-not',
      'GET /api/v1/performance/durations',
      'GET /api/v1/performance/failures',
      'GET /api/v1/performance/problems',
      'GET /api/v1/quotas',
      'GET /api/v1/quotas/{id}',
      'GET /api/v1/runs',
      'GET /api/v1/runs/{id}',
      'GET /api/v1/runs/{id}/definition',
      'GET /api/v1/runs/{id}/events',
      'GET /api/v1/runs/{id}/graph',
      'GET /api/v1/runs/{id}/steps',
      'GET /api/v1/schedules',
      'GET /api/v1/schedules/{id}',
      'GET /api/v1/schemas/workflow.json',
      'GET /api/v1/tasks/{taskId}/choices',
      'GET /api/v1/workflows',
      'GET /api/v1/workflows/{name}',
      'GET /api/v1/workflows/{name}/graph',
      'GET /health/live',
      'GET /health/ready',
      'POST /api/v1/agents/{name}/health-checks',
      'POST /api/v1/capabilities/{name}/choices',
      'POST /api/v1/capabilities/{name}/tasks',
      'POST /api/v1/choices/{id}/replay',
      'POST /api/v1/runs',
      'POST /api/v1/runs/{id}/approvals/{stepId}',
      'POST /api/v1/runs/{id}/cancel',
      'POST /api/v1/runs/{id}/retry',
      'POST /api/v1/runs/{id}/signals/{name}',
      'POST /api/v1/workflows/validate',
      'PUT /api/v1/agents/{name}/status',
      'PUT /api/v1/quotas/{id}',
      'PUT /api/v1/schedules/{id}',
      'PUT /api/v1/workflows/{name}',
    ]);
  });

  it('leads from each reference to something', () => {
    const references = referencesIn(document);
    expect(references.length).toBeGreaterThan(10);
    for (const $ref of references) expect(resolve({ $ref })).toBeInstanceOf(Object);
  });

  it('names each operation once, and each of its parts', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { path, operation } of operations) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
      expect(new Set(declared.map(({ name }) => name))).toEqual(new Set(inPath));
      expect(declared.every(({ required }) => required === true)).toBe(true);
    }
  });

  it.each(operations.filter(({ path }) => path.startsWith('/api/')))(
    'tells of $route a summary, its answers and its problems',
    ({ operation }) => {
      expect(operation.summary).toEqual(expect.any(String));
      const { default: problem, ...answers } = operation.responses;
      expect(Object.keys(answers)).not.toEqual([]);
      for (const status of Object.keys(answers)) expect(status).toMatch(/^20\d$/);
      expect(JSON.stringify(problem)).toContain('#/components/schemas/Problem');
    },
  );

  it('tells the query of a list as it is validated', async () => {
    const parameters = operationOf('GET /api/v1/agents').parameters ?? [];
    const byName = Object.fromEntries(
      parameters.map(({ name, schema, required }) => [name, { schema, required }]),
    );
    expect(Object.keys(byName)).toEqual(
      expect.arrayContaining(['status', 'capability', 'inputType', 'available', 'limit', 'cursor']),
    );
    expect(byName['limit']).toMatchObject({
      schema: { type: 'integer', minimum: 1, maximum: 500, default: 50 },
    });
    expect(byName['limit']?.required).not.toBe(true);
    expect(byName['status']).toMatchObject({
      schema: { enum: ['active', 'inactive', 'maintenance', 'failed'] },
    });
    for (const [name, { schema }] of Object.entries(byName)) {
      const values = (schema?.['enum'] as string[] | undefined) ?? [];
      for (const value of values) {
        expect(await client.get(`agents?${name}=${value}`)).toMatchObject({ status: 200 });
      }
    }
  });

  it('has one schema for each name', () => {
    const { schemas } = document['components'] as { schemas: Record<string, Body> };
    expect(schemas['Trend']).toMatchObject({ properties: { slopePerDay: {}, pointCount: {} } });
    expect(schemas['TrendReport']).toMatchObject({ properties: { points: {}, summary: {} } });
  });

  it('tells the body of a task as it is validated', async () => {
    const schema = bodySchemaOf('POST /api/v1/capabilities/{name}/tasks');
    expect(schema).toMatchObject({ type: 'object', required: ['input'], additionalProperties: false });
    const members = schema['properties'] as Readonly<Record<string, Body>>;
    expect(members['timeoutMs']).toMatchObject({ type: 'number', minimum: 1, maximum: 86_400_000 });
    expect(await client.task('echo', { input: 'x', timeoutMs: 86_400_000 })).toMatchObject({ status: 200 });
    expect(await client.task('echo', { input: 'x', timeoutMs: 86_400_001 })).toMatchObject({ status: 400 });
    expect(await client.task('echo', {})).toMatchObject({ status: 400 });
    expect(await client.task('echo', { input: 'x', more: 1 })).toMatchObject({ status: 400 });
    for (const value of (members['whenUnavailable'] as Body)['enum'] as string[]) {
      expect(await client.task('echo', { input: 'x', whenUnavailable: value })).toMatchObject({
        status: 200,
      });
    }
  });

  it('tells the body of a run as it is validated', async () => {
    const schema = bodySchemaOf('POST /api/v1/runs');
    expect(schema).toMatchObject({
      oneOf: [{ required: ['workflow'] }, { required: ['definition'] }],
      additionalProperties: false,
    });
    const { definition, priority } = schema['properties'] as Readonly<Record<string, Body>>;
    expect(priority).toMatchObject({ type: 'integer', minimum: -100, maximum: 100 });
    const [reference] = (definition as Body)['allOf'] as [Body];
    const [object, list] = resolve(reference)['anyOf'] as [Body, Body];
    expect(object).toMatchObject({ type: 'object', required: ['name', 'steps'] });
    expect(list).toMatchObject({ type: 'array', minItems: 1, maxItems: 1_000 });
    const steps = [{ id: 'a', capability: 'echo', agent: 'parrot', input: 'x' }];
    for (const each of [steps, { name: 'written', steps }]) {
      expect(await client.post('runs?wait=5s', { definition: each })).toMatchObject({ status: 200 });
      expect(await client.post('runs', { definition: each, more: 1 })).toMatchObject({ status: 400 });
      expect(await client.post('runs', { definition: each, workflow: 'a' })).toMatchObject({ status: 400 });
      expect(await client.post('runs', { definition: each, priority: 101 })).toMatchObject({ status: 400 });
    }
  });

  it('tells how to start a run again, and where to go on with its events', () => {
    const headersOf = (route: string): Record<string, Parameter> => {
      const inHeader = (operationOf(route).parameters ?? []).filter((parameter) => parameter.in === 'header');
      return Object.fromEntries(inHeader.map((parameter) => [parameter.name, parameter]));
    };
    expect(headersOf('POST /api/v1/runs')['Idempotency-Key']).toMatchObject({
      schema: { type: 'string', maxLength: 200 },
    });
    const follow = operationOf('GET /api/v1/runs/{id}/events');
    expect(headersOf('GET /api/v1/runs/{id}/events')).toHaveProperty('Last-Event-ID');
    expect(Object.keys(follow.responses['200']?.content ?? {})).toEqual(['text/event-stream']);
  });

  it('tells that a workflow may be written as YAML', () => {
    for (const route of ['PUT /api/v1/workflows/{name}', 'POST /api/v1/workflows/validate']) {
      const { content } = operationOf(route).requestBody ?? { content: {} };
      expect(Object.keys(content)).toEqual(['application/json', 'application/yaml']);
    }
  });

  it('tells of a reason how long it may be', () => {
    const { reason } = bodySchemaOf('PUT /api/v1/agents/{name}/status')['properties'] as Record<string, Body>;
    expect(reason).toMatchObject({ type: 'string', minLength: 1, maxLength: 500 });
  });
});

describe('the page to try it', () => {
  it('loads with all that it links, under a policy that allows it', async () => {
    const page = await client.get('/docs');
    expect(page).toMatchObject({ status: 200, type: 'text/html' });
    const html = page.text;
    const links = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => String(link));
    expect(links.length).toBeGreaterThan(4);
    for (const link of links) {
      const url = new URL(link, `${client.url}/docs`);
      expect(url.origin).toBe(client.url);
      const asset = await client.get(url.pathname);
      expect(asset.status).toBe(200);
      expect(asset.text).not.toBe('');
    }
    // The policy takes scripts from files alone.
    expect(html).not.toMatch(/<script>[^<]/);
    expect(html).not.toMatch(/\son\w+="/);
  });
});
