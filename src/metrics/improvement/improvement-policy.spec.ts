import { EventBus } from '../../common/index.js';
import { MemoryPerformanceStore, MemoryStatusHistoryStore } from '../../persistence/index.js';
import { Catalog, Checkups, Release } from '../../registry/index.js';
import { StatusService, type StatusEntry, type StatusTransition } from '../../status/index.js';
import { RecordingLogger } from '../../testing/recording-logger.js';
import { manifestOf } from '../../testing/builders/release-builder.js';
import { measuresOf } from '../../testing/contracts/performance-store.contract.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import { PerformanceReviewed } from '../metrics.events.js';
import { METRICS_DEFAULTS, type ImprovementOptions } from '../metrics.options.js';
import { MINUTE_MS } from '../rollups/performance.store.js';
import { ImprovementPolicy } from './improvement-policy.js';

const ID = 'writer@1.0.0';
const ANN = { reason: 'planned work', triggeredBy: 'user:ann' } as const;
const { holdMs, maxHoldMs } = METRICS_DEFAULTS.improvement;

/** A history that several nodes share: of two that add at once, the second is told that it was not the last. */
class SharedHistory extends MemoryStatusHistoryStore {
  readonly #lastIds = new Map<string, string>();
  readonly #listeners = new Set<(release: string) => void>();

  override async append(entry: StatusEntry): Promise<void> {
    if (entry.kind !== 'refused') this.#lastIds.set(entry.release, entry.id);
    await super.append(entry);
  }

  override async appendAfter(entry: StatusTransition, lastId: string | null): Promise<boolean> {
    if ((this.#lastIds.get(entry.release) ?? null) !== lastId) return false;
    await this.append(entry);
    for (const listener of this.#listeners) listener(entry.release);
    return true;
  }

  override onForeignAppend(listener: (release: string | undefined) => void) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

class ScriptedCheckups extends Checkups {
  healthy = true;
  checks = 0;
  onCheck: () => Promise<unknown> = async () => undefined;

  async check(release: Release): Promise<boolean> {
    this.checks += 1;
    await this.onCheck();
    release.health = Object.freeze({ healthy: this.healthy, checkedAt: 0, durationMs: 0 });
    return true;
  }

  async sweep(): Promise<Release[]> {
    return [];
  }
}

interface Circumstances {
  readonly capabilities?: readonly string[];
  readonly options?: Partial<ImprovementOptions>;
  readonly clock?: VirtualClock;
  readonly history?: SharedHistory;
  readonly store?: MemoryPerformanceStore;
}

/** A node that hosts a writer, which is active. */
async function nodeWith({ capabilities = ['writing'], options, ...shared }: Circumstances = {}) {
  const { clock = new VirtualClock(), history = new SharedHistory() } = shared;
  const { store = new MemoryPerformanceStore(clock) } = shared;
  const events = new EventBus();
  const told: string[] = [];
  events.subscribe(
    PerformanceReviewed,
    ({ action, capabilities: of }) => void told.push(`${action} ${of.join()}`),
  );
  const status = new StatusService(clock, events, history);
  status.onModuleInit();
  const live = await status.open(ID, 'active', { reason: 'registered', triggeredBy: 'system' });
  const manifest = manifestOf({ name: 'writer', capabilities });
  const release = new Release(manifest, { lifetime: 'shared', get: () => ({}) }, live);
  const catalog = new Catalog();
  catalog.add(release);
  const checkups = new ScriptedCheckups();
  const logger = new RecordingLogger();
  const policy = new ImprovementPolicy({
    store,
    catalog,
    status,
    checkups,
    clock,
    events,
    logger,
    review: METRICS_DEFAULTS.review,
    options: { ...METRICS_DEFAULTS.improvement, ...options },
  });
  let batch = 0;
  /** Attempts of the next minute, of which so many succeed. */
  const measure = async (succeeded: number, failed: number, capability = 'writing'): Promise<void> => {
    clock.advance(MINUTE_MS);
    const series = { release: ID, capability, inputType: 'text', workflow: '', tenant: '' };
    const at = Math.floor(clock.now() / MINUTE_MS) * MINUTE_MS;
    batch += 1;
    await store.write(`writer ${batch}`, [{ at, series, measures: measuresOf(succeeded, failed) }]);
  };
  const entries = async (): Promise<string[]> =>
    (await status.history(ID, { hours: 1_000, limit: 500 })).items
      .map((entry) => `${entry.kind === 'changed' ? entry.to : entry.kind} by ${entry.triggeredBy}`)
      .toReversed();
  return {
    clock,
    history,
    store,
    events,
    told,
    status,
    live,
    release,
    checkups,
    logger,
    policy,
    measure,
    entries,
  };
}

describe('ImprovementPolicy', () => {
  it('takes a release out that succeeds too rarely, and says why (PF-01)', async () => {
    const { policy, measure, live, status, told } = await nodeWith();
    await measure(10, 30);
    await policy.act();
    expect(live).toMatchObject({ status: 'maintenance', triggeredBy: 'performance-review' });
    const [entry] = (await status.history(ID)).items;
    expect(entry!.reason).toBe(
      'Low success rate - needs improvement: 25 % of 40 attempts at "writing" succeeded (14 % to 40 %), less than 80 %',
    );
    expect(told).toEqual(['maintenance writing']);
  });

  it.each([
    ['there are too few attempts', 0, 19],
    ['it may be chance', 14, 6],
    ['it succeeds often enough', 170, 30],
  ])('leaves a release alone when %s', async (_, succeeded, failed) => {
    const { policy, measure, live, told } = await nodeWith();
    await measure(succeeded, failed);
    await policy.act();
    expect(live.status).toBe('active');
    expect(told).toEqual([]);
  });

  it('counts what is within the last hour, on all nodes', async () => {
    const { policy, measure, live, clock } = await nodeWith();
    await measure(0, 15);
    await measure(0, 15);
    clock.advance(62 * MINUTE_MS);
    await policy.act();
    expect(live.status).toBe('active');
    await measure(0, 15);
    await measure(0, 15);
    await policy.act();
    expect(live.status).toBe('maintenance');
  });

  it('puts it back after its time and a clean check; it starts anew', async () => {
    const { policy, measure, live, clock, checkups, told, entries } = await nodeWith();
    await measure(10, 30);
    await policy.act();
    clock.advance(holdMs - 1);
    await policy.act();
    expect([live.status, checkups.checks]).toEqual(['maintenance', 0]);
    clock.advance(1);
    await policy.act();
    expect([live.status, checkups.checks]).toEqual(['active', 1]);
    await policy.act();
    expect(live.status).toBe('active');
    expect(told).toEqual(['maintenance writing', 'return writing']);
    expect(await entries()).toEqual([
      'active by system',
      'maintenance by performance-review',
      'active by performance-review',
    ]);
  });

  it('keeps it out until it is healthy', async () => {
    const { policy, measure, live, clock, checkups, release } = await nodeWith();
    await measure(0, 30);
    await policy.act();
    clock.advance(holdMs);
    checkups.healthy = false;
    await policy.act();
    expect(live.status).toBe('maintenance');
    checkups.healthy = true;
    release.isUnwell = true;
    await policy.act();
    expect(live.status).toBe('maintenance');
    release.isUnwell = false;
    await policy.act();
    expect(live.status).toBe('active');
  });

  it('keeps it out twice as long each time that it is no better, up to a bound', async () => {
    const { policy, measure, live, clock } = await nodeWith();
    const absences: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      clock.advance(MINUTE_MS);
      await measure(0, 30);
      await policy.act();
      expect(live.status).toBe('maintenance');
      const since = clock.now();
      while (live.status === 'maintenance') {
        clock.advance(MINUTE_MS);
        await policy.act();
      }
      absences.push(clock.now() - since);
    }
    expect(absences.slice(0, 4)).toEqual([holdMs, 2 * holdMs, 4 * holdMs, 8 * holdMs]);
    expect(Math.max(...absences)).toBe(maxHoldMs);
  });

  it('never wakes one that a person took out, nor one whose status somebody else set', async () => {
    const { policy, measure, live, clock, status, checkups } = await nodeWith();
    await measure(0, 30);
    await policy.act();
    await status.change(ID, 'active', ANN);
    await status.change(ID, 'maintenance', ANN);
    clock.advance(10 * maxHoldMs);
    await policy.act();
    expect([live.status, checkups.checks]).toEqual(['maintenance', 0]);
    await status.change(ID, 'failed', { reason: 'broken', triggeredBy: 'health-monitor' });
    await policy.act();
    expect(live.status).toBe('failed');
  });

  it('does not wake one that a person switches off while its health is checked', async () => {
    const { policy, measure, live, clock, status, checkups } = await nodeWith();
    await measure(0, 30);
    await policy.act();
    clock.advance(holdMs);
    checkups.onCheck = async () => {
      await status.change(ID, 'active', ANN);
      await status.change(ID, 'inactive', ANN);
    };
    await policy.act();
    expect(live.status).toBe('inactive');
  });

  it('gives one that a person put back a fresh start', async () => {
    const { policy, measure, live, status } = await nodeWith();
    await measure(0, 30);
    await policy.act();
    await status.change(ID, 'active', ANN);
    await policy.act();
    expect(live.status).toBe('active');
  });

  describe('of a release with several capabilities', () => {
    const capabilities = ['writing', 'reading'];

    it('rests from the one at which it fails, for a while, and does the others', async () => {
      const { policy, measure, live, release, clock, told } = await nodeWith({ capabilities });
      await measure(0, 30);
      await measure(30, 0, 'reading');
      await policy.act();
      expect(live.status).toBe('active');
      expect([...release.rests!.keys()]).toEqual(['writing']);
      expect(release.rests!.get('writing')).toContain('Low success rate');
      clock.advance(holdMs);
      await policy.act();
      expect(release.rests).toBeUndefined();
      await policy.act();
      expect(release.rests).toBeUndefined();
      expect(told).toEqual(['rest writing', 'return writing']);
    });

    it('rests twice as long each time', async () => {
      const { policy, measure, release, clock } = await nodeWith({ capabilities });
      await measure(0, 30);
      await policy.act();
      clock.advance(holdMs);
      await policy.act();
      await measure(0, 30);
      await policy.act();
      expect(release.rests?.size).toBe(1);
      clock.advance(holdMs);
      await policy.act();
      expect(release.rests?.size).toBe(1);
      clock.advance(holdMs);
      await policy.act();
      expect(release.rests).toBeUndefined();
    });

    it('is taken out as a whole when it fails at all of them', async () => {
      const { policy, measure, live, release, told } = await nodeWith({ capabilities });
      await measure(0, 30);
      await policy.act();
      await measure(0, 30, 'reading');
      await policy.act();
      expect(live.status).toBe('maintenance');
      expect(release.rests).toBeUndefined();
      expect(told).toEqual(['rest writing', 'maintenance writing,reading']);
    });
  });

  it('has one of several nodes act, whichever is first', async () => {
    const one = await nodeWith();
    const other = await nodeWith({ clock: one.clock, history: one.history, store: one.store });
    await one.measure(0, 30);
    await Promise.all([one.policy.act(), other.policy.act()]);
    await one.clock.advanceAsync(holdMs);
    expect([one.live.status, other.live.status]).toEqual(['maintenance', 'maintenance']);
    await Promise.all([one.policy.act(), other.policy.act()]);
    await one.clock.advanceAsync(0);
    expect([one.live.status, other.live.status]).toEqual(['active', 'active']);
    expect(await one.entries()).toEqual([
      'active by system',
      'maintenance by performance-review',
      'active by performance-review',
    ]);
    expect([...one.told, ...other.told].toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
      'maintenance writing',
      'return writing',
    ]);
  });

  it('looks every 30 seconds until it is closed', async () => {
    const { policy, measure, live, clock } = await nodeWith();
    policy.open();
    await measure(0, 30);
    await clock.advanceAsync(30_000);
    expect(live.status).toBe('maintenance');
    await policy.close();
    expect(clock.pendingTimers).toBe(0);
    await clock.advanceAsync(10 * holdMs);
    expect(live.status).toBe('maintenance');
  });

  it('does nothing when it is switched off', async () => {
    const { policy, clock } = await nodeWith({ options: { isEnabled: false } });
    policy.open();
    expect(clock.pendingTimers).toBe(0);
    await policy.close();
  });

  it('is not kept from the others by one whose status cannot be changed', async () => {
    const { policy, measure, live, logger, status } = await nodeWith();
    await measure(0, 30);
    const change = status.change.bind(status);
    status.change = () => Promise.reject(new Error('read-only'));
    await policy.act();
    expect(logger.lines).toEqual(['warn performance could not be reviewed']);
    status.change = change;
    await policy.act();
    expect(live.status).toBe('maintenance');
  });

  it('goes on when the store is away for a while', async () => {
    const { policy, measure, live, logger, store } = await nodeWith();
    await measure(0, 30);
    const read = store.read.bind(store);
    store.read = () => Promise.reject(new Error('away'));
    await policy.act();
    expect(logger.lines).toEqual(['warn performance could not be reviewed']);
    store.read = read;
    await policy.act();
    expect(live.status).toBe('maintenance');
  });
});
