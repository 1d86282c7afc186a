import { CadreError, Clock, nextTurn, type Cancel } from '../../common/index.js';
import type { StepDefinition } from '../../orchestration/index.js';
import { MemoryRunStore } from '../../persistence/index.js';
import { buildRunEngine } from '../../testing/workflows/run-engine.js';
import type { ScriptedAnswer } from '../../testing/workflows/scripted-executor.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import type { ClaimedRun, Lease } from './run-record.types.js';
import type { RecordBatch } from './run.store.js';

const LEASE_MS = 10_000;

/** The clock of a node that can stand still: its timers are late then, and it knows that time has passed. */
class PausableClock extends Clock {
  #late: (() => void)[] = [];
  #isPaused = false;

  constructor(private readonly clock: Clock) {
    super();
  }

  now(): number {
    return this.clock.now();
  }

  monotonicMs(): number {
    return this.clock.monotonicMs();
  }

  schedule(delayMs: number, callback: () => void): Cancel {
    let isCanceled = false;
    const act = (): void => {
      if (!isCanceled) callback();
    };
    const cancel = this.clock.schedule(delayMs, () => {
      if (this.#isPaused) this.#late.push(act);
      else act();
    });
    return () => {
      isCanceled = true;
      cancel();
    };
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    for (const act of this.#late.splice(0)) act();
  }
}

/** A store behind a line: it takes a while to say that a claim is over, and can be away for those who ask. */
class DistantStore extends MemoryRunStore {
  isAway = false;
  claimCount = 0;
  /** Holds the answer to the next claim up that takes something. */
  line: Promise<void> | undefined;

  override async claim(limit: number): Promise<readonly ClaimedRun[]> {
    this.claimCount += 1;
    const claimed = await super.claim(limit);
    if (claimed.length === 0 || this.line === undefined) return claimed;
    const { line } = this;
    this.line = undefined;
    await line;
    return claimed;
  }

  override async append(lease: Lease, batch: RecordBatch): Promise<void> {
    await nextTurn();
    return super.append(lease, batch);
  }

  override async touch(leases: readonly Lease[]): Promise<readonly Lease[]> {
    await nextTurn();
    if (this.isAway) throw new CadreError({ code: 'AWAY', kind: 'unavailable', message: 'away' });
    return super.touch(leases);
  }
}

const STEPS: readonly StepDefinition[] = [
  { id: 'flaky', capability: 'flaky', retry: { attempts: 2, delay: '1s', jitter: false } },
];

/** Fails at the first try. */
function flaky(): ScriptedAnswer {
  let tries = 0;
  return () => {
    tries += 1;
    if (tries === 1) throw new CadreError({ code: 'BUSY', kind: 'unavailable', message: 'busy' });
    return tries;
  };
}

async function build() {
  const clock = new VirtualClock();
  const store = new DistantStore(clock, { leaseMs: LEASE_MS });
  const node = async (answer: ScriptedAnswer) => {
    const own = new PausableClock(clock);
    // With room for one run only, a node that stands still does not claim it again.
    const engine = buildRunEngine({ clock: own, store, answers: { flaky: answer }, maxActiveRuns: 1 });
    const open = () => engine.place.host.open();
    return { ...engine, clock: own, open };
  };
  const one = await node(flaky());
  await one.open();
  const { runId } = await one.service.start({ name: 'flow', steps: STEPS }, 0);
  await clock.advanceAsync(0);
  expect(one.executor.calls).toHaveLength(1);
  return { clock, store, node, one, runId };
}

describe('a node that has stood still', () => {
  it('begins nothing that another one may have done meanwhile', async () => {
    const { clock, node, one, runId } = await build();
    one.clock.pause();
    await clock.advanceAsync(2 * LEASE_MS);
    const two = await node(() => 'done');
    await two.open();
    await clock.advanceAsync(0);
    expect(await two.service.get(runId)).toMatchObject({ status: 'succeeded', output: 'done' });
    one.clock.resume();
    await clock.advanceAsync(LEASE_MS);
    expect(one.executor.calls).toHaveLength(1);
    expect(one.place.host.activeCount).toBe(0);
  });

  it('begins none of several runs that it had claimed before, and heard of after', async () => {
    const clock = new VirtualClock();
    const store = new DistantStore(clock, { leaseMs: LEASE_MS });
    await store.open();
    const own = new PausableClock(clock);
    const one = buildRunEngine({ clock: own, store, answers: { say: () => 'late' } });
    const steps = [{ id: 'say', capability: 'say' }];
    const runs = [1, 2, 3].map((input) => one.service.start({ name: 'flow', steps }, input));
    await Promise.all(runs);
    let answer = (): void => {};
    store.line = new Promise((resolve) => (answer = resolve));
    await one.place.host.open();
    own.pause();
    await clock.advanceAsync(2 * LEASE_MS);
    const two = buildRunEngine({ clock, store, answers: { say: () => 'done' } });
    await two.place.host.open();
    await clock.advanceAsync(0);
    expect(two.executor.calls).toHaveLength(3);
    own.resume();
    answer();
    await clock.advanceAsync(LEASE_MS);
    expect([one.executor.calls.length, one.place.host.activeCount]).toEqual([0, 0]);
  });

  it('goes on with what is its own still', async () => {
    const { clock, one, runId } = await build();
    one.clock.pause();
    await clock.advanceAsync(LEASE_MS - 1_000);
    one.clock.resume();
    await clock.advanceAsync(500);
    expect(await one.service.get(runId)).toMatchObject({ status: 'succeeded', output: 2 });
  });
});

describe('a node that is told of work', () => {
  it('claims all runs at once that are recorded together', async () => {
    const clock = new VirtualClock();
    const store = new DistantStore(clock, { leaseMs: LEASE_MS });
    const node = buildRunEngine({ clock, store, answers: { say: () => 'done' } });
    await node.place.host.open();
    await clock.advanceAsync(0);
    const before = store.claimCount;
    const steps = [{ id: 'say', capability: 'say' }];
    const runs = [1, 2, 3].map((input) => node.run({ name: 'flow', steps }, input));
    await clock.advanceAsync(0);
    expect((await Promise.all(runs)).map(({ status }) => status)).toEqual(Array(3).fill('succeeded'));
    expect(store.claimCount - before).toBe(1);
  });
});

describe('a node whose store does not answer', () => {
  it('begins nothing once its claims may be over, and goes on when it knows', async () => {
    const { clock, store, one, runId } = await build();
    one.clock.pause();
    store.isAway = true;
    await clock.advanceAsync(LEASE_MS - 2_000);
    one.clock.resume();
    await clock.advanceAsync(1_000);
    expect(one.executor.calls).toHaveLength(1);
    store.isAway = false;
    await clock.advanceAsync(1_000);
    expect(await one.service.get(runId)).toMatchObject({ status: 'succeeded', output: 2 });
  });

  it('can be closed', async () => {
    const { clock, store, one } = await build();
    one.clock.pause();
    store.isAway = true;
    await clock.advanceAsync(LEASE_MS - 2_000);
    one.clock.resume();
    await clock.advanceAsync(0);
    const closed = one.service.close();
    await clock.advanceAsync(1_000);
    await closed;
    expect([one.executor.calls.length, one.place.host.activeCount]).toEqual([1, 0]);
  });
});
