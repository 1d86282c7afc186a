import type { ManifestInput } from '../../agents/index.js';
import { CadreError, newId } from '../../common/index.js';
import { MemoryClusterStore, MemoryStatusHistoryStore } from '../../persistence/index.js';
import { hosted } from '../../testing/contracts/cluster-store.contract.js';
import { registryHarness, settle } from '../../testing/registry-harness.js';
import { Enrollment } from '../admission/enrollment.js';
import { Gate } from '../admission/gate.js';
import { Withdrawal } from '../admission/withdrawal.js';
import { ClusterChanged } from '../registry.events.js';
import { Cluster } from './cluster.js';
import type { ClusterView, HostedRelease } from './cluster.store.js';
import { Neighbors } from './neighbors.js';

const CAUSE = { reason: 'tuning', triggeredBy: 'user:ann' } as const;

/** A store that a test can cut off, and that tells what was asked of it. */
class TrialClusterStore extends MemoryClusterStore {
  readonly asked: string[] = [];
  isCut = false;
  isForgotten = false;

  constructor() {
    super(true);
  }

  override async announce(node: string, releases: readonly HostedRelease[], fresh: readonly string[]) {
    this.#ask(`announce ${releases.map(({ name }) => name).join(' ')}`);
    return super.announce(node, releases, fresh);
  }

  override async look(node: string): Promise<ClusterView> {
    this.#ask('look');
    const view = await super.look(node);
    const { isForgotten } = this;
    this.isForgotten = false;
    return { ...view, isForgotten };
  }

  override async remove(node: string, release: string, reason: string): Promise<void> {
    this.#ask(`remove ${release}`);
    return super.remove(node, release, reason);
  }

  #ask(what: string): void {
    if (this.isCut) throw new CadreError({ code: 'CUT', kind: 'unavailable', message: 'cut off' });
    this.asked.push(what);
  }
}

/** A node on a store that others may be on too. */
async function nodeOn(store: TrialClusterStore, ...inputs: readonly ManifestInput[]) {
  const harness = registryHarness(new MemoryStatusHistoryStore(), { drainTimeoutMs: 1_000 });
  const parts = { ...harness, gate: new Gate() };
  const enrollment = new Enrollment(parts);
  const withdrawal = new Withdrawal(parts);
  const enroll = async (...all: readonly ManifestInput[]): Promise<void> => {
    const owner = { execute: () => 1 };
    const instances = { lifetime: 'shared', get: () => owner } as const;
    const found = all.map((input) => ({ input, agentClass: Object, owner, instances }));
    await enrollment.admit(enrollment.validate(found));
    await settle();
  };
  await enroll(...inputs);
  const neighbors = new Neighbors();
  const cluster = new Cluster({ ...harness, store, neighbors, withdrawal });
  expect(cluster.isShared).toBe(true);
  const gained: (readonly string[])[] = [];
  harness.events.subscribe(ClusterChanged, (change) => void gained.push(change.gained));
  await cluster.open();
  const seen = (): string[] => neighbors.releases.map(({ name, version }) => `${name}@${version}`);
  const unregister = async (name: string): Promise<void> => {
    await withdrawal.unregister(name, {});
    await settle();
  };
  const ids = (): string[] => harness.catalog.all().map(({ id }) => id);
  /** Has the next removal fail for a reason of this process. */
  const failOnce = (): void => {
    const { status } = harness;
    const letGo = status.letGo.bind(status);
    status.letGo = async () => {
      status.letGo = letGo;
      throw new CadreError({ code: 'ONCE', kind: 'internal', message: 'just now' });
    };
  };
  return { ...harness, failOnce, cluster, neighbors, enroll, unregister, gained, seen, ids };
}

const agent = (name: string): ManifestInput => ({ name, capabilities: [`${name}_it`] });

/** A second party on the store, which is no node of ours. */
async function announceAfar(
  store: TrialClusterStore,
  ...releases: readonly HostedRelease[]
): Promise<string> {
  const node = newId();
  await store.announce(node, releases, []);
  await settle();
  return node;
}

describe('a cluster', () => {
  it('hears the others before it is open, and goes on where they cannot be heard', async () => {
    const harness = registryHarness(new MemoryStatusHistoryStore());
    const store = new TrialClusterStore();
    await announceAfar(store, hosted('read'));
    const withdrawal = new Withdrawal({ ...harness, gate: new Gate() });
    const cluster = new Cluster({ ...harness, store, withdrawal });
    store.isCut = true;
    await cluster.hear();
    expect(harness.logger.lines).toEqual([expect.stringContaining('could not be told or heard')]);
    store.isCut = false;
    await cluster.hear();
    expect(harness.neighbors.releases.map(({ name }) => name)).toEqual(['read']);
    expect(store.asked).toEqual(['announce read', 'look']);
  });

  it('hears nobody where there can be no others', async () => {
    const harness = registryHarness(new MemoryStatusHistoryStore());
    const store = new MemoryClusterStore();
    store.look = () => Promise.reject(new TypeError('nobody is to be asked'));
    const withdrawal = new Withdrawal({ ...harness, gate: new Gate() });
    await new Cluster({ ...harness, store, withdrawal }).hear();
    expect(harness.logger.lines).toEqual([]);
  });

  it('knows what the others host, and tells that it changed', async () => {
    const store = new TrialClusterStore();
    const one = await nodeOn(store, agent('write'));
    const other = await nodeOn(store, agent('read'));
    await settle();
    expect([one.seen(), other.seen()]).toEqual([['read@1.0.0'], ['write@1.0.0']]);
    await other.enroll(agent('edit'));
    expect(one.seen()).toEqual(['edit@1.0.0', 'read@1.0.0']);
    expect(one.gained).toEqual([
      ['read', 'read_it'],
      ['edit', 'edit_it'],
    ]);
  });

  it('tells once of what comes at once', async () => {
    const store = new TrialClusterStore();
    const { enroll } = await nodeOn(store);
    store.asked.length = 0;
    await enroll(agent('write'), agent('read'), agent('edit'));
    expect(store.asked.filter((what) => what.startsWith('announce'))).toEqual(['announce write read edit']);
  });

  it('tells whether its agents are available', async () => {
    const store = new TrialClusterStore();
    const one = await nodeOn(store, agent('write'));
    const other = await nodeOn(store);
    await one.status.change('write@1.0.0', 'maintenance', CAUSE);
    await settle();
    expect(other.neighbors.supply({ capability: 'write_it' })).toBe('unavailable');
    await one.status.change('write@1.0.0', 'active', CAUSE);
    await settle();
    expect(other.neighbors.supply({ capability: 'write_it' })).toBe('available');
    expect(other.gained.at(-1)).toEqual(['write', 'write_it']);
  });

  it('looks around now and then, with one timer', async () => {
    const store = new TrialClusterStore();
    const { clock } = await nodeOn(store);
    store.asked.length = 0;
    await clock.advanceAsync(15_500);
    expect(store.asked).toEqual(['look', 'look', 'look']);
    expect(clock.pendingTimers).toBe(1);
  });

  it('takes out of service here what was removed elsewhere, without recording it again', async () => {
    const store = new TrialClusterStore();
    const one = await nodeOn(store, agent('write'));
    const other = await nodeOn(store, agent('write'), agent('read'));
    await one.unregister('write');
    expect([one.ids(), other.ids()]).toEqual([[], ['read@1.0.0']]);
    expect(other.status.find('write@1.0.0')).toBeUndefined();
    const { items } = await other.status.history('write@1.0.0');
    expect(items.map(({ kind }) => kind)).toEqual(['changed']);
    expect(store.asked.filter((what) => what.startsWith('remove'))).toEqual(['remove write@1.0.0']);
    expect(one.seen()).toEqual(['read@1.0.0']);
  });

  it('lets tasks under way end, for as long as a drain may take', async () => {
    const store = new TrialClusterStore();
    const one = await nodeOn(store, agent('write'));
    const other = await nodeOn(store, agent('write'));
    const [release] = other.catalog.all();
    release?.occupySlot();
    await one.unregister('write');
    expect([other.ids(), release?.isDraining]).toEqual([['write@1.0.0'], true]);
    await other.clock.advanceAsync(1_000);
    expect(other.ids()).toEqual([]);
  });

  it('takes it out of service at the next look where that fails', async () => {
    const store = new TrialClusterStore();
    const one = await nodeOn(store, agent('write'));
    const other = await nodeOn(store, agent('write'));
    other.failOnce();
    await one.unregister('write');
    await other.clock.advanceAsync(5_000);
    expect(other.logger.lines).toContainEqual(expect.stringContaining('could not be told or heard'));
    expect(other.ids()).toEqual([]);
  });

  it('keeps what is registered again after it was removed elsewhere', async () => {
    const store = new TrialClusterStore();
    const one = await nodeOn(store, agent('write'));
    const other = await nodeOn(store, agent('write'));
    await one.unregister('write');
    await other.enroll(agent('write'));
    await other.clock.advanceAsync(10_000);
    expect(other.ids()).toEqual(['write@1.0.0']);
    expect(one.seen()).toEqual(['write@1.0.0']);
  });

  it('tells of a removal again that could not be told', async () => {
    const store = new TrialClusterStore();
    const one = await nodeOn(store, agent('write'));
    const other = await nodeOn(store, agent('write'));
    store.isCut = true;
    await one.unregister('write');
    expect(one.logger.lines).toContainEqual(expect.stringContaining('could not be told or heard'));
    expect(other.ids()).toEqual(['write@1.0.0']);
    store.isCut = false;
    await one.clock.advanceAsync(5_000);
    await settle();
    expect(other.ids()).toEqual([]);
  });

  it('tells what it hosts again when that could not be told, or was forgotten', async () => {
    const store = new TrialClusterStore();
    const { enroll, clock } = await nodeOn(store);
    store.isCut = true;
    await enroll(agent('write'));
    store.isCut = false;
    store.asked.length = 0;
    await clock.advanceAsync(5_000);
    expect(store.asked.slice(0, 2)).toEqual(['look', 'announce write']);
    store.isForgotten = true;
    store.asked.length = 0;
    await clock.advanceAsync(5_000);
    expect(store.asked.slice(0, 2)).toEqual(['look', 'announce write']);
  });

  it('keeps what it knew of the others while it cannot hear them', async () => {
    const store = new TrialClusterStore();
    const { clock, seen } = await nodeOn(store);
    await announceAfar(store, hosted('read'));
    store.isCut = true;
    await clock.advanceAsync(60_000);
    expect(seen()).toEqual(['read@1.0.0']);
  });

  it('leaves nothing behind when it is closed', async () => {
    const store = new TrialClusterStore();
    const one = await nodeOn(store, agent('write'));
    const other = await nodeOn(store);
    await one.cluster.close();
    await settle();
    expect([other.seen(), one.clock.pendingTimers]).toEqual([[], 0]);
    store.asked.length = 0;
    await one.enroll(agent('read'));
    expect(store.asked).toEqual([]);
    await one.cluster.close();
  });
});
