import type { ManifestInput } from '../../agents/index.js';
import { MemoryStatusHistoryStore } from '../../persistence/index.js';
import { registryHarness, rejectionOf, settle } from '../../testing/registry-harness.js';
import type { Release } from '../catalog/release.js';
import type { UnregisterOptions } from '../registry.types.js';
import { Enrollment } from './enrollment.js';
import { Gate } from './gate.js';
import { Withdrawal } from './withdrawal.js';

async function setUp(...inputs: readonly ManifestInput[]) {
  const harness = registryHarness(new MemoryStatusHistoryStore(), { drainTimeoutMs: 1_000 });
  const gate = new Gate();
  const enrollment = new Enrollment({ ...harness, gate });
  const withdrawal = new Withdrawal({ ...harness, gate });
  const enroll = async (input: ManifestInput, healthCheck = (): unknown => true, replace = false) => {
    const owner = { healthCheck, execute: (): unknown => undefined };
    const found = {
      input,
      agentClass: Object,
      owner,
      instances: { lifetime: 'shared', get: () => owner },
    } as const;
    const [release] = await enrollment.admit(enrollment.validate([found], replace));
    return release!;
  };
  for (const input of inputs) await enroll(input);
  const { catalog, comings } = harness;
  comings.length = 0;
  const unregister = (name: string, options: UnregisterOptions = {}): Promise<Release[]> =>
    withdrawal.unregister(name, options);
  const ids = (): string[] => catalog.all().map(({ id }) => id);
  const release = (id: string): Release => catalog.all().find((each) => each.id === id)!;
  const follow = (of: Release): Promise<void> => withdrawal.follow(of, 'removed elsewhere');
  return { ...harness, enroll, unregister, follow, ids, release };
}

const idsOf = (releases: readonly Release[]): string[] => releases.map(({ id }) => id);
const ada = (version = '1.0.0', more: ManifestInput = {}): ManifestInput => ({
  name: 'ada',
  version,
  capabilities: [],
  ...more,
});

describe('unregistering', () => {
  it('removes all releases of an agent at once when they are idle', async () => {
    const { unregister, ids, comings, status, clock } = await setUp(ada(), ada('2.0.0'), { name: 'bob' });
    expect(idsOf(await unregister('ada', { reason: 'out of fashion' }))).toEqual(['ada@2.0.0', 'ada@1.0.0']);
    expect([ids(), comings]).toEqual([['bob@1.0.0'], ['- ada@2.0.0', '- ada@1.0.0']]);
    expect(status.find('ada@1.0.0')).toBeUndefined();
    const { items } = await status.history('ada@1.0.0');
    expect(items[0]).toMatchObject({ kind: 'closed', reason: 'out of fashion', triggeredBy: 'system' });
    expect(clock.pendingTimers).toBe(0);
  });

  it('removes only the versions in a range', async () => {
    const { unregister, ids } = await setUp(ada(), ada('1.5.0'), ada('2.0.0'));
    expect(idsOf(await unregister('ada', { version: '^1.0.0' }))).toEqual(['ada@1.5.0', 'ada@1.0.0']);
    expect(ids()).toEqual(['ada@2.0.0']);
  });

  it.each<[string, UnregisterOptions, string]>([
    ['adda', {}, 'AGENT_UNKNOWN'],
    ['adda', { version: '1.0.0' }, 'AGENT_UNKNOWN'],
    ['ada', { version: '^9' }, 'AGENT_UNKNOWN'],
    ['ada', { version: 'newest' }, 'VERSION_RANGE_INVALID'],
    ['ada', { drainTimeoutMs: -1 }, 'REGISTRY_OPTION_INVALID'],
    ['ada', { reason: ' ' }, 'STATUS_INPUT_INVALID'],
  ])('refuses %s with %j and leaves all in service', async (name, options, code) => {
    const { unregister, ids, release, comings } = await setUp(ada());
    await expect(unregister(name, options)).rejects.toMatchObject({ code });
    expect([ids(), comings, release('ada@1.0.0').isDraining]).toEqual([['ada@1.0.0'], [], false]);
  });
});

describe('draining', () => {
  it('takes no further tasks and waits for those under way', async () => {
    const { unregister, release, ids, clock } = await setUp(ada());
    const { id } = release('ada@1.0.0');
    const leaving = release(id);
    leaving.occupySlot();
    const unregistering = unregister('ada');
    await settle();
    expect([leaving.isDraining, ids()]).toEqual([true, [id]]);
    leaving.vacateSlot();
    await unregistering;
    expect([leaving.isDraining, ids(), clock.pendingTimers]).toEqual([true, [], 0]);
  });

  it('puts all of them back in service when one does not end in time', async () => {
    const { unregister, release, ids, clock, comings } = await setUp(ada(), ada('2.0.0'));
    const busy = release('ada@1.0.0');
    busy.occupySlot();
    busy.occupySlot();
    const refused = rejectionOf(unregister('ada', { drainTimeoutMs: 200 }));
    await clock.advanceAsync(200);
    expect(await refused).toMatchObject({
      code: 'DRAIN_TIMEOUT',
      details: { agent: 'ada', inFlight: 2, drainTimeoutMs: 200 },
    });
    expect([ids(), comings]).toEqual([['ada@2.0.0', 'ada@1.0.0'], []]);
    expect([busy.isDraining, release('ada@2.0.0').isDraining, release('ada@2.0.0').isCurrent]).toEqual([
      false,
      false,
      true,
    ]);
    busy.vacateSlot();
    expect(ids()).toHaveLength(2);
  });

  it('waits as long as the registry says when the call does not', async () => {
    const { unregister, release, clock } = await setUp(ada());
    release('ada@1.0.0').occupySlot();
    const refused = rejectionOf(unregister('ada'));
    await clock.advanceAsync(1_000);
    expect(await refused).toMatchObject({ details: { drainTimeoutMs: 1_000 } });
  });

  it('ends by force after its time, and the task goes on', async () => {
    const { unregister, release, ids, clock } = await setUp(ada());
    const leaving = release('ada@1.0.0');
    leaving.occupySlot();
    const unregistering = unregister('ada', { force: true, drainTimeoutMs: 50 });
    await clock.advanceAsync(50);
    await unregistering;
    expect([ids(), leaving.inFlight, leaving.isDraining]).toEqual([[], 1, true]);
  });

  it('hands over to the release that stays', async () => {
    const { unregister, release, catalog } = await setUp(ada(), ada('2.0.0'));
    const leaving = release('ada@2.0.0');
    leaving.occupySlot();
    const unregistering = unregister('ada', { version: '2.0.0' });
    expect(catalog.current('ada')?.version).toBe('1.0.0');
    leaving.vacateSlot();
    await unregistering;
    expect(catalog.current('ada')?.version).toBe('1.0.0');
  });
});

describe('dependents', () => {
  const bob: ManifestInput = { name: 'bob', dependencies: ['ada'] };

  it('keep the last release of an agent, unless by force', async () => {
    const { unregister, ids, release } = await setUp(ada(), ada('2.0.0'), bob);
    expect(idsOf(await unregister('ada', { version: '2.0.0' }))).toEqual(['ada@2.0.0']);
    await expect(unregister('ada')).rejects.toMatchObject({
      code: 'AGENT_IN_USE',
      details: { agent: 'ada', dependents: ['bob@1.0.0'] },
    });
    expect(release('ada@1.0.0').isDraining).toBe(false);
    await unregister('ada', { force: true });
    expect(ids()).toEqual(['bob@1.0.0']);
  });

  it('keep it also when they came during the drain', async () => {
    const { unregister, enroll, release, ids } = await setUp(ada());
    const wanted = release('ada@1.0.0');
    wanted.occupySlot();
    const refused = rejectionOf(unregister('ada'));
    await enroll(bob);
    wanted.vacateSlot();
    expect(await refused).toMatchObject({ code: 'AGENT_IN_USE' });
    expect([ids(), wanted.isDraining]).toEqual([['ada@1.0.0', 'bob@1.0.0'], false]);
  });

  it('keep it also while they are on their way in', async () => {
    const { unregister, enroll, clock, ids } = await setUp(ada());
    const entering = enroll(bob, () => clock.delay(10).then(() => true));
    await expect(unregister('ada')).rejects.toMatchObject({ details: { dependents: ['bob@1.0.0'] } });
    await clock.advanceAsync(10);
    await entering;
    expect(ids()).toEqual(['ada@1.0.0', 'bob@1.0.0']);
  });

  it('that are no agents keep whom they need, unless by force', async () => {
    const { unregister, release, needs, ids } = await setUp(ada('1.0.0', { capabilities: ['write'] }), bob);
    needs.push({ name: 'the workflow brief@1.0.0', demands: [{ capability: 'write' }] });
    await expect(unregister('ada', { version: '1.0.0' })).rejects.toMatchObject({
      code: 'AGENT_IN_USE',
      message: expect.stringContaining('bob@1.0.0, the workflow brief@1.0.0. Remove them first'),
      details: { dependents: ['bob@1.0.0', 'the workflow brief@1.0.0'] },
    });
    expect(release('ada@1.0.0').isDraining).toBe(false);
    await unregister('ada', { force: true });
    expect(ids()).toEqual(['bob@1.0.0']);
  });

  it('that are no agents are asked again after the drain', async () => {
    const { unregister, release, needs } = await setUp(ada('1.0.0', { capabilities: ['write'] }));
    const wanted = release('ada@1.0.0');
    wanted.occupySlot();
    const refused = rejectionOf(unregister('ada'));
    needs.push({ name: 'the workflow brief@1.0.0', demands: [{ agent: 'ada' }] });
    wanted.vacateSlot();
    expect(await refused).toMatchObject({ code: 'AGENT_IN_USE' });
  });

  it('keep the last of two releases that are unregistered at once', async () => {
    const { unregister, ids } = await setUp(ada(), ada('2.0.0'), bob);
    const outcomes = await Promise.allSettled([
      unregister('ada', { version: '1.0.0' }),
      unregister('ada', { version: '2.0.0' }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(ids()).toEqual(['ada@2.0.0', 'bob@1.0.0']);
  });
});

describe('calls at once', () => {
  it('remove a release once, and both succeed', async () => {
    const { unregister, comings, release } = await setUp(ada());
    const leaving = release('ada@1.0.0');
    leaving.occupySlot();
    const both = Promise.all([unregister('ada'), unregister('ada')]);
    await settle();
    leaving.vacateSlot();
    expect((await both).map(idsOf)).toEqual([['ada@1.0.0'], []]);
    expect(comings).toEqual(['- ada@1.0.0']);
  });

  it('keep a release closed to tasks until the last of them gives up', async () => {
    const { unregister, release, clock } = await setUp(ada());
    const leaving = release('ada@1.0.0');
    leaving.occupySlot();
    const impatient = rejectionOf(unregister('ada', { drainTimeoutMs: 10 }));
    const patient = unregister('ada', { drainTimeoutMs: 100 });
    await clock.advanceAsync(10);
    expect(await impatient).toMatchObject({ code: 'DRAIN_TIMEOUT' });
    expect(leaving.isDraining).toBe(true);
    leaving.vacateSlot();
    expect(idsOf(await patient)).toEqual(['ada@1.0.0']);
  });

  it('let force end the wait of another, who then finds nothing left to do', async () => {
    const { unregister, release, clock } = await setUp(ada());
    release('ada@1.0.0').occupySlot();
    const patient = unregister('ada', { drainTimeoutMs: 100 });
    const forced = unregister('ada', { force: true, drainTimeoutMs: 0 });
    await clock.advanceAsync(0);
    expect(idsOf(await forced)).toEqual(['ada@1.0.0']);
    await clock.advanceAsync(100);
    expect(await patient).toEqual([]);
  });

  it('refuse a registration of the release that still drains, and take it once it is gone', async () => {
    const { unregister, enroll, release, ids, status } = await setUp(ada());
    const leaving = release('ada@1.0.0');
    leaving.occupySlot();
    const unregistering = unregister('ada');
    await expect(enroll(ada())).rejects.toMatchObject({ violations: [{ code: 'AGENT_DUPLICATE' }] });
    leaving.vacateSlot();
    await unregistering;
    const again = await enroll(ada());
    expect([ids(), again.status, status.find('ada@1.0.0')?.status]).toEqual([
      ['ada@1.0.0'],
      'active',
      'active',
    ]);
  });

  it('leave a release in service that took the place of the draining one', async () => {
    const { unregister, enroll, release, ids, status, comings } = await setUp(ada());
    const leaving = release('ada@1.0.0');
    leaving.occupySlot();
    const unregistering = unregister('ada');
    const successor = await enroll(ada(), () => true, true);
    leaving.vacateSlot();
    expect(await unregistering).toEqual([]);
    expect([ids(), comings, successor.isDraining]).toEqual([['ada@1.0.0'], ['+ ada@1.0.0'], false]);
    expect(status.find('ada@1.0.0')?.status).toBe('active');
  });

  it('open the status anew for a replacement that comes while the old one is being closed', async () => {
    const { unregister, enroll, ids, status, store } = await setUp(ada());
    const resume = store.pauseAppends();
    const unregistering = unregister('ada');
    await settle();
    const replacing = enroll(ada(), () => true, true);
    await settle();
    resume();
    expect(idsOf(await unregistering)).toEqual(['ada@1.0.0']);
    const successor = await replacing;
    expect([ids(), successor.status, status.find('ada@1.0.0')?.status]).toEqual([
      ['ada@1.0.0'],
      'active',
      'active',
    ]);
  });
});

describe('following a removal on another node', () => {
  it('takes the release out though others depend on it, and leaves the history as it is', async () => {
    const bob = { name: 'bob', capabilities: [], dependencies: ['ada'] };
    const { follow, release, ids, comings, status } = await setUp(ada(), bob);
    await follow(release('ada@1.0.0'));
    expect([ids(), comings]).toEqual([['bob@1.0.0'], ['- ada@1.0.0']]);
    expect(status.find('ada@1.0.0')).toBeUndefined();
    expect((await status.history('ada@1.0.0')).items.map(({ kind }) => kind)).toEqual(['changed']);
  });

  it('waits for tasks under way, and for no longer than a drain may take', async () => {
    const { follow, release, ids, clock } = await setUp(ada());
    release('ada@1.0.0').occupySlot();
    const following = follow(release('ada@1.0.0'));
    expect(release('ada@1.0.0').isDraining).toBe(true);
    await clock.advanceAsync(999);
    expect(ids()).toEqual(['ada@1.0.0']);
    await clock.advanceAsync(1);
    await following;
    expect(ids()).toEqual([]);
  });

  it('leaves a release that took its place meanwhile', async () => {
    const { follow, enroll, release, ids, status } = await setUp(ada());
    const leaving = release('ada@1.0.0');
    leaving.occupySlot();
    const following = follow(leaving);
    await enroll(ada(), () => true, true);
    leaving.vacateSlot();
    await following;
    expect([ids(), status.find('ada@1.0.0')?.status]).toEqual([['ada@1.0.0'], 'active']);
  });
});

describe('a history that cannot be written', () => {
  it('leaves in service what could not be closed, and the rest removed', async () => {
    const { unregister, ids, store, release, status } = await setUp(ada());
    store.failNextAppend(new TypeError('disk full'));
    await expect(unregister('ada')).rejects.toThrow('disk full');
    expect([ids(), release('ada@1.0.0').isDraining, status.find('ada@1.0.0')?.status]).toEqual([
      ['ada@1.0.0'],
      false,
      'active',
    ]);
    await unregister('ada');
    expect(ids()).toEqual([]);
  });
});
