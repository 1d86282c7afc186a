import type { ManifestInput } from '../../agents/index.js';
import { MemoryStatusHistoryStore } from '../../persistence/index.js';
import { AgentRegistered, ClusterChanged, HealthChanged, Neighbors, Release } from '../../registry/index.js';
import { registryHarness, settle } from '../../testing/registry-harness.js';
import { manifestOf } from '../../testing/builders/release-builder.js';
import { resolveHealthOptions } from '../health.options.js';
import { HealthChecks } from './health-checks.js';

function setUp() {
  const harness = registryHarness(new MemoryStatusHistoryStore());
  const { catalog, status } = harness;
  /** An active release in the catalog whose check does what `healthCheck` does. */
  const enter = async (
    name: string,
    healthCheck: () => unknown = () => true,
    input: ManifestInput = {},
  ): Promise<Release> => {
    const manifest = manifestOf({ name, healthCheckTimeoutMs: 100, ...input });
    const live = await status.open(`${name}@1.0.0`, 'active', {
      reason: 'registered',
      triggeredBy: 'system',
    });
    const release = new Release(manifest, { lifetime: 'shared', get: () => ({ healthCheck }) }, live);
    catalog.add(release);
    return release;
  };
  const neighbors = new Neighbors();
  const { checks: options } = resolveHealthOptions();
  const checkups = new HealthChecks({ ...harness, neighbors, options });
  return { ...harness, neighbors, enter, checkups };
}

const ANN = { reason: 'planned', triggeredBy: 'user:ann' } as const;
const hang = (): Promise<never> => new Promise(() => {});
const idsOf = (releases: readonly Release[]): string[] => releases.map(({ id }) => id);

describe('checking one release', () => {
  it('keeps a healthy one active and remembers the verdict', async () => {
    const { enter, checkups } = setUp();
    const release = await enter('ada');
    expect(await checkups.check(release)).toBe(true);
    expect([release.status, release.health?.healthy]).toEqual(['active', true]);
  });

  it('lets an unhealthy active one fail, with the reason in its history', async () => {
    const { enter, checkups, status } = setUp();
    const release = await enter('ada', () => ({ healthy: false, message: 'no credit' }));
    await checkups.check(release);
    expect(release.status).toBe('failed');
    const { items } = await status.history(release.id);
    expect(items[0]).toMatchObject({
      to: 'failed',
      reason: 'health check failed: no credit',
      triggeredBy: 'health-monitor',
    });
  });

  it('does not ask one that is off', async () => {
    const { enter, checkups, status } = setUp();
    const release = await enter('ada', hang);
    await status.change(release.id, 'inactive', ANN);
    expect(await checkups.check(release)).toBe(false);
    expect(release.health).toBeUndefined();
  });

  it.each([true, false])(
    'leaves the status of one in maintenance alone when healthy is %s',
    async (healthy) => {
      const { enter, checkups, status } = setUp();
      const release = await enter('ada', () => healthy);
      await status.change(release.id, 'maintenance', ANN);
      expect(await checkups.check(release)).toBe(true);
      expect([release.status, release.health?.healthy]).toEqual(['maintenance', healthy]);
    },
  );

  it('lets a status stand that somebody set while the check ran', async () => {
    const { enter, checkups, status, clock } = setUp();
    const release = await enter('ada', hang);
    const checking = checkups.check(release);
    await status.change(release.id, 'inactive', ANN);
    await clock.advanceAsync(100);
    await checking;
    expect(release.status).toBe('inactive');
  });

  it('lets a status stand that somebody is just setting', async () => {
    const { enter, checkups, status, store } = setUp();
    const release = await enter('ada', () => false);
    const resume = store.pauseAppends();
    const changing = status.change(release.id, 'inactive', ANN);
    const checking = checkups.check(release);
    await settle();
    resume();
    await Promise.all([changing, checking]);
    expect([release.status, release.health?.healthy]).toEqual(['inactive', false]);
  });

  it('does not touch the status of the release that took its place', async () => {
    const { enter, checkups, clock } = setUp();
    const before = await enter('ada', hang);
    const checking = checkups.check(before);
    const after = await enter('ada');
    await clock.advanceAsync(100);
    await checking;
    expect([after.status, after.health]).toEqual(['active', undefined]);
  });

  it('does not mind that the release is being unregistered', async () => {
    const { enter, checkups, status, store } = setUp();
    const release = await enter('ada', () => false);
    const resume = store.pauseAppends();
    const closing = status.close(release.id, ANN);
    const checking = checkups.check(release);
    await settle();
    resume();
    await Promise.all([closing, checking]);
    expect(status.find(release.id)).toBeUndefined();
  });

  it('keeps the verdict of the check that was begun later', async () => {
    const { enter, checkups, clock } = setUp();
    const answers: (Promise<boolean> | boolean)[] = [hang(), true];
    const release = await enter('ada', () => answers.shift());
    const first = checkups.check(release);
    await clock.advanceAsync(10);
    await checkups.check(release);
    await clock.advanceAsync(100);
    expect(await first).toBe(true);
    expect([release.status, release.health?.healthy]).toEqual(['active', true]);
  });

  it('rejects when the failed status cannot be recorded', async () => {
    const { enter, checkups, store } = setUp();
    const release = await enter('ada', () => false);
    store.failNextAppend(new TypeError('disk full'));
    await expect(checkups.check(release)).rejects.toThrow('disk full');
    expect(release.status).toBe('active');
  });
});

describe('a sweep', () => {
  it('asks those whose last verdict is too old, and no other', async () => {
    const { enter, checkups, clock } = setUp();
    const asked: string[] = [];
    await enter('ada', () => asked.push('ada') > 0);
    await checkups.sweep(1_000);
    await enter('bob', () => asked.push('bob') > 0);
    await clock.advanceAsync(999);
    await checkups.sweep(1_000);
    expect(asked).toEqual(['ada', 'bob']);
    await clock.advanceAsync(1);
    await checkups.sweep(1_000);
    expect(asked).toEqual(['ada', 'bob', 'ada']);
  });

  it('finds those that are well although one throws and one hangs, in one timeout', async () => {
    const { enter, checkups, clock } = setUp();
    const throwing = await enter('ada', () => {
      throw new RangeError('boom');
    });
    const hanging = await enter('bob', hang);
    await enter('cyd');
    const alsoHanging = await enter('dan', hang);
    const sweeping = checkups.sweep(0);
    await clock.advanceAsync(100);
    expect(idsOf(await sweeping)).toEqual(['cyd@1.0.0']);
    expect([throwing, hanging, alsoHanging].map(({ status }) => status)).toEqual([
      'failed',
      'failed',
      'failed',
    ]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('neither asks nor wakes what is not active', async () => {
    const { enter, checkups, status } = setUp();
    const release = await enter('ada');
    await status.change(release.id, 'maintenance', ANN);
    expect(await checkups.sweep(0)).toEqual([]);
    expect([release.status, release.health]).toEqual(['maintenance', undefined]);
  });

  it('goes on when a verdict cannot be recorded, and leaves that agent out', async () => {
    const { enter, checkups, store, logger } = setUp();
    const release = await enter('ada', () => false);
    await enter('bob');
    store.failNextAppend(new TypeError('disk full'));
    expect(idsOf(await checkups.sweep(0))).toEqual(['bob@1.0.0']);
    expect(release.status).toBe('active');
    expect(logger.lines).toEqual(['error the verdict of a health check could not be recorded']);
  });

  it('asks one that is active with a bad verdict again, however fresh that is', async () => {
    const { enter, checkups, status } = setUp();
    const answers = [false, true];
    const release = await enter('ada', () => answers.shift());
    await checkups.check(release);
    await status.change(release.id, 'maintenance', ANN);
    await status.change(release.id, 'active', ANN);
    expect(idsOf(await checkups.sweep(300_000))).toEqual(['ada@1.0.0']);
  });

  it('leaves out what was unregistered while it ran', async () => {
    const { enter, checkups, catalog, clock } = setUp();
    const release = await enter('ada', () => clock.delay(50).then(() => true));
    const sweeping = checkups.sweep(0);
    catalog.remove(release);
    await clock.advanceAsync(50);
    expect(await sweeping).toEqual([]);
  });
});

describe('the instances of this node', () => {
  const elsewhere = (isHealthy: boolean) => [
    {
      name: 'ada',
      version: '1.0.0',
      isCurrent: true,
      isAvailable: true,
      isHealthy,
      tags: [],
      capabilities: [],
    },
  ];
  /** A node that hosts `ada`, whose check gives these answers, beside another one. */
  const asOneOfTwo = async (answers: unknown[]) => {
    const harness = setUp();
    const { checkups, enter, events, neighbors } = harness;
    checkups.open();
    const changes: string[] = [];
    events.subscribe(HealthChanged, ({ verdict, isUnwell }) => {
      changes.push(`${verdict?.healthy ? 'healthy' : 'unhealthy'}${isUnwell ? ', unwell' : ''}`);
    });
    const release = await enter('ada', () => (answers.length > 1 ? answers.shift() : answers[0]));
    const hear = (isHealthy: boolean): Promise<void> => {
      neighbors.hear(elsewhere(isHealthy));
      events.publish(ClusterChanged, { gained: [] });
      return settle();
    };
    return { ...harness, release, changes, hear };
  };

  it('get no tasks while they are unwell, as long as others are healthy', async () => {
    const { checkups, release, changes, hear } = await asOneOfTwo([false, false, false, true]);
    await hear(true);
    for (let check = 0; check < 3; check += 1) await checkups.checkOnSchedule(release);
    expect([release.status, release.isUnwell]).toEqual(['active', true]);
    await checkups.checkOnSchedule(release);
    expect([release.status, release.isUnwell]).toEqual(['active', false]);
    expect(changes).toEqual(['unhealthy', 'unhealthy, unwell', 'healthy']);
  });

  it('let the release fail once the last healthy ones elsewhere are gone', async () => {
    const { checkups, release, hear, status } = await asOneOfTwo([{ healthy: false, message: 'no credit' }]);
    await hear(true);
    await checkups.check(release);
    expect(release.status).toBe('active');
    await hear(false);
    expect(release.status).toBe('failed');
    const { items } = await status.history(release.id);
    expect(items[0]?.reason).toBe('health check failed: no credit');
  });

  it('need as many good checks as the agent says', async () => {
    const { checkups, enter } = setUp();
    const answers = [false, true, true];
    const input = { healthCheckSuccessThreshold: 2 };
    const release = await enter('ada', () => answers.shift(), input);
    await checkups.check(release);
    await checkups.check(release);
    expect(release.isUnwell).toBe(true);
    await checkups.check(release);
    expect(release.isUnwell).toBe(false);
  });

  it('start anew when a person puts the release in service, and not when a part of Cadre does', async () => {
    const { checkups, release, status, changes } = await asOneOfTwo([false]);
    expect(checkups.failuresOf(release)).toBe(0);
    await checkups.check(release);
    await status.change(release.id, 'maintenance', ANN);
    await status.change(release.id, 'active', { reason: 'again', triggeredBy: 'performance-review' });
    expect(release.isUnwell).toBe(true);
    await status.change(release.id, 'maintenance', ANN);
    await status.change(release.id, 'active', ANN);
    expect([release.isUnwell, checkups.failuresOf(release)]).toEqual([false, 0]);
    expect(changes.at(-1)).toBe('unhealthy');
    checkups.close();
  });

  it('are unwell from the first when their registration found them so', async () => {
    const { events, enter, checkups } = setUp();
    checkups.open();
    const [sick, well] = [await enter('ada'), await enter('bob')];
    sick.health = { healthy: false, checkedAt: 0, durationMs: 0 };
    for (const release of [sick, well]) events.publish(AgentRegistered, { release });
    expect([sick.isUnwell, well.isUnwell]).toEqual([true, false]);
  });

  it('are asked without a consequence for the status by a probe', async () => {
    const { checkups, release } = await asOneOfTwo([false]);
    expect(await checkups.probe(release)).toMatchObject({ healthy: false });
    expect([release.status, release.isUnwell]).toEqual(['active', true]);
  });
});
