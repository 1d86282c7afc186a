import 'reflect-metadata';
import { Tool, type ManifestInput } from '../../agents/index.js';
import { MemoryStatusHistoryStore } from '../../persistence/index.js';
import { StatusService } from '../../status/index.js';
import { hosted } from '../../testing/contracts/cluster-store.contract.js';
import { registryHarness, rejectionOf } from '../../testing/registry-harness.js';
import type { Release } from '../catalog/release.js';
import type { RegistrationError } from '../registry.errors.js';
import { AgentRegistered } from '../registry.events.js';
import type { RegistryOptions } from '../registry.options.js';
import { Enrollment } from './enrollment.js';
import type { FoundAgent } from './found-agent.js';
import { Gate } from './gate.js';

type HealthCheck = () => unknown;

function found(input: ManifestInput, healthCheck: HealthCheck = () => true): FoundAgent {
  const owner = { execute: () => undefined, healthCheck };
  return { input, agentClass: Object, owner, instances: { lifetime: 'shared', get: () => owner } };
}

/** @param kept what outlives a restart of the process */
function setUp(options?: RegistryOptions, kept: Partial<ReturnType<typeof registryHarness>> = {}) {
  const harness = { ...registryHarness(new MemoryStatusHistoryStore(), options), ...kept };
  const gate = new Gate();
  const enrollment = new Enrollment({ ...harness, gate });
  const enroll = async (agents: readonly FoundAgent[], replace?: boolean): Promise<Release[]> =>
    enrollment.admit(enrollment.validate(agents, replace));
  const ids = (): string[] => harness.catalog.all().map(({ id }) => id);
  /** The history of a release, oldest first: `kind from > to`. */
  const history = async (release: string): Promise<string[]> =>
    (await harness.store.list({ release, limit: 50 })).items
      .toReversed()
      .map(
        (entry) => `${entry.kind} ${entry.from ?? 'new'}${entry.kind === 'closed' ? '' : ` > ${entry.to}`}`,
      );
  return { ...harness, gate, enrollment, enroll, ids, history };
}

describe('enrolling agents', () => {
  it('puts all of them in service before it tells of any', async () => {
    const { enroll, events, catalog, comings, ids } = setUp();
    const present: number[] = [];
    events.subscribe(AgentRegistered, () => void present.push(catalog.all().length));
    const releases = await enroll([found({ name: 'ada' }), found({ name: 'bob' })]);
    expect(releases.map(({ id, status }) => [id, status])).toEqual([
      ['ada@1.0.0', 'active'],
      ['bob@1.0.0', 'active'],
    ]);
    expect(ids()).toEqual(['ada@1.0.0', 'bob@1.0.0']);
    expect(comings).toEqual(['+ ada@1.0.0', '+ bob@1.0.0']);
    expect(present).toEqual([2, 2]);
  });

  it('keeps the verdict of the health check', async () => {
    const { enroll, clock } = setUp();
    const [release] = await enroll([found({ name: 'ada' }, () => ({ healthy: true, message: 'fine' }))]);
    expect(release?.health).toEqual({
      healthy: true,
      message: 'fine',
      checkedAt: clock.now(),
      durationMs: 0,
    });
  });

  it('lists the violations of all agents at once, and registers nobody', async () => {
    const { enroll, ids, gate } = setUp();
    const agents = [
      found({ name: 'Ada', version: 'one' }),
      found({ name: 'bob', maxConcurrentTasks: 0 }),
      found({ name: 'cyd', dependencies: ['zoe'] }),
      found({ name: 'dan' }),
      found({ name: 'dan' }),
    ];
    const error = (await rejectionOf(enroll(agents))) as RegistrationError;
    expect(error.violations.map(({ code, agent }) => `${code} ${agent}`)).toEqual([
      'AGENT_NAME_INVALID Ada@one',
      'AGENT_VERSION_INVALID Ada@one',
      'AGENT_OPTION_INVALID bob@1.0.0',
      'AGENT_DUPLICATE dan@1.0.0',
      'DEPENDENCY_UNKNOWN cyd@1.0.0',
    ]);
    expect([ids(), [...gate.entering]]).toEqual([[], []]);
  });

  it('refuses a class that is a tool', async () => {
    @Tool()
    class SearchTool {
      async use(): Promise<void> {}
    }
    const { enroll } = setUp();
    const agent = { ...found({ name: 'ada', version: '2.0.0' }), agentClass: SearchTool };
    const error = (await rejectionOf(
      enroll([agent, { ...agent, input: { name: 'bob' } }]),
    )) as RegistrationError;
    expect(error.violations.map(({ code, agent: id }) => [code, id])).toEqual([
      ['AGENT_IS_TOOL', 'ada@2.0.0'],
      ['AGENT_IS_TOOL', 'bob@1.0.0'],
    ]);
  });

  it('logs hints, and conflicts of contracts where these are allowed', async () => {
    const { enroll, logger } = setUp({ contractConflicts: 'warn' });
    await enroll([found({ name: 'ada' })]);
    expect(logger.lines).toEqual([
      'warn ada@1.0.0: it provides no capability, so no task ever reaches it; mark a method with @Provides',
    ]);
  });
});

describe('enrolling an unhealthy agent', () => {
  it('leaves the status to the nodes where it is well', async () => {
    const { enroll, neighbors, history } = setUp();
    neighbors.hear([hosted('ada', { isHealthy: true }), hosted('bob', { isHealthy: false })]);
    const releases = await enroll([found({ name: 'ada' }, () => false), found({ name: 'bob' }, () => false)]);
    expect(releases.map(({ status, health }) => [status, health?.healthy])).toEqual([
      ['active', false],
      ['failed', false],
    ]);
    expect(await history('ada@1.0.0')).toEqual(['changed new > active']);
    await enroll([found({ name: 'ada' }, () => false)], true);
    expect(await history('ada@1.0.0')).toEqual(['changed new > active']);
  });

  const sick = () => ({ healthy: false, message: 'no credit' });

  it('registers it as failed, with the reason', async () => {
    const { enroll, history, logger, status } = setUp();
    const [release] = await enroll([found({ name: 'ada', capabilities: ['greet'] }, sick)]);
    expect([release?.status, release?.health?.healthy]).toEqual(['failed', false]);
    expect(await history('ada@1.0.0')).toEqual(['changed new > failed']);
    expect((await status.history('ada@1.0.0')).items[0]?.reason).toBe('health check failed: no credit');
    expect(logger.lines).toEqual(['warn ada@1.0.0: its health check failed: no credit']);
  });

  it('refuses it and all that come with it where the options say so', async () => {
    const { enroll, ids, comings, gate, history } = setUp({ unhealthyAtRegistration: 'refuse' });
    const agents = [
      found({ name: 'ada' }, sick),
      found({ name: 'bob' }),
      found({ name: 'cyd' }, () => false),
    ];
    const error = (await rejectionOf(enroll(agents))) as RegistrationError;
    expect(error.violations).toEqual([
      { code: 'AGENT_UNHEALTHY', agent: 'ada@1.0.0', message: 'its health check failed: no credit' },
      { code: 'AGENT_UNHEALTHY', agent: 'cyd@1.0.0', message: 'its health check failed: no reason given' },
    ]);
    expect([ids(), comings, [...gate.entering], await history('bob@1.0.0')]).toEqual([[], [], [], []]);
  });
});

describe('replacing a release', () => {
  it('is a violation unless it is wanted', async () => {
    const { enroll } = setUp();
    await enroll([found({ name: 'ada' })]);
    expect(await rejectionOf(enroll([found({ name: 'ada' })]))).toMatchObject({
      violations: [{ code: 'AGENT_DUPLICATE', agent: 'ada@1.0.0' }],
    });
  });

  it.each(['active', 'inactive', 'maintenance', 'failed'] as const)('keeps the status %s', async (kept) => {
    const { enroll, status, catalog, history } = setUp();
    const [before] = await enroll([found({ name: 'ada' })]);
    await status.change('ada@1.0.0', kept, { reason: 'planned', triggeredBy: 'user:ann' });
    const entries = await history('ada@1.0.0');
    const [after] = await enroll([found({ name: 'ada' })], true);
    expect([after?.status, catalog.has(after!), catalog.has(before!)]).toEqual([kept, true, false]);
    expect(await history('ada@1.0.0')).toEqual(entries);
  });

  it('lets an active release fail when the new one is unhealthy', async () => {
    const { enroll, history } = setUp();
    await enroll([found({ name: 'ada' })]);
    const [after] = await enroll([found({ name: 'ada' }, () => false)], true);
    expect(after?.status).toBe('failed');
    expect(await history('ada@1.0.0')).toEqual(['changed new > active', 'changed active > failed']);
  });

  it('leaves the old one in service when the failed status cannot be recorded', async () => {
    const { enroll, store, catalog } = setUp();
    const [before] = await enroll([found({ name: 'ada' })]);
    store.failNextAppend(new TypeError('disk full'));
    await expect(enroll([found({ name: 'ada' }, () => false)], true)).rejects.toThrow('disk full');
    expect([catalog.has(before!), before?.status]).toEqual([true, 'active']);
  });
});

describe('a history that cannot be written', () => {
  it('keeps out all that came together, and closes what was opened', async () => {
    const { enroll, store, ids, comings, gate, status, history } = setUp();
    store.failNextAppend(new TypeError('disk full'));
    const agents = ['ada', 'bob', 'cyd'].map((name) => found({ name }));
    await expect(enroll(agents)).rejects.toThrow('disk full');
    expect([ids(), comings, [...gate.entering]]).toEqual([[], [], []]);
    expect(agents.map(({ input }) => status.find(`${input.name}@1.0.0`))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(await history('bob@1.0.0')).toEqual(['changed new > active', 'closed active']);
  });

  it('does not prevent the next try', async () => {
    const { enroll, store, ids } = setUp();
    store.failNextAppend(new TypeError('disk full'));
    await rejectionOf(enroll([found({ name: 'ada' }), found({ name: 'bob' })]));
    await enroll([found({ name: 'ada' }), found({ name: 'bob' })]);
    expect(ids()).toEqual(['ada@1.0.0', 'bob@1.0.0']);
  });

  it('stays the reason when the taking back fails too', async () => {
    const { enroll, store, ids, status } = setUp();
    status.close = () => Promise.reject(new TypeError('still full'));
    store.failNextAppend(new TypeError('disk full'));
    await expect(enroll([found({ name: 'ada' }), found({ name: 'bob' })])).rejects.toThrow('disk full');
    expect([ids(), status.find('ada@1.0.0')]).toEqual([[], undefined]);
  });

  it('leaves alone what somebody had taken out of service before the process was started', async () => {
    const { enroll, clock, status, store, events, history } = setUp();
    await enroll([found({ name: 'ada' })]);
    await status.change('ada@1.0.0', 'inactive', { reason: 'planned', triggeredBy: 'user:ann' });
    await clock.advanceAsync(1_000);
    const restarted = setUp(undefined, { clock, store, status: new StatusService(clock, events, store) });
    store.failNextAppend(new TypeError('disk full'));
    await rejectionOf(restarted.enroll([found({ name: 'ada' }), found({ name: 'bob' })]));
    expect(await history('ada@1.0.0')).toEqual(['changed new > active', 'changed active > inactive']);
    const [ada] = await restarted.enroll([found({ name: 'ada' })]);
    expect(ada?.status).toBe('inactive');
  });
});

describe('registrations at once', () => {
  it('let the first of two of one release win, while its health check still runs', async () => {
    const { enroll, clock, ids, comings } = setUp();
    const first = enroll([found({ name: 'ada' }, () => clock.delay(50).then(() => true))]);
    const second = rejectionOf(enroll([found({ name: 'ada' })]));
    const third = rejectionOf(enroll([found({ name: 'ada' })], true));
    expect(await second).toMatchObject({ violations: [{ code: 'AGENT_DUPLICATE' }] });
    expect(await third).toMatchObject({ violations: [{ code: 'AGENT_DUPLICATE' }] });
    await clock.advanceAsync(50);
    await first;
    expect([ids(), comings]).toEqual([['ada@1.0.0'], ['+ ada@1.0.0']]);
  });

  it('let the second in when the first did not come', async () => {
    const { enroll, ids } = setUp({ unhealthyAtRegistration: 'refuse' });
    await rejectionOf(enroll([found({ name: 'ada' }, () => false)]));
    await enroll([found({ name: 'ada' })]);
    expect(ids()).toEqual(['ada@1.0.0']);
  });

  it('see a circle that they close together', async () => {
    const { enroll } = setUp();
    await enroll([found({ name: 'ada' })]);
    const [first, second] = await Promise.all([
      rejectionOf(
        enroll([found({ name: 'ada', version: '2.0.0', dependencies: ['bob'] }), found({ name: 'bob' })]),
      ),
      rejectionOf(enroll([found({ name: 'bob', version: '2.0.0', dependencies: ['ada'] })])),
    ]);
    expect(first).toBeUndefined();
    expect(second).toMatchObject({ violations: [{ code: 'DEPENDENCY_CIRCULAR', agent: 'bob@2.0.0' }] });
  });
});
