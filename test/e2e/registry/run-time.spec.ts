import { Agent, AgentRegistered, AgentUnregistered, EventBus, StatusService } from 'cadre';
import { released, startApp, type App } from './start-app.js';

/** An agent whose tasks end when a test says so. */
function slowAgent(name = 'slow', version = '1.0.0') {
  const ends: (() => void)[] = [];
  const instance = {
    healthy: true as unknown,
    execute: (input: unknown) =>
      new Promise<unknown>((resolve) => void ends.push(() => resolve(`${version} did ${String(input)}`))),
    healthCheck(): unknown {
      return this.healthy;
    },
  };
  const manifest = {
    name,
    version,
    capabilities: ['work'],
    maxConcurrentTasks: 2,
    healthCheckTimeoutMs: 100,
  };
  return { instance, manifest, endTasks: () => ends.splice(0).forEach((end) => end()) };
}

const register = (app: App, agent: ReturnType<typeof slowAgent>, replace = false) =>
  app.registry.register(agent.instance, agent.manifest, { replace });

const work = (app: App, input = 'it') => app.orchestration.execute('work', input);
const settle = (app: App) => app.clock.advanceAsync(0);
const rejection = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('registering at run time', () => {
  it('takes an instance with a manifest, or one of a marked class', async () => {
    @Agent('greet')
    class GreeterAgent {
      execute(): string {
        return 'hello';
      }
    }
    await using app = await startApp({});
    expect(await register(app, slowAgent())).toMatchObject({
      id: 'slow@1.0.0',
      status: 'active',
      isCurrent: true,
    });
    expect(await app.registry.register(new GreeterAgent())).toMatchObject({ id: 'greeter@1.0.0' });
    expect((await app.orchestration.execute('greet', null)).output).toBe('hello');
  });

  it.each([[null], [undefined], ['greet'], [class GreeterAgent {}], [{}], [Object.create(null)]])(
    'refuses what says nothing of itself: %p',
    async (instance) => {
      await using app = await startApp({});
      expect(await rejection(app.registry.register(instance as object))).toMatchObject({
        code: 'REGISTRATION_REFUSED',
        violations: [{ code: 'MANIFEST_MISSING' }],
      });
    },
  );

  it('lists all that is wrong, and leaves nothing behind', async () => {
    await using app = await startApp({});
    const wrong = { name: 'Slow', version: '1', capabilities: ['work'], dependencies: [''] };
    const error = await rejection(app.registry.register({}, wrong));
    expect((error as { violations: { code: string }[] }).violations.map(({ code }) => code)).toEqual([
      'AGENT_NAME_INVALID',
      'AGENT_VERSION_INVALID',
      'AGENT_OPTION_INVALID',
      'HANDLER_MISSING',
    ]);
    expect(released(app)).toEqual([]);
  });

  it('lets one of two at once win; the other changes nothing', async () => {
    await using app = await startApp({});
    const [first, second] = [slowAgent(), slowAgent()];
    const outcomes = await Promise.allSettled([register(app, first), register(app, second)]);
    expect(outcomes).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { violations: [{ code: 'AGENT_DUPLICATE', agent: 'slow@1.0.0' }] } },
    ]);
    const task = work(app);
    first.endTasks();
    expect((await task).output).toBe('1.0.0 did it');
    const { items } = await app.module.get(StatusService).history('slow@1.0.0');
    expect([released(app), items.length]).toEqual([['slow@1.0.0 active'], 1]);
  });

  it('leaves nothing behind when the history cannot be written', async () => {
    await using app = await startApp({});
    const status = app.module.get(StatusService);
    const open = status.open.bind(status);
    status.open = () => Promise.reject(new TypeError('disk full'));
    expect(await rejection(register(app, slowAgent()))).toMatchObject({ message: 'disk full' });
    expect([released(app), status.find('slow@1.0.0'), app.registry.capabilities()]).toEqual([
      [],
      undefined,
      [],
    ]);
    status.open = open;
    await register(app, slowAgent());
    expect(released(app)).toEqual(['slow@1.0.0 active']);
  });

  it('tells others of each that comes and goes', async () => {
    await using app = await startApp({});
    const told: string[] = [];
    const events = app.module.get(EventBus);
    events.subscribe(AgentRegistered, ({ release }) => void told.push(`+ ${release.id}`));
    events.subscribe(AgentUnregistered, ({ release, reason }) => void told.push(`- ${release.id} ${reason}`));
    await register(app, slowAgent());
    await app.registry.unregister('slow', { reason: 'retired' });
    expect(told).toEqual(['+ slow@1.0.0', '- slow@1.0.0 retired']);
  });
});

describe('replacing while tasks run', () => {
  it('lets those end where they began, and gives new ones to the successor', async () => {
    await using app = await startApp({});
    const [before, after] = [slowAgent(), slowAgent()];
    await register(app, before);
    const old = work(app, 'old');
    await settle(app);
    await register(app, after, true);
    const fresh = work(app, 'fresh');
    await settle(app);
    expect(app.registry.get('slow').load.inFlight).toBe(1);
    before.endTasks();
    expect((await old).output).toBe('1.0.0 did old');
    after.endTasks();
    expect((await fresh).output).toBe('1.0.0 did fresh');
    expect(app.registry.get('slow').load.inFlight).toBe(0);
  });

  it('keeps status and history', async () => {
    await using app = await startApp({});
    await register(app, slowAgent());
    await app.registry.setStatus('slow', 'maintenance', { reason: 'planned', triggeredBy: 'user:ann' });
    expect(await register(app, slowAgent(), true)).toMatchObject({ status: 'maintenance' });
    const { items } = await app.module.get(StatusService).history('slow@1.0.0');
    expect(items).toHaveLength(2);
  });
});

describe('unregistering at run time', () => {
  it('lets the task under way end and gives it no other', async () => {
    await using app = await startApp({});
    const slow = slowAgent();
    await register(app, slow);
    const task = work(app);
    await settle(app);
    const unregistering = app.registry.unregister('slow');
    expect(app.registry.get('slow').isAvailable).toBe(false);
    expect(await rejection(work(app))).toMatchObject({ code: 'NO_AGENT_AVAILABLE' });
    slow.endTasks();
    expect((await task).output).toBe('1.0.0 did it');
    expect(
      (await unregistering).map(({ id, isCurrent, isAvailable }) => [id, isCurrent, isAvailable]),
    ).toEqual([['slow@1.0.0', false, false]]);
    expect(app.registry.find('slow')).toBeUndefined();
    expect(app.registry.capabilities()).toEqual([]);
    expect(await rejection(work(app))).toMatchObject({ code: 'CAPABILITY_UNKNOWN' });
  });

  it('puts the agent back in service when its task does not end in time', async () => {
    await using app = await startApp({ options: { drainTimeoutMs: 500 } });
    const slow = slowAgent();
    await register(app, slow);
    const task = work(app, 'first');
    await settle(app);
    const refused = rejection(app.registry.unregister('slow'));
    await app.clock.advanceAsync(500);
    expect(await refused).toMatchObject({
      code: 'DRAIN_TIMEOUT',
      details: { inFlight: 1, drainTimeoutMs: 500 },
    });
    const next = work(app, 'second');
    await settle(app);
    slow.endTasks();
    expect([(await task).output, (await next).output]).toEqual(['1.0.0 did first', '1.0.0 did second']);
    expect(released(app)).toEqual(['slow@1.0.0 active']);
  });

  it('does not wait for ever by force, and the task still ends', async () => {
    await using app = await startApp({});
    const slow = slowAgent();
    await register(app, slow);
    const task = work(app);
    await settle(app);
    const unregistering = app.registry.unregister('slow', { force: true, drainTimeoutMs: 10 });
    await app.clock.advanceAsync(10);
    expect((await unregistering).map(({ load }) => load.inFlight)).toEqual([1]);
    expect(released(app)).toEqual([]);
    slow.endTasks();
    expect((await task).output).toBe('1.0.0 did it');
  });

  it('gives new tasks to the older release at once when the current one leaves', async () => {
    await using app = await startApp({});
    const [older, newer] = [slowAgent('slow', '1.0.0'), slowAgent('slow', '2.0.0')];
    await register(app, older);
    await register(app, newer);
    const first = work(app);
    await settle(app);
    const unregistering = app.registry.unregister('slow', { version: '2.0.0' });
    const second = work(app);
    await settle(app);
    older.endTasks();
    expect((await second).output).toBe('1.0.0 did it');
    newer.endTasks();
    expect((await first).output).toBe('2.0.0 did it');
    await unregistering;
    expect(released(app)).toEqual(['slow@1.0.0 active']);
  });

  it('refuses while others depend on the agent, and leaves these without it by force', async () => {
    await using app = await startApp({});
    await register(app, slowAgent('base'));
    const top = slowAgent('top');
    await app.registry.register(top.instance, { ...top.manifest, dependencies: ['base'] });
    expect(await rejection(app.registry.unregister('base'))).toMatchObject({
      code: 'AGENT_IN_USE',
      details: { dependents: ['top@1.0.0'] },
    });
    expect(app.registry.get('top').isAvailable).toBe(true);
    await app.registry.unregister('base', { force: true });
    expect(app.registry.get('top').isAvailable).toBe(false);
  });

  it('keeps the history, which goes on when the release comes back', async () => {
    await using app = await startApp({});
    await register(app, slowAgent());
    await app.registry.unregister('slow');
    await register(app, slowAgent());
    const { items } = await app.module.get(StatusService).history('slow@1.0.0');
    expect(items.map(({ kind }) => kind)).toEqual(['changed', 'closed', 'changed']);
  });

  it('happens once when it is asked twice at once', async () => {
    await using app = await startApp({});
    await register(app, slowAgent());
    const both = await Promise.all([app.registry.unregister('slow'), app.registry.unregister('slow')]);
    expect(both.map((removed) => removed.length)).toEqual([1, 0]);
    expect(await rejection(app.registry.unregister('slow'))).toMatchObject({ code: 'AGENT_UNKNOWN' });
  });
});

describe('health on demand', () => {
  it('lets an active agent fail, never wakes one, and does not ask one that is off', async () => {
    await using app = await startApp({});
    const slow = slowAgent();
    await register(app, slow);
    slow.instance.healthy = { healthy: false, message: 'no credit' };
    expect(await app.registry.checkHealth('slow')).toMatchObject({
      agent: { status: 'failed' },
      isChecked: true,
      health: { healthy: false, message: 'no credit' },
    });
    slow.instance.healthy = true;
    expect(await app.registry.checkHealth('slow@1.0.0')).toMatchObject({
      agent: { status: 'failed' },
      isChecked: true,
      health: { healthy: true },
    });
    await app.registry.setStatus('slow', 'inactive', { reason: 'off', triggeredBy: 'user:ann' });
    slow.instance.healthy = false;
    expect(await app.registry.checkHealth('slow')).toMatchObject({
      agent: { status: 'inactive' },
      isChecked: false,
      health: { healthy: true },
    });
    expect(await rejection(app.registry.checkHealth('slwo'))).toMatchObject({ code: 'AGENT_UNKNOWN' });
  });

  it('sweeps all, although one throws and one hangs', async () => {
    await using app = await startApp({});
    const agents = ['well', 'throwing', 'hanging'].map((name) => slowAgent(name));
    for (const agent of agents) await register(app, agent);
    Object.defineProperty(agents[1]!.instance, 'healthy', {
      get: () => {
        throw new RangeError('boom');
      },
    });
    agents[2]!.instance.healthy = new Promise(() => {});
    expect((await app.registry.healthyAgents()).map(({ name }) => name)).toEqual([
      'well',
      'throwing',
      'hanging',
    ]);
    const sweeping = app.registry.healthyAgents({ maxAgeMs: 0 });
    await app.clock.advanceAsync(100);
    expect((await sweeping).map(({ name }) => name)).toEqual(['well']);
    expect(released(app)).toEqual(['well@1.0.0 active', 'throwing@1.0.0 failed', 'hanging@1.0.0 failed']);
  });

  it('lets a status stand that somebody sets during a sweep', async () => {
    await using app = await startApp({});
    const slow = slowAgent();
    await register(app, slow);
    slow.instance.healthy = new Promise(() => {});
    const sweeping = app.registry.healthyAgents({ maxAgeMs: 0 });
    await settle(app);
    await app.registry.setStatus('slow', 'inactive', { reason: 'off', triggeredBy: 'user:ann' });
    await app.clock.advanceAsync(100);
    expect(await sweeping).toEqual([]);
    expect(released(app)).toEqual(['slow@1.0.0 inactive']);
  });

  it('asks again what was asked five minutes ago', async () => {
    await using app = await startApp({});
    const slow = slowAgent();
    await register(app, slow);
    slow.instance.healthy = false;
    await app.clock.advanceAsync(299_999);
    expect(await app.registry.healthyAgents()).toHaveLength(1);
    await app.clock.advanceAsync(1);
    expect(await app.registry.healthyAgents()).toEqual([]);
  });
});

describe('a task that waits for somebody', () => {
  it('gets an agent that was about to leave and stays after all', async () => {
    await using app = await startApp({});
    const agent = slowAgent();
    await register(app, agent);
    const first = work(app, 'the first');
    const leaving = rejection(app.registry.unregister('slow', { drainTimeoutMs: 200 }));
    const second = app.orchestration.execute('work', 'the second', { whenUnavailable: 'queue' });
    await app.clock.advanceAsync(200);
    expect(await leaving).toMatchObject({ code: 'DRAIN_TIMEOUT' });
    agent.endTasks();
    expect((await first).output).toBe('1.0.0 did the first');
    expect((await second).output).toBe('1.0.0 did the second');
  });
});
