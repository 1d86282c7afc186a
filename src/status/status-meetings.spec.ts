import 'reflect-metadata';
import fc from 'fast-check';
import { MemoryStatusHistoryStore } from '../persistence/index.js';
import { RELEASE, BOOT, ANN, MONITOR, statusOver, settle } from '../testing/setups/status-setup.js';
import { StatusChanged } from './status.events.js';
import { StatusRules } from './status.machine.js';
import { AGENT_STATUSES, type AgentStatus } from './status.types.js';

const setUp = (rules?: StatusRules) => statusOver(new MemoryStatusHistoryStore(), rules);

describe('changes that meet', () => {
  it('are each checked against the status that they find', async () => {
    const { status, recorded } = setUp();
    await status.open(RELEASE, 'active', BOOT);
    const results = await Promise.allSettled([
      status.change(RELEASE, 'failed', MONITOR),
      status.change(RELEASE, 'inactive', ANN),
      status.change(RELEASE, 'failed', MONITOR),
      status.change(RELEASE, 'inactive', ANN),
    ]);
    expect(results.map(({ status: outcome }) => outcome)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    expect(await recorded()).toEqual([
      'changed new > active',
      'changed active > failed',
      'changed failed > inactive',
      'refused inactive > failed',
    ]);
  });

  it('wait for one whose write hangs, while other releases go on', async () => {
    const { status, store } = setUp();
    const live = await status.open(RELEASE, 'active', BOOT);
    const resume = store.pauseAppends();
    const first = status.change(RELEASE, 'failed', MONITOR);
    const second = status.change(RELEASE, 'maintenance', ANN);
    const other = status.open('reader@1.0.0', 'active', BOOT);
    await settle();
    expect(store.appendsStarted).toBe(3);
    expect([live.status, status.byStatus('failed')]).toEqual(['active', []]);
    resume();
    expect(await Promise.all([first, second, other])).toMatchObject([
      { from: 'active', to: 'failed' },
      { from: 'failed', to: 'maintenance' },
      { status: 'active' },
    ]);
  });

  it('are not told to anybody before they are written and in force', async () => {
    const { status, store, events } = setUp();
    await status.open(RELEASE, 'active', BOOT);
    const seen: unknown[] = [];
    events.subscribe(StatusChanged, ({ to }) => void seen.push([to, status.get(RELEASE).status]));
    const resume = store.pauseAppends();
    const change = status.change(RELEASE, 'failed', MONITOR);
    await settle();
    expect(seen).toEqual([]);
    resume();
    await change;
    expect(seen).toEqual([['failed', 'failed']]);
  });

  it('change nothing when the write fails, and do not hold up the next one', async () => {
    const { status, store, published, recorded } = setUp();
    const live = await status.open(RELEASE, 'active', BOOT);
    store.failNextAppend(new RangeError('disk full'));
    const failing = status.change(RELEASE, 'failed', MONITOR);
    const next = status.change(RELEASE, 'maintenance', ANN);
    await expect(failing).rejects.toThrow('disk full');
    await expect(next).resolves.toMatchObject({ from: 'active', to: 'maintenance' });
    expect(live.status).toBe('maintenance');
    expect(await recorded()).toEqual(['changed new > active', 'changed active > maintenance']);
    expect(published).toHaveLength(2);
  });

  it('report the store when a refusal cannot be recorded', async () => {
    const { status, store, published } = setUp();
    await status.open(RELEASE, 'failed', BOOT);
    store.failNextAppend(new RangeError('disk full'));
    await expect(status.change(RELEASE, 'active', ANN)).rejects.toThrow('disk full');
    expect(published).toHaveLength(1);
  });

  it('may be asked for by the handler of another', async () => {
    const { status, events, recorded } = setUp();
    await status.open(RELEASE, 'active', BOOT);
    events.subscribe(StatusChanged, async ({ to }) => {
      if (to === 'failed') await status.change(RELEASE, 'maintenance', MONITOR);
    });
    await status.change(RELEASE, 'failed', MONITOR);
    await settle();
    expect((await recorded()).at(-1)).toBe('changed failed > maintenance');
  });

  it('find no status when the release was closed in the meantime', async () => {
    const { status, recorded } = setUp();
    const live = await status.open(RELEASE, 'active', BOOT);
    const [closing, change] = await Promise.allSettled([
      status.close(RELEASE, ANN),
      status.change(RELEASE, 'failed', MONITOR),
    ]);
    expect([closing.status, change.status]).toEqual(['fulfilled', 'rejected']);
    expect(live.status).toBe('active');
    expect(await recorded()).toEqual(['changed new > active', 'closed active']);
  });

  it('never leave the table, and replay to the live status', async () => {
    const rules = new StatusRules();
    const step = fc.record({
      to: fc.constantFrom(...AGENT_STATUSES),
      isAwaited: fc.boolean(),
      fails: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const { status, store, published } = setUp(rules);
        const live = await status.open(RELEASE, 'active', BOOT);
        const changes: Promise<unknown>[] = [];
        for (const { to, isAwaited, fails } of steps) {
          if (fails) store.failNextAppend(new RangeError('disk full'));
          changes.push(status.change(RELEASE, to, ANN).catch((error: unknown) => error));
          if (isAwaited) await changes.at(-1);
        }
        await Promise.all(changes);
        const { items } = await store.list({ release: RELEASE, limit: 100 });
        const replayed = items.toReversed().reduce<AgentStatus | null>((found, entry) => {
          expect(entry.from).toBe(found);
          if (entry.kind !== 'changed') return found;
          if (found !== null) expect(rules.isAllowed(found, entry.to)).toBe(true);
          return entry.to;
        }, null);
        expect(live.status).toBe(replayed);
        expect(published).toEqual(items.toReversed());
      }),
    );
  });
});
