import { setTimeout as sleep } from 'node:timers/promises';
import { EventBus, SeededRandom, type Clock } from '../common/index.js';
import {
  MemoryStatusHistoryStore,
  openDatabase,
  SqlStatusHistoryStore,
  type Database,
  type DatabaseOptions,
} from '../persistence/index.js';
import { PausableStatusHistoryStore } from '../testing/pausable-status-history.store.js';
import { describeOnDatabases } from '../testing/databases/sql-databases.js';
import { testParts } from '../testing/test-parts.js';
import { VirtualClock } from '../testing/virtual-clock.js';
import type { StatusHistoryStore } from './status-history.store.js';
import { StatusChanged, StatusClosedElsewhere } from './status.events.js';
import { StatusService } from './status.service.js';
import { AGENT_STATUSES, type StatusCause, type StatusEntry, type StatusTransition } from './status.types.js';

const RELEASE = 'writer@1.0.0';
const BOOT: StatusCause = { reason: 'registered', triggeredBy: 'system' };
const ANN: StatusCause = { reason: 'planned work', triggeredBy: 'user:ann' };

/** A node: the service as the process holds it, and what it tells. */
function nodeOn(store: StatusHistoryStore, clock: Clock = new VirtualClock()) {
  const events = new EventBus();
  const told: StatusEntry[] = [];
  events.subscribe(StatusChanged, (entry) => void told.push(entry));
  events.subscribe(StatusClosedElsewhere, (entry) => void told.push(entry));
  const status = new StatusService(clock, events, store);
  status.onModuleInit();
  return { status, told };
}

/** Waits for what another node has to hear of; longer than it takes on any machine. */
async function eventually(check: () => unknown): Promise<void> {
  for (const startedAt = Date.now(); ; await sleep(5)) {
    try {
      return void (await check());
    } catch (error) {
      if (Date.now() - startedAt > 20_000) throw error;
    }
  }
}

describe('the status of a release that several nodes have', () => {
  const open = (options: DatabaseOptions): Promise<Database> => openDatabase(options, testParts());
  describeOnDatabases(open, ['status_entries'], (database) => {
    const stopped: StatusService[] = [];
    const startPair = async () => {
      const [one, other = one] = await database.emptied();
      const pair = [one, other].map((each) => nodeOn(new SqlStatusHistoryStore(each, testParts())));
      stopped.push(...pair.map(({ status }) => status));
      return { one: pair[0]!, other: pair[1]! };
    };
    const bootPair = async () => {
      const pair = await startPair();
      const live = await pair.one.status.open(RELEASE, 'active', BOOT);
      const otherLive = await pair.other.status.open(RELEASE, 'active', BOOT);
      return { ...pair, live, otherLive };
    };
    const stepsOf = async (status: StatusService): Promise<string[]> =>
      (await status.history(RELEASE, { limit: 500, kinds: ['changed'] })).items
        .toReversed()
        .map((entry) => `${entry.from ?? 'new'} > ${entry.kind === 'changed' ? entry.to : ''}`);
    afterEach(() => stopped.splice(0).forEach((status) => status.onModuleDestroy()));

    it('changes on all of them by word of the one that wrote it, no timer has to pass, and is told on each', async () => {
      const { one, other, otherLive } = await bootPair();
      const entry = await one.status.change(RELEASE, 'maintenance', ANN);
      await eventually(() => expect(otherLive.status).toBe('maintenance'));
      expect(otherLive.since).toBe(entry?.at);
      expect(other.told).toEqual([entry]);
      expect(one.told).toHaveLength(2);
    });

    it('opens its history once when nodes start at the same time', async () => {
      const { one, other } = await startPair();
      const nodes = [one, other];
      const lives = await Promise.all(nodes.map(({ status }) => status.open(RELEASE, 'active', BOOT)));
      expect(lives.map(({ status }) => status)).toEqual(['active', 'active']);
      expect(await stepsOf(one.status)).toEqual(['new > active']);
    });

    it('is checked against what another node wrote before, though nobody was told yet', async () => {
      const { one, other } = await bootPair();
      one.status.onModuleDestroy();
      await other.status.change(RELEASE, 'maintenance', ANN);
      await expect(one.status.change(RELEASE, 'inactive', ANN)).rejects.toMatchObject({
        code: 'STATUS_TRANSITION_ILLEGAL',
        details: { from: 'maintenance' },
      });
      expect(one.told).toMatchObject([{ to: 'active' }, { to: 'maintenance' }]);
      await expect(one.status.change(RELEASE, 'failed', ANN)).resolves.toMatchObject({ from: 'maintenance' });
    });

    it('ends the same on all when nodes change it at once, each change following the one before', async () => {
      const { one, other, live, otherLive } = await bootPair();
      const random = new SeededRandom(7);
      await Promise.all(
        Array.from({ length: 60 }, (_, index) =>
          (index % 2 === 0 ? one : other).status
            .change(RELEASE, AGENT_STATUSES[random.below(4)]!, ANN)
            // The rules may forbid it by then.
            .catch(() => {}),
        ),
      );
      const steps = await stepsOf(one.status);
      for (const [index, step] of steps.entries()) {
        const [from] = step.split(' > ');
        expect(from).toBe(index === 0 ? 'new' : steps[index - 1]!.split(' > ')[1]);
      }
      const last = steps.at(-1)!.split(' > ')[1];
      await eventually(() => expect([live.status, otherLive.status]).toEqual([last, last]));
    });

    it('stays in service where only another node has unregistered it, which is told', async () => {
      const { one, other, otherLive } = await bootPair();
      await one.status.close(RELEASE, ANN);
      await eventually(() => expect(other.told).toMatchObject([{ kind: 'closed', from: 'active' }]));
      expect(otherLive.status).toBe('active');
      await other.status.change(RELEASE, 'inactive', ANN);
      expect(await stepsOf(other.status)).toEqual(['new > active', 'active > inactive']);
    });

    it('is let go of without a trace where another node has closed it, though it is back there', async () => {
      const { one, other } = await bootPair();
      await one.status.close(RELEASE, ANN);
      await one.status.open(RELEASE, 'active', BOOT);
      await other.status.letGo(RELEASE);
      expect(other.status.find(RELEASE)).toBeUndefined();
      expect(one.status.get(RELEASE).status).toBe('active');
      expect((await other.status.history(RELEASE, { kinds: ['closed'] })).items).toHaveLength(1);
    });

    it('is closed once when nodes close it one after the other', async () => {
      const { one, other } = await bootPair();
      await one.status.close(RELEASE, ANN);
      await other.status.close(RELEASE, ANN);
      expect(other.status.find(RELEASE)).toBeUndefined();
      expect((await other.status.history(RELEASE, { kinds: ['closed'] })).items).toHaveLength(1);
    });

    it('is closed once when nodes close it at once, also while its status changes', async () => {
      const { one, other } = await bootPair();
      await Promise.allSettled([
        one.status.close(RELEASE, ANN),
        one === other ? undefined : other.status.close(RELEASE, ANN),
        one.status.change(RELEASE, 'maintenance', ANN),
      ]);
      expect(one.status.find(RELEASE)).toBeUndefined();
      expect((await one.status.history(RELEASE, { kinds: ['closed'] })).items).toHaveLength(1);
    });
  });

  it('is caught up with a second after its history could not be read', async () => {
    const clock = new VirtualClock();
    const store = new TellingStore(new MemoryStatusHistoryStore());
    const { status } = nodeOn(store, clock);
    const live = await status.open(RELEASE, 'active', BOOT);
    const { status: other } = nodeOn(store, clock);
    await other.open(RELEASE, 'active', BOOT);
    await other.change(RELEASE, 'inactive', ANN);
    store.isReadable = false;
    store.tell(RELEASE);
    await clock.advanceAsync(999);
    store.isReadable = true;
    expect(live.status).toBe('active');
    await clock.advanceAsync(1);
    expect(live.status).toBe('inactive');
    expect(clock.pendingTimers).toBe(0);
  });
});

/** A store that several services share, which tells them when the test wants it and can be out of order. */
class TellingStore extends PausableStatusHistoryStore {
  readonly #listeners: ((release: string | undefined) => void)[] = [];
  isReadable = true;

  tell(release: string): void {
    for (const listener of this.#listeners) listener(release);
  }

  override onForeignAppend(listener: (release: string | undefined) => void): () => void {
    this.#listeners.push(listener);
    return () => {};
  }

  override async transitionsSince(release: string, sinceAt: number): Promise<readonly StatusTransition[]> {
    if (!this.isReadable) throw new RangeError('the database is away');
    return super.transitionsSince(release, sinceAt);
  }
}
