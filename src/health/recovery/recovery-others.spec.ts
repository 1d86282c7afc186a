import { SeededRandom } from '../../common/index.js';
import { MemoryStatusHistoryStore } from '../../persistence/index.js';
import type { AgentStatus, StatusTransition } from '../../status/index.js';
import { settle } from '../../testing/registry-harness.js';
import { BEAT_MS, ANN, MONITOR, hang, recoveryNode } from '../../testing/setups/recovery-node.js';
import { resolveHealthOptions, type RecoveryOptions } from '../health.options.js';
import { Recovery } from './recovery.js';

const node = (given?: RecoveryOptions | false, history = new MemoryStatusHistoryStore()) =>
  recoveryNode(history, given);

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
