import fc from 'fast-check';
import type { TaskContext } from '../../agents/index.js';
import { SeededRandom } from '../../common/index.js';
import { AgentUnregistered, HealthChanged } from '../../registry/index.js';
import { StatusChanged, type StatusChangedEntry } from '../../status/index.js';
import {
  buildExecutor,
  failing,
  NOTHING_LEFT,
  type EndedTask,
  type StubAgent,
} from '../../testing/workflows/build-executor.js';
import { BreakerChanged, EjectionChanged } from '../health.events.js';
import type { HealthOptions } from '../health.options.js';

type Setup = Parameters<typeof buildExecutor>[0];

/** An executor with breakers and outlier detection, and what they tell of what they do. */
function watched(agents: readonly StubAgent[], health: HealthOptions = {}, rest: Setup = {}) {
  const bench = buildExecutor({ agents, ...rest, health });
  const told: string[] = [];
  bench.events.subscribe(BreakerChanged, ({ release, from, to }) => {
    told.push(`${release.name}: ${from} > ${to}`);
  });
  bench.events.subscribe(EjectionChanged, ({ release, isEjected, reason }) => {
    told.push(`${release.name}: ${isEjected ? 'ejected' : 'back'}: ${reason}`);
  });
  const circuits = (at = 0) => bench.watch.breakers.openCircuitsOf(bench.built[at]!.release);
  const runTimes = async (count: number, options = {}): Promise<void> => {
    for (let task = 0; task < count; task += 1) await bench.run(options);
  };
  return { ...bench, told, circuits, runTimes };
}

const NO_OUTLIERS = { outliers: false, breaker: { jitterRatio: 0 } } as const;

/** An agent that a test breaks and mends. */
function fragile(name = 'ada', rest: Partial<StubAgent> = {}) {
  const state = { isBroken: true, calls: 0 };
  const handle = (input: string): string => {
    state.calls += 1;
    if (state.isBroken) throw new RangeError('broken');
    return input;
  };
  return { state, agent: { name, handle, ...rest } };
}

describe('a breaker', () => {
  it('keeps tasks from an agent that fails them, and says so to those who look', async () => {
    const { agent, state } = fragile();
    const { run, runTimes, circuits, executor, told, clock, watch } = watched([agent], NO_OUTLIERS);
    await runTimes(5);
    expect(circuits()).toEqual([
      { capability: 'echo', state: 'open', reason: '5 failures in a row', openForMs: 5_000 },
    ]);
    expect(await run()).toMatchObject({ code: 'NO_AGENT_AVAILABLE' });
    expect((await executor.choose('echo')).excluded).toEqual([
      {
        agent: 'ada',
        version: '1.0.0',
        code: 'breaker',
        reason: 'its circuit for echo is open: 5 failures in a row',
      },
    ]);
    expect([state.calls, told]).toEqual([5, ['ada: closed > open']]);
    watch.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('lets a few tasks try it when its time is over, and closes when they succeed', async () => {
    const { agent, state } = fragile();
    const { run, runTimes, circuits, told, clock, leftovers } = watched([agent], NO_OUTLIERS);
    await runTimes(5);
    clock.advance(5_000);
    await run();
    expect(circuits()).toMatchObject([{ state: 'open', openForMs: 10_000 }]);
    state.isBroken = false;
    clock.advance(10_000);
    expect(await run()).toMatchObject({ status: 'succeeded' });
    expect(circuits()).toMatchObject([{ state: 'half-open', openForMs: 0 }]);
    expect(await run()).toMatchObject({ status: 'succeeded' });
    expect(circuits()).toEqual([]);
    expect(told).toEqual([
      'ada: closed > open',
      'ada: open > half-open',
      'ada: half-open > open',
      'ada: open > half-open',
      'ada: half-open > closed',
    ]);
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });

  it('stands in the way of one capability, not of the others', async () => {
    const { state, agent } = fragile('ada', { provides: ['bad', 'good'] });
    const { run, clock, watch, built } = watched([agent], NO_OUTLIERS);
    expect(watch.outliers.ejectionsOf(built[0]!.release)).toEqual([]);
    for (let task = 0; task < 5; task += 1) await run({}, 'hi', 'bad');
    state.isBroken = false;
    expect(await run({}, 'hi', 'bad')).toMatchObject({ code: 'NO_AGENT_AVAILABLE' });
    expect(await run({}, 'hi', 'good')).toMatchObject({ status: 'succeeded' });
    // Half-open, its tasks are counted; those of the other capability are not.
    clock.advance(5_000);
    expect(await run({}, 'hi', 'good')).toMatchObject({ status: 'succeeded' });
    expect(await run({}, 'hi', 'bad')).toMatchObject({ status: 'succeeded' });
  });

  it('does not mind what is the fault of the caller', async () => {
    const { runTimes, circuits, run } = watched([{ name: 'ada' }], NO_OUTLIERS);
    for (let task = 0; task < 20; task += 1) await run({}, 42);
    const aborted = AbortSignal.abort();
    await runTimes(20, { signal: aborted });
    expect(circuits()).toEqual([]);
  });

  it('sends waiting tasks on as soon as it half-opens, no more of them than may try, and the rest when it closes', async () => {
    const { agent, state } = fragile('ada', { maxConcurrentTasks: 10 });
    const health = { ...NO_OUTLIERS, breaker: { jitterRatio: 0, trialTasks: 1 } };
    const { run, runTimes, clock, leftovers } = watched([agent], health);
    await runTimes(5);
    state.isBroken = false;
    const waiting = [1, 2, 3].map(() => run({ whenUnavailable: 'queue' }));
    await clock.advanceAsync(4_999);
    expect(state.calls).toBe(5);
    await clock.advanceAsync(1);
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual(new Array(3).fill('succeeded'));
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });

  it('gives the place of a trial back when its task is canceled before or after it begins', async () => {
    const { agent, state } = fragile('ada', { maxConcurrentTasks: 10 });
    const health = { ...NO_OUTLIERS, breaker: { jitterRatio: 0, trialTasks: 1 } };
    const { runTimes, run, clock, circuits, built, events } = watched([agent], health);
    await runTimes(5);
    state.isBroken = false;
    const controller = new AbortController();
    const waiting = run({ whenUnavailable: 'queue', signal: controller.signal });
    // The task that waits gets its slot in this very event, and is canceled before it comes to use it.
    const cancel = events.subscribe(BreakerChanged, () => queueMicrotask(() => controller.abort()));
    clock.advance(5_000);
    await waiting;
    cancel();
    expect([circuits(), built[0]!.release.obstacles]).toMatchObject([[{ state: 'half-open' }], undefined]);
    expect(await run()).toMatchObject({ status: 'succeeded' });
    expect(circuits()).toEqual([]);
  });

  it('is tried at once when the agent is put in service again, and forgotten when it leaves', async () => {
    const { agent } = fragile();
    const { runTimes, circuits, events, built, clock } = watched([agent], NO_OUTLIERS);
    const { release } = built[0]!;
    await runTimes(5);
    const entry = { release: release.id, to: 'active' } as StatusChangedEntry;
    events.publish(StatusChanged, { ...entry, release: 'other@1.0.0' });
    events.publish(StatusChanged, { ...entry, to: 'maintenance' });
    expect(circuits()).toMatchObject([{ state: 'open' }]);
    events.publish(StatusChanged, entry);
    expect(circuits()).toMatchObject([{ state: 'half-open' }]);
    await runTimes(1);
    expect(clock.pendingTimers).toBe(1);
    events.publish(AgentUnregistered, { release, reason: 'gone' });
    expect([circuits(), clock.pendingTimers]).toEqual([[], 0]);
  });

  it('does nothing when it is off', async () => {
    const { agent, state } = fragile();
    const { runTimes, circuits } = watched([agent], { breaker: false, outliers: false });
    await runTimes(30);
    expect([state.calls, circuits()]).toEqual([30, []]);
  });

  it('lets nothing but its trials through, whatever happens, and keeps nobody out for good', async () => {
    const plan = fc.record({
      seed: fc.integer(),
      trialTasks: fc.integer({ min: 1, max: 3 }),
      steps: fc.array(fc.record({ gapMs: fc.nat(400), cancelMs: fc.option(fc.nat(150)) }), {
        minLength: 20,
        maxLength: 60,
      }),
    });
    const trial = async ({
      seed,
      trialTasks,
      steps,
    }: typeof plan extends fc.Arbitrary<infer T> ? T : never) => {
      const random = new SeededRandom(seed);
      const problems: string[] = [];
      let trialsUnderWay = 0;
      const handle = async (input: string, { signal }: TaskContext): Promise<string> => {
        const [circuit] = bench.circuits();
        if (circuit?.state === 'open') problems.push('a task reached an open circuit');
        const isTrial = circuit?.state === 'half-open';
        if (isTrial) trialsUnderWay += 1;
        if (trialsUnderWay > trialTasks) problems.push('too many trials');
        try {
          await bench.clock.delay(random.below(200), signal);
          if (random.next() < 0.6) throw new RangeError('broken');
          return input;
        } finally {
          if (isTrial) trialsUnderWay -= 1;
        }
      };
      const breaker = { consecutiveFailures: 2, openMs: 100, maxOpenMs: 400, trialTasks };
      const bench = watched([{ name: 'ada', handle, maxConcurrentTasks: 5 }], { breaker, outliers: false });
      const tasks = [];
      for (const { gapMs, cancelMs } of steps) {
        const controller = new AbortController();
        if (cancelMs !== null) bench.clock.schedule(cancelMs, () => controller.abort());
        const whenUnavailable = random.next() < 0.5 ? 'queue' : 'fail';
        tasks.push(bench.run({ whenUnavailable, timeoutMs: 500, signal: controller.signal }));
        await bench.clock.advanceAsync(gapMs);
      }
      await bench.clock.advanceAsync(10_000);
      await Promise.all(tasks);
      expect(problems).toEqual([]);
      expect(bench.leftovers()).toEqual(NOTHING_LEFT);
      // No trial has kept its place: whoever comes now may try.
      expect(bench.built[0]!.release.obstacles).toBeUndefined();
    };
    await fc.assert(fc.asyncProperty(plan, trial), { numRuns: 40 });
  });
});

describe('outlier detection', () => {
  const weak = (name: string, failureRatio: number): StubAgent => {
    const random = new SeededRandom(name.length);
    return {
      name,
      handle: (input: string) => {
        if (random.next() < failureRatio) throw new RangeError('broken');
        return input;
      },
    };
  };
  const OUTLIERS = { breaker: false, outliers: {} } as const;
  const three = [weak('ada', 0.4), weak('bob', 0), weak('cyd', 0)];
  /** Runs so many tasks, 100 in each second. */
  const work = async (bench: ReturnType<typeof watched>, count: number): Promise<void> => {
    for (let task = 0; task < count; task += 1) {
      await bench.run();
      bench.clock.advance(10);
    }
  };

  it('keeps the one that does far worse from tasks for a while, and longer each time', async () => {
    const bench = watched(three, OUTLIERS);
    await work(bench, 1_100);
    expect(bench.told).toEqual([expect.stringMatching(/^ada: ejected: succeeds at \d\d % of its tasks/)]);
    const { release } = bench.built[0]!;
    expect(bench.watch.outliers.ejectionsOf(release)).toMatchObject([{ capability: 'echo' }]);
    expect((await bench.executor.choose('echo')).excluded).toMatchObject([{ agent: 'ada', code: 'ejected' }]);
    await work(bench, 3_000);
    expect(bench.told[1]).toBe('ada: back: its time is over');
    await work(bench, 3_000);
    const [ejection] = bench.watch.outliers.ejectionsOf(release);
    expect(ejection?.ejectedForMs).toBeGreaterThan(30_000);
    bench.watch.close();
    expect(bench.clock.pendingTimers).toBe(0);
  });

  it('leaves equals alone', async () => {
    const bench = watched([weak('ada', 0.2), weak('bobby', 0.2), weak('cyd_the_third', 0.2)], OUTLIERS);
    await work(bench, 6_000);
    expect(bench.told).toEqual([]);
  });

  it('never ejects more than the share that may be, the worst first', async () => {
    const agents = [weak('ada', 0.5), weak('bobby', 0.9), weak('cy', 0), weak('dan_d', 0.02)];
    const some = watched(agents, { breaker: false, outliers: { maxEjectedRatio: 0.3, stdevFactor: 0.5 } });
    await work(some, 2_000);
    expect(some.told.map((line) => line.slice(0, 14))).toEqual(['bobby: ejected']);
    const none = watched(agents, { breaker: false, outliers: { maxEjectedRatio: 0 } });
    await work(none, 2_000);
    expect(none.told).toEqual([]);
  });

  it('brings one back when nobody else can serve', async () => {
    const bench = watched(three, OUTLIERS);
    await work(bench, 1_100);
    expect(bench.told).toHaveLength(1);
    const [, bob, cyd] = bench.built;
    bob!.live.status = 'failed';
    bench.events.publish(StatusChanged, { release: bob!.release.id, to: 'failed' } as StatusChangedEntry);
    expect(bench.told).toHaveLength(1);
    cyd!.release.isUnwell = true;
    bench.events.publish(HealthChanged, { release: cyd!.release, verdict: undefined, isUnwell: true });
    expect(bench.told.at(-1)).toBe('ada: back: nobody else can serve');
    expect(await bench.run({ retry: { attempts: 20, delayMs: 0 } })).toMatchObject({ status: 'succeeded' });
  });

  it('brings one back when the circuit of the last other one opens, and forgets what leaves', async () => {
    const bench = watched(three, { outliers: {}, breaker: { consecutiveFailures: 50, failureRatio: 1 } });
    await work(bench, 1_100);
    const [, bob, cyd] = bench.built;
    bench.catalog.remove(bob!.release);
    bench.events.publish(AgentUnregistered, { release: bob!.release, reason: 'gone' });
    for (let call = 0; call < 50; call += 1) {
      const observation = { release: cyd!.release, capability: 'echo', taskId: `t${call}`, durationMs: 0 };
      bench.watch.onAttempt({ ...observation, verdict: 'failed' } as never);
    }
    expect(bench.told.slice(-2).toSorted()).toEqual([
      'ada: back: nobody else can serve',
      'cyd: closed > open',
    ]);
    bench.watch.close();
  });

  it('forgets an ejected one that leaves', async () => {
    const bench = watched(three, OUTLIERS);
    await work(bench, 1_100);
    const { release } = bench.built[0]!;
    bench.events.publish(AgentUnregistered, { release, reason: 'gone' });
    expect([bench.watch.outliers.ejectionsOf(release), bench.clock.pendingTimers]).toEqual([[], 0]);
  });
});

describe('one of three agents that breaks', () => {
  const TASKS = 10_000;
  /** Runs 10 000 tasks, 500 a second, over three agents of which one fails more and more. */
  const tryOut = async (failureRatioAt: (task: number) => number) => {
    let task = 0;
    const random = new SeededRandom(11);
    const reached = { open: 0, broken: 0 };
    const handleOf = (isBroken: boolean) => async (input: string) => {
      if (isBroken) {
        reached.broken += 1;
        if (bench.circuits()[0]?.state === 'open') reached.open += 1;
      }
      const fails = isBroken && random.next() < failureRatioAt(task);
      await bench.clock.delay(10);
      if (fails) throw new RangeError('broken');
      return input;
    };
    const agents = ['ada', 'bob', 'cyd'].map((name, at) => ({
      name,
      maxConcurrentTasks: 50,
      handle: handleOf(at === 0),
    }));
    const bench = watched(agents);
    const results = [];
    for (; task < TASKS; task += 1) {
      results.push(bench.run());
      if (task % 5 === 4) await bench.clock.advanceAsync(10);
    }
    await bench.clock.advanceAsync(1_000);
    const failed = (await Promise.all(results)).filter(({ status }) => status !== 'succeeded').length;
    bench.watch.close();
    return { failed, ...reached, told: bench.told };
  };

  it('costs at most 1 % of the tasks when it does so at once, and no task reaches its open circuit', async () => {
    const { failed, open, broken, told } = await tryOut((task) => (task < 2_000 ? 0 : 1));
    expect(failed).toBeLessThanOrEqual(TASKS / 100);
    expect([open, told[0]]).toEqual([0, 'ada: closed > open']);
    // Its share of the first 2 000, what was under way when it broke, and trials.
    expect(broken).toBeLessThan(2_000 / 3 + 50);
  });
});

describe('an agent that fails', () => {
  it('is tried again only while its circuit is closed', async () => {
    const { run, told } = watched([{ name: 'ada', handle: failing() }, { name: 'bob' }], NO_OUTLIERS);
    const result = await run({ strategy: 'first', retry: { attempts: 20, delayMs: 0 } });
    expect(result).toMatchObject({ status: 'succeeded', agent: 'bob' });
    const { attempts } = result as Extract<EndedTask, { status: 'succeeded' }>;
    expect([attempts.length, told]).toEqual([6, ['ada: closed > open']]);
  });
});
