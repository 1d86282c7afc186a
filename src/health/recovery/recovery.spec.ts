import type { ManifestInput } from '../../agents/index.js';
import { SeededRandom } from '../../common/index.js';
import { MemoryStatusHistoryStore } from '../../persistence/index.js';
import { AgentUnregistered, Neighbors, Release } from '../../registry/index.js';
import { StatusService, type AgentStatus, type StatusTransition } from '../../status/index.js';
import { registryHarness, settle } from '../../testing/registry-harness.js';
import { manifestOf } from '../../testing/release-builder.js';
import { HealthChecks } from '../checks/health-checks.js';
import { RecoveryEnded } from '../health.events.js';
import { resolveHealthOptions, type RecoveryOptions } from '../health.options.js';
import { Recovery } from './recovery.js';

const BEAT_MS = 250;
const ANN = { reason: 'planned', triggeredBy: 'user:ann' } as const;
const MONITOR = { reason: 'health check failed', triggeredBy: 'health-monitor' } as const;
const hang = (): Promise<never> => new Promise(() => {});

type Agent = { healthCheck?: () => unknown; recover?: (signal: AbortSignal) => unknown };

/** A node; those of one cluster share a history. */
function node(given: RecoveryOptions | false = {}, history = new MemoryStatusHistoryStore()) {
  const harness = registryHarness(history);
  const { catalog, clock, status, events } = harness;
  const { checks: checkOptions, recovery: options } = resolveHealthOptions({
    recovery: given === false ? false : { jitterRatio: 0, ...given },
  });
  const checks = new HealthChecks({ ...harness, neighbors: new Neighbors(), options: checkOptions });
  const recovery = new Recovery({ ...harness, checks, random: new SeededRandom(3), options });
  checks.open();
  recovery.open();
  const ended: string[] = [];
  events.subscribe(RecoveryEnded, ({ attempt, isRecovered, isGivenUp, problem }) => {
    ended.push(`${attempt}: ${isRecovered ? 'recovered' : problem}${isGivenUp ? ', given up' : ''}`);
  });
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += BEAT_MS) {
      recovery.tick();
      await clock.advanceAsync(BEAT_MS);
    }
  };
  /** A release that failed its checks, of an agent that is well by now unless it says otherwise. */
  const enter = async (agent: Agent = {}, input: ManifestInput = {}): Promise<Release> => {
    const manifest = manifestOf({ name: 'ada', healthCheckTimeoutMs: 1_000, ...input });
    const opening = { reason: 'registered', triggeredBy: 'system' } as const;
    const live = await status.open('ada@1.0.0', 'active', opening);
    const release = new Release(manifest, { lifetime: 'shared', get: () => agent }, live);
    catalog.add(release);
    return release;
  };
  const fail = async (release: Release): Promise<void> => {
    release.isUnwell = true;
    await status.change(release.id, 'failed', MONITOR);
  };
  const entries = async (): Promise<string[]> => {
    const { items } = await status.history('ada@1.0.0', { hours: 100, limit: 500 });
    return items
      .toReversed()
      .map(({ kind, reason, ...entry }) => `${kind} ${'to' in entry ? entry.to : ''}: ${reason}`);
  };
  return { ...harness, checks, recovery, ended, pass, enter, fail, entries };
}

describe('recovery', () => {
  it('brings a release back through maintenance, by recover() and a health check', async () => {
    const deeds: string[] = [];
    const bench = node();
    const release = await bench.enter({
      recover: () => void deeds.push(`recover in ${release.status}`),
      healthCheck: () => deeds.push(`check in ${release.status}`) > 0,
    });
    await bench.fail(release);
    await bench.pass(9_750);
    expect([release.status, deeds]).toEqual(['failed', []]);
    await bench.pass(1_000);
    expect([release.status, release.isUnwell]).toEqual(['active', false]);
    expect(deeds).toEqual(['recover in maintenance', 'check in maintenance']);
    expect((await bench.entries()).slice(2)).toEqual([
      'changed maintenance: recovery, attempt 1 of 5',
      'changed active: recovery, attempt 1 of 5: it is well again',
    ]);
    expect(bench.ended).toEqual(['1: recovered']);
    expect(bench.clock.pendingTimers).toBe(0);
  });

  it('is tried again after longer and longer waits, and given up for a person after so many', async () => {
    const bench = node({ maxAttempts: 3, delayMs: 1_000, maxDelayMs: 3_000 });
    const release = await bench.enter({ healthCheck: () => ({ healthy: false, message: 'no credit' }) });
    await bench.fail(release);
    const at: number[] = [];
    bench.events.subscribe(RecoveryEnded, () => void at.push(bench.clock.monotonicMs()));
    await bench.pass(500);
    expect(bench.recovery.stateOf(release)).toMatchObject({ attempts: 0, maxAttempts: 3, isUnderWay: false });
    await bench.pass(20_000);
    expect(at.map((ms, index) => ms - (at[index - 1] ?? 0))).toEqual([1_000, 2_000, 3_000]);
    expect(bench.ended).toEqual(['1: no credit', '2: no credit', '3: no credit, given up']);
    expect(release.status).toBe('failed');
    expect((await bench.entries()).at(-1)).toBe(
      'changed failed: recovery, attempt 3 of 3 failed: no credit; there will be no further one, a person has to look',
    );
    expect(bench.recovery.stateOf(release)).toEqual({
      attempts: 3,
      maxAttempts: 3,
      isUnderWay: false,
      isGivenUp: true,
      nextInMs: undefined,
    });
  });

  it.each([
    ['throws', () => Promise.reject(new RangeError('no way')), 'recover() threw: no way'],
    ['hangs', hang, 'recover() did not end within 2000 ms'],
  ])('contains a recover() that %s', async (_, recover, problem) => {
    const bench = node({ delayMs: 1_000, recoverTimeoutMs: 2_000, maxAttempts: 1 });
    const release = await bench.enter({ recover });
    await bench.fail(release);
    await bench.pass(5_000);
    expect([release.status, bench.ended]).toEqual(['failed', [`1: ${problem}, given up`]]);
    expect(bench.clock.pendingTimers).toBe(0);
  });

  it('contains an agent that cannot be made, and one whose check says nothing', async () => {
    const bench = node({ delayMs: 1_000, maxAttempts: 1 });
    const release = await bench.enter({ healthCheck: () => ({ healthy: false }) });
    await bench.fail(release);
    await bench.pass(2_000);
    expect(bench.ended).toEqual(['1: its health check failed without a reason, given up']);
  });

  it('asks as often in a row as the agent has to be well', async () => {
    const answers = [true, true, false, true, true, true];
    const bench = node({ delayMs: 1_000, probeIntervalMs: 500 });
    const release = await bench.enter(
      { healthCheck: () => answers.shift() },
      { healthCheckSuccessThreshold: 3 },
    );
    await bench.fail(release);
    await bench.pass(3_000);
    expect(bench.ended).toEqual(['1: its health check failed without a reason']);
    await bench.pass(5_000);
    expect([release.status, release.isUnwell, answers]).toEqual(['active', false, []]);
  });

  it('counts on while a release fails again soon, and anew when it has been well for long', async () => {
    const bench = node({ delayMs: 1_000, resetAfterMs: 60_000 });
    const release = await bench.enter();
    for (let round = 0; round < 2; round += 1) {
      await bench.fail(release);
      await bench.pass(5_000);
    }
    expect(bench.ended).toEqual(['1: recovered', '2: recovered']);
    await bench.pass(70_000);
    expect(bench.recovery.stateOf(release)).toBeUndefined();
    await bench.fail(release);
    await bench.pass(5_000);
    expect(bench.ended.at(-1)).toBe('1: recovered');
  });

  it('waits for nothing where only another node found the release broken', async () => {
    const bench = node();
    const release = await bench.enter();
    await bench.status.change(release.id, 'failed', MONITOR);
    await bench.pass(1_000);
    expect(release.status).toBe('active');
  });

  it('mends the instances of this node without a change of status where the release is in service', async () => {
    const bench = node({ delayMs: 1_000 });
    let recovered = 0;
    const release = await bench.enter({ recover: () => (recovered += 1) });
    release.isUnwell = true;
    await bench.pass(2_000);
    expect([release.status, release.isUnwell, recovered]).toEqual(['active', false, 1]);
    expect(await bench.entries()).toHaveLength(1);
  });

  it('does nothing when it is off, nor for what is about to leave', async () => {
    const off = node(false);
    await off.fail(await off.enter());
    await off.pass(60_000);
    expect(off.ended).toEqual([]);
    const bench = node({ delayMs: 1_000 });
    const leaving = await bench.enter();
    await bench.fail(leaving);
    leaving.isDraining = true;
    await bench.pass(5_000);
    expect(bench.ended).toEqual([]);
  });

  it('reports that a status cannot be recorded, and tries again', async () => {
    const bench = node({ delayMs: 1_000 });
    const release = await bench.enter();
    await bench.fail(release);
    bench.store.failNextAppend(new TypeError('disk full'));
    await bench.pass(1_500);
    expect([release.status, bench.logger.lines]).toEqual([
      'failed',
      ['error a recovery could not be recorded'],
    ]);
    await bench.pass(2_000);
    expect(release.status).toBe('active');
  });
});

describe('a person', () => {
  it.each<AgentStatus>(['active', 'failed'])('who sets %s ends a recovery that is under way', async (to) => {
    const bench = node({ delayMs: 1_000 });
    let signal: AbortSignal | undefined;
    const recover = (given: AbortSignal): Promise<never> => {
      signal = given;
      return hang();
    };
    const release = await bench.enter({ recover });
    await bench.fail(release);
    await bench.pass(2_000);
    expect([release.status, bench.recovery.stateOf(release)]).toMatchObject([
      'maintenance',
      { isUnderWay: true },
    ]);
    await bench.status.change(release.id, to, ANN);
    await settle();
    expect([signal?.aborted, release.status]).toEqual([true, to]);
    await bench.pass(60_000);
    expect([release.status, bench.ended]).toEqual([
      to,
      ['1: The recovery of ada@1.0.0 was given up: user:ann has taken over.'],
    ]);
    expect(bench.clock.pendingTimers).toBe(0);
  });

  it('ends it between two health checks too', async () => {
    const bench = node({ delayMs: 1_000, probeIntervalMs: 10_000 });
    const release = await bench.enter({}, { healthCheckSuccessThreshold: 3 });
    await bench.fail(release);
    await bench.pass(2_000);
    await bench.status.change(release.id, 'active', ANN);
    await bench.pass(1_000);
    expect([release.status, bench.ended.length, bench.clock.pendingTimers]).toEqual(['active', 1, 0]);
  });

  it('whose change is written first is not overruled, whenever it comes', async () => {
    const bench = node({ delayMs: 1_000 });
    const release = await bench.enter();
    await bench.fail(release);
    await bench.pass(1_000);
    const resume = bench.store.pauseAppends();
    const changing = bench.status.change(release.id, 'inactive', ANN);
    bench.recovery.tick();
    await settle();
    resume();
    await changing;
    await bench.pass(60_000);
    expect([release.status, bench.ended]).toEqual(['inactive', []]);
  });

  it('who failed a release, or took it into maintenance, is left alone', async () => {
    for (const to of ['failed', 'maintenance'] as const) {
      const bench = node({ delayMs: 1_000 });
      const release = await bench.enter();
      await bench.status.change(release.id, to, ANN);
      await bench.pass(60_000);
      expect([release.status, bench.recovery.stateOf(release)]).toEqual([to, undefined]);
    }
  });

  it('who brings a release back that was given up has its attempts counted anew', async () => {
    const bench = node({ delayMs: 1_000, maxAttempts: 1 });
    let isWell = false;
    const release = await bench.enter({ healthCheck: () => isWell });
    await bench.fail(release);
    await bench.pass(2_000);
    isWell = true;
    await bench.pass(60_000);
    expect(release.status).toBe('failed');
    await bench.status.change(release.id, 'maintenance', ANN);
    await bench.status.change(release.id, 'active', ANN);
    await bench.fail(release);
    await bench.pass(2_000);
    expect([release.status, bench.ended.at(-1)]).toEqual(['active', '1: recovered']);
  });
});

describe('the end of a recovery', () => {
  it('is waited for when the process stops, and its release is failed then', async () => {
    const bench = node({ delayMs: 1_000 });
    const release = await bench.enter({ recover: hang });
    await bench.fail(release);
    await bench.pass(2_000);
    await bench.recovery.close();
    expect(release.status).toBe('failed');
    expect((await bench.entries()).at(-1)).toContain('given up: the process is about to stop');
    const restarted = new StatusService(bench.clock, bench.events, bench.store);
    const opening = { reason: 'registered', triggeredBy: 'system' } as const;
    expect(await restarted.open(release.id, 'active', opening)).toMatchObject({ status: 'active' });
  });

  it('comes when its release is unregistered', async () => {
    const bench = node({ delayMs: 1_000 });
    const release = await bench.enter({ recover: hang });
    await bench.fail(release);
    await bench.pass(2_000);
    bench.catalog.remove(release);
    bench.events.publish(AgentUnregistered, { release, reason: 'gone' });
    await settle();
    expect(bench.ended).toEqual(['1: The recovery of ada@1.0.0 was given up: it was unregistered.']);
  });

  it('is made by another node when the one that recovers has died over it', async () => {
    const bench = node({ delayMs: 1_000, recoverTimeoutMs: 5_000 });
    const release = await bench.enter();
    await bench.status.change(release.id, 'failed', MONITOR);
    await bench.status.change(release.id, 'maintenance', MONITOR);
    await bench.pass(20_000);
    expect(release.status).toBe('maintenance');
    await bench.pass(5_000);
    expect(release.status).toBe('active');
    expect(await bench.entries()).toContain('changed failed: a recovery did not come to its end');
  });

  it('goes unnoticed by nobody when it cannot be recorded', async () => {
    const bench = node({ delayMs: 1_000, recoverTimeoutMs: 5_000 });
    const release = await bench.enter();
    await bench.status.change(release.id, 'failed', MONITOR);
    await bench.status.change(release.id, 'maintenance', MONITOR);
    await bench.pass(22_000);
    bench.store.failNextAppend(new TypeError('disk full'));
    await bench.pass(1_000);
    expect(bench.logger.lines).toEqual(['error a recovery could not be ended']);
  });

  it('is not theirs to make who see it end in time', async () => {
    const bench = node({ delayMs: 1_000 });
    const release = await bench.enter();
    await bench.status.change(release.id, 'failed', MONITOR);
    await bench.status.change(release.id, 'maintenance', MONITOR);
    await bench.pass(20_000);
    await bench.status.change(release.id, 'active', MONITOR);
    await bench.pass(BEAT_MS);
    expect([release.status, bench.recovery.stateOf(release)]).toEqual(['active', undefined]);
  });
});

describe('nodes that recover one release', () => {
  /** A history that takes a transition only behind the one that it was decided on, as that of a cluster does. */
  class ClusterHistory extends MemoryStatusHistoryStore {
    #turn: Promise<unknown> = Promise.resolve();

    override appendAfter(entry: StatusTransition, lastId: string | null): Promise<boolean> {
      const adding = this.#turn.then(() => this.#addBehind(entry, lastId));
      this.#turn = adding;
      return adding;
    }

    async #addBehind(entry: StatusTransition, lastId: string | null): Promise<boolean> {
      const last = (await this.transitionsSince(entry.release, Number.MAX_SAFE_INTEGER)).at(-1);
      if ((last?.id ?? null) !== lastId) return false;
      await this.append(entry);
      return true;
    }
  }

  it('do so one at a time, each with its own instances', async () => {
    const history = new ClusterHistory();
    let underWay = 0;
    let most = 0;
    const nodes = [1, 2, 3].map(() => node({ delayMs: 1_000 }, history));
    const releases = await Promise.all(
      nodes.map(({ enter, clock }) =>
        enter({
          recover: async () => {
            most = Math.max(most, (underWay += 1));
            await clock.delay(500);
            underWay -= 1;
          },
        }),
      ),
    );
    await nodes[0]!.fail(releases[0]!);
    for (const [at, { status }] of nodes.entries()) {
      releases[at]!.isUnwell = true;
      // Hears of what the first node has written.
      await status.change('ada@1.0.0', 'failed', MONITOR);
    }
    for (let beat = 0; beat < 20; beat += 1) await Promise.all(nodes.map(({ pass }) => pass(BEAT_MS)));
    expect(most).toBe(1);
    expect(nodes.flatMap(({ ended }) => ended)).toContain('1: recovered');
    const { items } = await nodes[0]!.status.history('ada@1.0.0');
    expect(items[0]).toMatchObject({ to: 'active', triggeredBy: 'health-monitor' });
  });
});

describe('rules that know no way back', () => {
  it('end recovery at the first attempt', async () => {
    const bench = node({ delayMs: 1_000 });
    const release = await bench.enter();
    await bench.fail(release);
    const refusing = { change: () => bench.status.change(release.id, 'active', MONITOR) };
    const recovery = new Recovery({
      ...bench,
      status: refusing as never,
      random: new SeededRandom(1),
      options: resolveHealthOptions({ recovery: { delayMs: 1_000, jitterRatio: 0 } }).recovery,
    });
    for (let beat = 0; beat < 100; beat += 1) {
      recovery.tick();
      await bench.clock.advanceAsync(BEAT_MS);
    }
    expect(recovery.stateOf(release)).toMatchObject({ isGivenUp: true });
    expect((await bench.entries()).filter((entry) => entry.startsWith('refused'))).toHaveLength(1);
  });
});
