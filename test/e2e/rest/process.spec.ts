import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { ServerProcess } from './server-process.js';

const SECRET = 'the-launch-code';

/** For what needs a server, and does nothing to it. */
const usual = await ServerProcess.start();
afterAll(() => usual.stop());

describe('the log', () => {
  it('has one JSON line for each request, with its id and without its payload', async () => {
    const server = await ServerProcess.start();
    await server.client.task('echo', { input: SECRET, context: { [SECRET]: SECRET } });
    await server.client.postRaw(`capabilities/echo/tasks?token=${SECRET}`, `{"input": ${SECRET}`);
    await server.client.get(`agents/nobody?token=${SECRET}`, {
      authorization: `Bearer ${SECRET}`,
      cookie: SECRET,
      'x-request-id': 'request-3',
    });
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    const requests = server.lines.filter(({ msg }) => msg === 'request');
    expect(requests).toMatchObject([
      { level: 'info', method: 'POST', path: '/api/v1/capabilities/echo/tasks', status: 200 },
      { method: 'POST', path: '/api/v1/capabilities/echo/tasks', status: 400 },
      { method: 'GET', path: '/api/v1/agents/nobody', status: 404, requestId: 'request-3' },
    ]);
    for (const { time, durationMs } of requests) {
      expect(time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
      expect(durationMs).toEqual(expect.any(Number));
    }
    expect(server.lines).toContainEqual(
      expect.objectContaining({ msg: 'echoed', context: 'Cadre', agent: 'echo@1.0.0' }),
    );
    expect(server.output).not.toContain(SECRET);
  });

  it('tells of a request whose client went away', async () => {
    const server = await ServerProcess.start();
    const leaving = new AbortController();
    const task = server.client
      .send('POST', 'capabilities/hold/tasks', {
        body: '{"input":1}',
        headers: { 'content-type': 'application/json' },
        signal: leaving.signal,
      })
      .catch(() => 'left');
    await server.line('at work');
    leaving.abort();
    expect(await task).toBe('left');
    expect(await server.line('request')).toMatchObject({
      path: '/api/v1/capabilities/hold/tasks',
      status: 499,
    });
    await server.stop();
  });

  it('tells no more than it is asked to', async () => {
    const chatty = await ServerProcess.start({ CADRE_LOG_LEVEL: 'debug' });
    expect(usual.lines.map(({ level }) => level)).not.toContain('debug');
    expect(chatty.lines.map(({ level }) => level)).toContain('debug');
    await chatty.stop();
  });
});

describe('SIGTERM', () => {
  it('lets the task under way end, refuses others, and exits with 0', async () => {
    const server = await ServerProcess.start();
    const { client } = server;
    const task = client.task('hold', { input: 1 });
    await server.line('at work');
    server.kill('SIGTERM');
    let refused = await client.task('echo', { input: 'x' });
    // Until the signal has arrived.
    while (refused.status === 200) refused = await client.task('echo', { input: 'x' });
    expect(refused).toMatchObject({ status: 503, body: { code: 'SHUTTING_DOWN', retryable: true } });
    expect(await client.post('runs', { definition: [{ capability: 'echo', input: 'x' }] })).toMatchObject({
      status: 503,
      body: { code: 'SHUTTING_DOWN' },
    });
    expect(await client.get('/health/ready')).toMatchObject({
      status: 503,
      body: { status: 'shutting_down', details: { orchestrator: { status: 'down', runningTasks: 1 } } },
    });
    expect(await client.get('/health/live')).toMatchObject({ status: 200 });
    server.kill('SIGUSR2');
    expect(await task).toMatchObject({ status: 200, body: { output: 'done' } });
    expect(await server.ended).toEqual({ code: 0, signal: null });
  });

  it('cancels what does not end in its grace time', async () => {
    const server = await ServerProcess.start({ CADRE_SHUTDOWN_GRACE_MS: '50', CADRE_ABORT_GRACE_MS: '0' });
    const task = server.client.task('hold', { input: 1 });
    await server.line('at work');
    server.kill('SIGTERM');
    expect(await task).toMatchObject({ status: 503, body: { code: 'SHUTTING_DOWN' } });
    // In spite of the agent, which goes on.
    expect(await server.ended).toEqual({ code: 0, signal: null });
  });

  it('is not held up by a client that never finishes its request', async () => {
    const server = await ServerProcess.start();
    const { hostname, port } = new URL(server.client.url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    socket.write('POST /api/v1/runs HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{');
    await server.client.get('/health/live');
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    socket.destroy();
  });
});

describe('a start', () => {
  it('succeeds after a SIGKILL, at the same port', async () => {
    const killed = await ServerProcess.start();
    const { port } = new URL(killed.client.url);
    const task = killed.client.task('hold', { input: 1 }).catch(() => 'cut off');
    await killed.line('at work');
    killed.kill('SIGKILL');
    expect(await killed.ended).toEqual({ code: null, signal: 'SIGKILL' });
    expect(await task).toBe('cut off');
    const next = await ServerProcess.start({ PORT: port });
    expect(await next.client.task('echo', { input: 'x' })).toMatchObject({ status: 200 });
    await next.stop();
  });

  it('fails at a port that is taken, and leaves no process behind', async () => {
    const second = ServerProcess.spawn({ PORT: new URL(usual.client.url).port });
    expect((await second.ended).code).toBe(1);
    expect(second.output).toContain('EADDRINUSE');
  });

  it('fails for wrong settings, and names all of them', async () => {
    const server = ServerProcess.spawn({ PORT: '70000', CADRE_LOG_LEVEL: 'loud' });
    expect((await server.ended).code).toBe(1);
    expect(server.output).toContain('PORT is "70000"; it must be a whole number from 0 to 65535');
    expect(server.output).toContain('CADRE_LOG_LEVEL is "loud"');
  });

  it('listens on the loopback alone', async () => {
    const { port } = new URL(usual.client.url);
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ family, internal }) => family === 'IPv4' && !internal);
    const reached = await Promise.all(
      [...others.map(({ address }) => address), '127.0.0.2'].map((address) =>
        canConnect(address, Number(port)),
      ),
    );
    expect(reached).not.toContain(true);
    expect(await canConnect('127.0.0.1', Number(port))).toBe(true);
  });
});

function canConnect(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
