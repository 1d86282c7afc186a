import { PatientAgent, troupe } from './agents.js';
import { Client, serve } from './server.js';

const { app, client } = await serve(troupe(), { bodyLimitBytes: 20_000, allowedHosts: ['cadre.test'] });
afterAll(() => app.close());

const ECHO = 'capabilities/echo/tasks';

/** What every problem document says. */
function problem(status: number, code: string) {
  return {
    status,
    type: 'application/problem+json',
    body: {
      type: `urn:cadre:error:${code}`,
      title: expect.any(String),
      status,
      detail: expect.any(String),
      instance: expect.any(String),
      code,
      kind: expect.any(String),
      retryable: expect.any(Boolean),
      requestId: expect.stringMatching(/^.{8,}$/),
    },
  };
}

/** The status line's number and the problem document of a raw answer. */
function readRaw(answer: string): {
  status: number;
  type: string | undefined;
  body: Record<string, unknown>;
} {
  const [head = '', body = '{}'] = answer.split('\r\n\r\n', 2);
  const type = /^content-type: ([^;\r]*)/im.exec(head)?.[1];
  return { status: Number(head.split(' ')[1]), type, body: JSON.parse(body) as Record<string, unknown> };
}

describe('a request that nothing fits', () => {
  it.each(['/', '/nothing', '/api', '/api/v1', '/api/v2/agents', '/favicon.ico', '/docs/nothing.js'])(
    'to %s is answered with a problem',
    async (path) => {
      expect(await client.get(path)).toMatchObject(problem(404, 'ROUTE_UNKNOWN'));
    },
  );

  it.each([
    ['DELETE', 'agents', 'GET, HEAD'],
    ['POST', 'agents/parrot', 'DELETE, GET, HEAD'],
    ['PATCH', 'agents/parrot/status', 'GET, HEAD, PUT'],
    ['GET', ECHO, 'POST'],
    ['HEAD', ECHO, 'POST'],
    ['OPTIONS', ECHO, 'POST'],
    ['PUT', '/health/live', 'GET, HEAD'],
  ])('%s %s names the methods there are: %s', async (method, path, allow) => {
    const answer = await client.send(method, path);
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe(allow);
    if (method !== 'HEAD') expect(answer).toMatchObject(problem(405, 'METHOD_NOT_ALLOWED'));
  });

  it.each([
    ['agents/%zz', 400, 'REQUEST_MALFORMED'],
    ['agents/%E0%A4%A', 400, 'REQUEST_MALFORMED'],
    [`agents/${'a'.repeat(5_000)}`, 414, 'PATH_TOO_LONG'],
    [`agents?tag=${'a'.repeat(12_000)}`, 400, 'REQUEST_INVALID'],
  ])('to the path %s is answered with a problem', async (path, status, code) => {
    expect(await client.get(path)).toMatchObject(problem(status, code));
  });

  it.each([
    ['NONSENSE\r\n\r\n', 400, 'REQUEST_MALFORMED'],
    [`GET /${'a'.repeat(20_000)} HTTP/1.1\r\nhost: localhost\r\n\r\n`, 431, 'HEADERS_TOO_LARGE'],
    [
      'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
      400,
      'REQUEST_MALFORMED',
    ],
  ])('is answered with a problem when it is no HTTP', async (bytes, status, code) => {
    const answer = await client.raw(bytes);
    expect(readRaw(answer)).toMatchObject(problem(status, code));
    expect(answer).toMatch(/^x-content-type-options: nosniff/m);
  });

  it('HEAD answers like GET, without a body', async () => {
    const head = await client.send('HEAD', 'agents');
    expect(head).toMatchObject({ status: 200, type: 'application/json', text: '' });
  });
});

describe('a body', () => {
  it.each([
    ['cut off', '{"input":', 'is no JSON'],
    ['that is no JSON', 'input=x', 'is no JSON'],
    ['with __proto__', '{"input":"x","__proto__":{"a":1}}', '__proto__'],
    ['with __proto__ far down', '{"input":{"a":[{"__proto__":{"a":1}}]}}', '__proto__'],
    ['with a prototype to set', '{"input":"x","constructor":{"prototype":{"a":1}}}', 'constructor.prototype'],
  ])('%s is malformed', async (_, body, text) => {
    const answer = await client.postRaw(ECHO, body);
    expect(answer).toMatchObject(problem(400, 'REQUEST_MALFORMED'));
    expect(answer.body['detail']).toContain(text);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/json',
    'nonsense',
  ])('of the type %s is not taken', async (type) => {
    expect(await client.postRaw(ECHO, '{"input":"x"}', type)).toMatchObject(
      problem(415, 'MEDIA_TYPE_UNSUPPORTED'),
    );
  });

  it('of no type is not taken, though a page of another site could send it', async () => {
    const blob = new Blob(['{"input":"x"}']);
    expect(await client.send('POST', ECHO, { body: blob })).toMatchObject(
      problem(415, 'MEDIA_TYPE_UNSUPPORTED'),
    );
  });

  it('over the limit is not taken', async () => {
    expect(await client.task('echo', { input: 'x'.repeat(30_000) })).toMatchObject(
      problem(413, 'BODY_TOO_LARGE'),
    );
  });

  it('that is empty counts as none, whatever its type', async () => {
    expect(await client.postRaw(ECHO, '')).toMatchObject({
      ...problem(400, 'REQUEST_INVALID'),
      body: { detail: expect.stringContaining('$.input: is required') },
    });
    expect(await client.postRaw('capabilities/echo/choices', '')).toMatchObject({ status: 200 });
  });

  it.each([
    ['[', ']', '[0]'],
    ['{"a":', '}', '.a'],
  ])('that nests %s… deep is refused with its place', async (open, close, step) => {
    const levels = Math.floor(19_000 / (open.length + close.length));
    const inner = open === '[' ? '' : '1';
    const body = `{"input":${open.repeat(levels)}${inner}${close.repeat(levels)}}`;
    const answer = await client.postRaw('capabilities/throw/tasks', body);
    expect(answer).toMatchObject(problem(400, 'REQUEST_INVALID'));
    expect(answer.body['detail']).toContain(`$.input${step.repeat(100)}: nests deeper than 100 levels`);
  });

  it('that nests 10 000 levels deep disturbs no definition of a run either', async () => {
    const large = await serve(troupe());
    const deep = '['.repeat(10_000) + ']'.repeat(10_000);
    for (const body of [`{"definition":${deep}}`, `{"definition":[{"capability":"echo","input":${deep}}]}`]) {
      expect(await large.client.postRaw('runs', body)).toMatchObject(problem(400, 'WORKFLOW_INVALID'));
    }
    const input = `{"definition":[{"capability":"throw"}],"input":${deep}}`;
    expect(await large.client.postRaw('runs', input)).toMatchObject(problem(400, 'REQUEST_INVALID'));
    await large.app.close();
  });
});

describe('a request id', () => {
  it('is echoed when it is one, also in problems', async () => {
    const answer = await client.get('agents/nobody', { 'x-request-id': 'trace:1.a-b_c' });
    expect(answer.headers.get('x-request-id')).toBe('trace:1.a-b_c');
    expect(answer.body['requestId']).toBe('trace:1.a-b_c');
  });

  it.each(['', 'with blank', 'a'.repeat(129), '<script>', 'semi;colon'])('%p is replaced', async (id) => {
    const { headers } = await client.get('agents', { 'x-request-id': id });
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('security', () => {
  it.each(['agents', 'agents/nobody', '/health/live', '/docs', '/openapi.json', '/nothing', 'agents/%zz'])(
    'headers come with %s',
    async (path) => {
      const { headers } = await client.get(path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
      const policy = headers.get('content-security-policy');
      expect(policy).toContain("default-src 'self'");
      expect(policy).not.toContain('upgrade-insecure-requests');
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('access-control-allow-origin')).toBeNull();
    },
  );

  it.each(['evil.example', 'evil.example:3000', '127.0.0.1.evil.example', 'localhost.evil', ''])(
    'refuses the host %p, by which a page of another site may have come',
    async (host) => {
      const answer = await client.raw(
        `GET /api/v1/agents HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`,
      );
      expect(readRaw(answer)).toMatchObject(problem(400, 'HOST_REFUSED'));
    },
  );

  it.each(['localhost', 'app.localhost:80', '127.0.0.1:1', '192.0.2.7', '[::1]:3000', 'CADRE.test:80'])(
    'takes the host %s',
    async (host) => {
      const answer = await client.raw(
        `GET /health/live HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`,
      );
      expect(readRaw(answer)).toMatchObject({ status: 200 });
    },
  );

  it.each([
    [{ origin: 'http://evil.example' }],
    [{ origin: 'null' }],
    [{ origin: 'http://localhost:1' }],
    [{ origin: 'http://cadre.test.evil', 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
  ])('lets no page of another site change something: %j', async (headers) => {
    const path = '/api/v1/agents/parrot/health-checks';
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const answer = await client.raw(
      `POST ${path} HTTP/1.1\r\nhost: localhost\r\n${lines.join('')}connection: close\r\n\r\n`,
    );
    expect(readRaw(answer)).toMatchObject(problem(400, 'ORIGIN_REFUSED'));
  });

  it.each([
    ['POST', { 'sec-fetch-site': 'same-origin', origin: 'http://localhost:9' }],
    ['POST', { 'sec-fetch-site': 'none' }],
    ['POST', { 'sec-fetch-site': 'cross-site', origin: 'https://cadre.test' }],
    ['POST', { origin: 'http://LOCALHOST:9' }],
    ['POST', {}],
    ['GET', { 'sec-fetch-site': 'cross-site', origin: 'http://evil.example' }],
  ])('takes %s from %j', async (method, headers) => {
    const path = method === 'GET' ? '/api/v1/agents/parrot' : '/api/v1/agents/parrot/health-checks';
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const answer = await client.raw(
      `${method} ${path} HTTP/1.1\r\nhost: localhost:9\r\n${lines.join('')}connection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
  });

  it('can be told to take every host', async () => {
    const open = await serve(troupe(), { allowedHosts: ['*'] });
    const answer = await open.client.raw(
      'GET /health/live HTTP/1.1\r\nhost: any.example\r\nconnection: close\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
    await open.app.close();
  });
});

describe('health', () => {
  it('is alive and ready', async () => {
    expect(await client.get('/health/live')).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(await client.get('/health/ready')).toMatchObject({
      status: 200,
      body: { status: 'ok', details: { orchestrator: { status: 'up', runningTasks: 0 } } },
    });
  });
});

describe('where it listens', () => {
  it('is the loopback alone, unless told otherwise', () => {
    expect(new URL(client.url).hostname).toBe('127.0.0.1');
  });

  it('may be another address', async () => {
    const other = await serve(troupe(), { host: '127.0.0.2' });
    const at = new Client(other.client.url.replace(/\/\/[^:]*/, '//127.0.0.2'));
    expect(await at.get('/health/live')).toMatchObject({ status: 200 });
    await other.app.close();
  });
});

describe('a server that closes', () => {
  it('ends with its last answer, whose client would use the connection again', async () => {
    const server = await serve(troupe());
    const patient = server.app.get(PatientAgent);
    const task = server.client.task('patience', { input: 1 });
    await patient.hasBegun;
    // So that it ends by what it should, and not because all connections are cut in the end.
    server.app.getHttpServer().closeAllConnections = () => {};
    const closed = server.app.close();
    patient.finish('done');
    expect(await task).toMatchObject({ status: 200, body: { output: 'done' } });
    await closed;
  });
});
