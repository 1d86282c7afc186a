import 'reflect-metadata';
import { Global, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Clock, EventBus } from '../common/index.js';
import { MemoryStatusHistoryStore } from '../persistence/index.js';
import { VirtualClock } from '../testing/virtual-clock.js';
import {
  RELEASE,
  HOUR_MS,
  BOOT,
  ANN,
  MONITOR,
  statusOver,
  describeEntry,
} from '../testing/setups/status-setup.js';
import { StatusHistoryStore } from './status-history.store.js';
import { StatusRules, DEFAULT_STATUS_TRANSITIONS } from './status.machine.js';
import { StatusModule } from './status.module.js';
import { StatusService } from './status.service.js';

const setUp = (rules?: StatusRules) => statusOver(new MemoryStatusHistoryStore(), rules);

describe('opening a status', () => {
  it.each(['active', 'failed'] as const)('starts the history of a new release as %s', async (opening) => {
    const { clock, status, published, recorded } = setUp();
    const live = await status.open(RELEASE, opening, BOOT);
    expect(live).toEqual({ release: RELEASE, status: opening, since: clock.now(), triggeredBy: 'system' });
    expect(await recorded()).toEqual([`changed new > ${opening}`]);
    expect(published).toEqual((await status.history(RELEASE)).items);
  });

  it('keeps status, history and handle of a release that is open already', async () => {
    const { status, published, recorded } = setUp();
    const live = await status.open(RELEASE, 'active', BOOT);
    await status.change(RELEASE, 'maintenance', ANN);
    expect(await status.open(RELEASE, 'failed', BOOT)).toBe(live);
    expect(live.status).toBe('maintenance');
    expect(await recorded()).toHaveLength(2);
    expect(published).toHaveLength(2);
  });

  it('opens once when two registrations meet', async () => {
    const { status, recorded } = setUp();
    const [first, second] = await Promise.all([
      status.open(RELEASE, 'active', BOOT),
      status.open(RELEASE, 'failed', BOOT),
    ]);
    expect(first).toBe(second);
    expect(await recorded()).toEqual(['changed new > active']);
  });

  it('goes on with the history of a release that was closed, whatever the rules say', async () => {
    const { status, recorded } = setUp();
    const before = await status.open(RELEASE, 'failed', BOOT);
    await status.close(RELEASE, ANN);
    const after = await status.open(RELEASE, 'active', BOOT);
    expect(after).not.toBe(before);
    expect(after.status).toBe('active');
    expect(await recorded()).toEqual(['changed new > failed', 'closed failed', 'changed failed > active']);
  });

  it('records that a closed release is back also when its status is the same', async () => {
    const { status, recorded } = setUp();
    await status.open(RELEASE, 'active', BOOT);
    await status.close(RELEASE, ANN);
    await status.open(RELEASE, 'active', BOOT);
    expect(await recorded()).toEqual(['changed new > active', 'closed active', 'changed active > active']);
  });

  it('records nothing when a restart finds the status that it left', async () => {
    const { clock, status, restart, recorded } = setUp();
    const { since } = await status.open(RELEASE, 'active', BOOT);
    clock.advance(HOUR_MS);
    const live = await restart().open(RELEASE, 'active', BOOT);
    expect(live).toEqual({ release: RELEASE, status: 'active', since, triggeredBy: 'system' });
    expect(await recorded()).toHaveLength(1);
  });

  it.each([
    ['inactive', ANN, 'inactive'],
    ['maintenance', ANN, 'maintenance'],
    ['maintenance', { ...MONITOR, triggeredBy: 'performance-review' }, 'maintenance'],
    ['failed', MONITOR, 'active'],
    ['maintenance', MONITOR, 'active'],
  ] as const)('finds %s by %j after a restart as %s', async (left, cause, found) => {
    const { status, restart, recorded } = setUp();
    await status.open(RELEASE, 'active', BOOT);
    await status.change(RELEASE, left, cause);
    const restarted = restart();
    await restarted.open(RELEASE, 'active', BOOT);
    expect(restarted.get(RELEASE).status).toBe(found);
    expect((await recorded()).slice(2)).toEqual(found === left ? [] : [`changed ${left} > active`]);
  });

  it('leaves a release unknown when the history cannot be written', async () => {
    const { status, store, published } = setUp();
    store.failNextAppend(new RangeError('disk full'));
    await expect(status.open(RELEASE, 'active', BOOT)).rejects.toThrow('disk full');
    expect(status.find(RELEASE)).toBeUndefined();
    expect(published).toEqual([]);
    await expect(status.open(RELEASE, 'active', BOOT)).resolves.toMatchObject({ status: 'active' });
  });
});

describe('changing a status', () => {
  it('records who, why, when and what for, and brings the live handle up to date', async () => {
    const { clock, status, published } = setUp();
    const live = await status.open(RELEASE, 'active', BOOT);
    clock.advance(1_500);
    const entry = await status.change(RELEASE, 'maintenance', { ...ANN, correlationId: 'request-7' });
    expect(entry).toEqual({
      kind: 'changed',
      id: expect.any(String),
      release: RELEASE,
      from: 'active',
      to: 'maintenance',
      at: clock.now(),
      reason: 'planned work',
      triggeredBy: 'user:ann',
      correlationId: 'request-7',
    });
    const { triggeredBy } = ANN;
    expect(live).toEqual({ release: RELEASE, status: 'maintenance', since: clock.now(), triggeredBy });
    expect(published.at(-1)).toBe(entry);
    expect(Object.isFrozen(entry)).toBe(true);
  });

  it('correlates an entry with itself when no correlation id is given', async () => {
    const { status } = setUp();
    await status.open(RELEASE, 'active', BOOT);
    const entry = await status.change(RELEASE, 'inactive', ANN);
    expect(entry?.correlationId).toBe(entry?.id);
  });

  it('leaves no trace when the status is the same', async () => {
    const { clock, status, published, recorded } = setUp();
    const live = await status.open(RELEASE, 'failed', BOOT);
    const { since } = live;
    clock.advance(HOUR_MS);
    await expect(status.change(RELEASE, 'failed', MONITOR)).resolves.toBeUndefined();
    expect(live.since).toBe(since);
    expect(await recorded()).toEqual(['changed new > failed']);
    expect(published).toHaveLength(1);
  });

  it('refuses what the rules forbid, records it and names what is allowed', async () => {
    const { status, published, recorded } = setUp();
    const live = await status.open(RELEASE, 'failed', BOOT);
    await expect(status.change(RELEASE, 'active', ANN)).rejects.toMatchObject({
      code: 'STATUS_TRANSITION_ILLEGAL',
      kind: 'conflict',
      message:
        'writer@1.0.0 is failed and cannot become active; from failed it may become maintenance or inactive.',
      details: { release: RELEASE, from: 'failed', to: 'active', allowed: ['maintenance', 'inactive'] },
    });
    expect(live.status).toBe('failed');
    expect(await recorded()).toEqual(['changed new > failed', 'refused failed > active']);
    expect(published.at(-1)).toMatchObject({ kind: 'refused', allowed: ['maintenance', 'inactive'] });
  });

  it('follows the rules of the application', async () => {
    const { status } = setUp(new StatusRules({ ...DEFAULT_STATUS_TRANSITIONS, failed: [] }));
    await status.open(RELEASE, 'failed', BOOT);
    await expect(status.change(RELEASE, 'inactive', ANN)).rejects.toThrow('it may become no other status');
  });

  it.each(['writter@1.0.0', ''])('knows no status of %j, not even inactive', async (release) => {
    const { status } = setUp();
    await status.open(RELEASE, 'active', BOOT);
    const unknown = { code: 'STATUS_UNKNOWN', kind: 'not-found' };
    expect(status.find(release)).toBeUndefined();
    expect(() => status.get(release)).toThrow(expect.objectContaining(unknown));
    await expect(status.change(release, 'active', ANN)).rejects.toMatchObject(unknown);
    await expect(status.close(release, ANN)).rejects.toMatchObject(unknown);
    await expect(status.history(release)).rejects.toMatchObject(unknown);
    await expect(status.uptime(release)).rejects.toMatchObject(unknown);
  });

  it('refuses causes and statuses that are not valid before anything happens', async () => {
    const { status, store } = setUp();
    const invalid = { code: 'STATUS_INPUT_INVALID', kind: 'input' };
    await expect(status.open(RELEASE, 'asleep' as never, BOOT)).rejects.toMatchObject(invalid);
    await expect(status.open(RELEASE, 'active', { ...BOOT, reason: ' ' })).rejects.toMatchObject(invalid);
    await expect(status.change(RELEASE, 'asleep' as never, ANN)).rejects.toMatchObject(invalid);
    await expect(
      status.change(RELEASE, 'failed', { ...ANN, triggeredBy: 'admin' as never }),
    ).rejects.toMatchObject(invalid);
    await expect(status.close(RELEASE, { ...ANN, reason: 'x'.repeat(501) })).rejects.toMatchObject(invalid);
    expect(store.appendsStarted).toBe(0);
  });
});

describe('closing a status', () => {
  it('takes the status away and keeps the history', async () => {
    const { clock, status } = setUp();
    await status.open(RELEASE, 'active', BOOT);
    clock.advance(HOUR_MS);
    await status.close(RELEASE, ANN);
    clock.advance(HOUR_MS);
    expect(status.find(RELEASE)).toBeUndefined();
    expect(status.byStatus('active')).toEqual([]);
    expect((await status.history(RELEASE)).items.map(describeEntry)).toEqual([
      'closed active',
      'changed new > active',
    ]);
    expect(await status.uptime(RELEASE)).toMatchObject({
      upMs: HOUR_MS,
      unobservedMs: HOUR_MS,
      uptimeRatio: 1,
    });
  });

  it('leaves the release open when it cannot be written', async () => {
    const { status, store } = setUp();
    const live = await status.open(RELEASE, 'active', BOOT);
    store.failNextAppend(new RangeError('disk full'));
    await expect(status.close(RELEASE, ANN)).rejects.toThrow('disk full');
    expect(status.get(RELEASE)).toBe(live);
  });
});

describe('questions about status', () => {
  it('list the releases of a status in the order they were opened', async () => {
    const { status } = setUp();
    for (const release of ['c@1.0.0', 'a@1.0.0', 'b@1.0.0']) await status.open(release, 'active', BOOT);
    await status.change('a@1.0.0', 'failed', MONITOR);
    expect(status.byStatus('active')).toEqual(['c@1.0.0', 'b@1.0.0']);
    expect(status.byStatus('failed')).toEqual(['a@1.0.0']);
    expect(status.byStatus('inactive')).toEqual([]);
  });

  it('page through the last 24 hours, or as many as are asked for', async () => {
    const { clock, status } = setUp();
    await status.open(RELEASE, 'failed', BOOT);
    clock.advance(30 * HOUR_MS);
    await status.change(RELEASE, 'maintenance', ANN);
    await status.change(RELEASE, 'inactive', ANN).catch(() => {});
    await status.change(RELEASE, 'active', ANN);
    const first = await status.history(RELEASE, { limit: 2 });
    expect(first.items.map(describeEntry)).toEqual([
      'changed maintenance > active',
      'refused maintenance > inactive',
    ]);
    const second = await status.history(RELEASE, { limit: 2, cursor: first.nextCursor ?? '' });
    expect(second.items.map(describeEntry)).toEqual(['changed failed > maintenance']);
    expect(second.nextCursor).toBeNull();
    const { items } = await status.history(RELEASE, { hours: 31, kinds: ['changed'] });
    expect(items.map(describeEntry)).toEqual([
      'changed maintenance > active',
      'changed failed > maintenance',
      'changed new > failed',
    ]);
  });

  it('refuse windows, pages and kinds out of bounds', async () => {
    const { status } = setUp();
    await status.open(RELEASE, 'active', BOOT);
    for (const options of [
      { hours: 0 },
      { hours: 8785 },
      { limit: 0 },
      { limit: 501 },
      { kinds: ['x' as never] },
    ]) {
      const [field] = Object.keys(options);
      await expect(status.history(RELEASE, options)).rejects.toMatchObject({
        code: 'STATUS_INPUT_INVALID',
        details: { field },
      });
    }
    await expect(status.history(RELEASE, { cursor: 'x' })).rejects.toMatchObject({
      details: { field: 'cursor' },
    });
    await expect(status.uptime(RELEASE, { hours: -1 })).rejects.toThrow('hours is -1');
  });

  it('tell the uptime of the day: three agents, one maintained, one broken and recovered (ST-27)', async () => {
    const { clock, status } = setUp();
    const [writer, reader, mailer] = ['writer@1.0.0', 'reader@1.0.0', 'mailer@1.0.0'] as const;
    for (const release of [writer, reader, mailer]) await status.open(release, 'active', BOOT);
    clock.advance(6 * HOUR_MS);
    await status.change(reader, 'maintenance', ANN);
    await status.change(mailer, 'failed', MONITOR);
    clock.advance(HOUR_MS);
    await status.change(mailer, 'maintenance', MONITOR);
    clock.advance(HOUR_MS);
    await status.change(mailer, 'active', MONITOR);
    await status.change(reader, 'active', ANN);
    clock.advance(2 * HOUR_MS);
    expect(await status.uptime(writer)).toMatchObject({ uptimeRatio: 1, statusChanges: 0, outages: 0 });
    expect(await status.uptime(reader)).toMatchObject({ uptimeRatio: 0.8, statusChanges: 2, outages: 0 });
    expect(await status.uptime(mailer)).toMatchObject({
      uptimeRatio: 0.8,
      statusChanges: 3,
      outages: 1,
      mttrMs: 2 * HOUR_MS,
      mtbfMs: 8 * HOUR_MS,
    });
    expect((await status.uptime(mailer, { hours: 3 })).uptimeRatio).toBe(2 / 3);
  });
});

describe('StatusModule', () => {
  it.each([
    ['the default rules', undefined],
    [
      'rules that are provided',
      new StatusRules({ ...DEFAULT_STATUS_TRANSITIONS, active: ['failed', 'inactive'] }),
    ],
  ])('makes the service from the global ports and %s', async (_case, rules) => {
    const providers = [
      { provide: Clock, useValue: new VirtualClock() },
      { provide: EventBus, useValue: new EventBus() },
      { provide: StatusHistoryStore, useValue: new MemoryStatusHistoryStore() },
      ...(rules === undefined ? [] : [{ provide: StatusRules, useValue: rules }]),
    ];
    @Global()
    @Module({ providers, exports: providers.map(({ provide }) => provide) })
    class PortsModule {}
    const module = await Test.createTestingModule({ imports: [PortsModule, StatusModule] }).compile();
    const status = module.get(StatusService);
    await status.open(RELEASE, 'active', BOOT);
    const change = status.change(RELEASE, 'maintenance', ANN);
    if (rules === undefined) await expect(change).resolves.toMatchObject({ to: 'maintenance' });
    else await expect(change).rejects.toMatchObject({ details: { allowed: ['failed', 'inactive'] } });
    await module.close();
  });
});
