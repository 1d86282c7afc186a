import fc from 'fast-check';
import type { TaskContext } from '../../agents/index.js';
import { RETRY_DEFAULTS } from '../../common/index.js';
import { buildExecutor } from '../../testing/workflows/build-executor.js';
import type { TaskOptions, UnavailablePolicy } from './task.types.js';

/** How an agent answers one attempt: after so many milliseconds, or not at all. */
const behavior = fc.record({
  kind: fc.constantFrom('answers', 'fails', 'misanswers', 'hangs', 'heeds', 'yields', 'at once', 'throws'),
  durationMs: fc.integer({ min: 0, max: 120 }),
});
type Behavior = typeof behavior extends fc.Arbitrary<infer B> ? B : never;

const agent = fc.record({
  maxConcurrentTasks: fc.integer({ min: 1, max: 3 }),
  behaviors: fc.array(behavior, { minLength: 1, maxLength: 4 }),
});

const task = fc.record({
  startMs: fc.integer({ min: 0, max: 200 }),
  timeoutMs: fc.integer({ min: 1, max: 300 }),
  attemptTimeoutMs: fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined }),
  queueTimeoutMs: fc.integer({ min: 0, max: 200 }),
  cancelMs: fc.option(fc.integer({ min: 0, max: 200 }), { nil: undefined }),
  attempts: fc.integer({ min: 1, max: 3 }),
  delayMs: fc.integer({ min: 0, max: 50 }),
  maxFallbacks: fc.integer({ min: 0, max: 3 }),
  strategy: fc.constantFrom('first', 'random', 'round-robin', 'least-loaded'),
  whenUnavailable: fc.constantFrom<UnavailablePolicy[]>('alternative', 'queue', 'skip', 'fail'),
  pin: fc.option(fc.nat({ max: 2 }), { nil: undefined }),
});
type Task = typeof task extends fc.Arbitrary<infer T> ? T : never;

const change = fc.record({
  atMs: fc.integer({ min: 0, max: 300 }),
  agent: fc.nat({ max: 2 }),
  to: fc.constantFrom<('active' | 'failed' | 'maintenance')[]>('active', 'failed', 'maintenance'),
});

const scenario = fc.record({
  agents: fc.array(agent, { minLength: 3, maxLength: 3 }),
  tasks: fc.array(task, { minLength: 1, maxLength: 12 }),
  changes: fc.array(change, { maxLength: 6 }),
  graceMs: fc.integer({ min: 0, max: 50 }),
  seed: fc.integer(),
});

const NAMES = ['a', 'b', 'c'] as const;
const LAST_MS = 2_000;

/** Plays a scenario on a clock of its own and checks what must hold at every moment. */
async function play({
  agents,
  tasks,
  changes,
  graceMs,
  seed,
}: typeof scenario extends fc.Arbitrary<infer S> ? S : never) {
  const bench = buildExecutor({ abortGraceMs: graceMs, seed });
  const { clock } = bench;
  const stubs = agents.map(({ maxConcurrentTasks, behaviors }, index) => {
    let attempts = 0;
    const handle = (_: never, context: TaskContext): unknown =>
      behave(behaviors[attempts++ % behaviors.length]!, context, (ms) => clock.delay(ms));
    return bench.add({ name: NAMES[index]!, maxConcurrentTasks, handle });
  });
  const checkSlots = (): void => {
    for (const { release } of stubs) {
      expect(release.inFlight).toBeGreaterThanOrEqual(0);
      expect(release.inFlight).toBeLessThanOrEqual(release.manifest.maxConcurrentTasks);
    }
  };
  for (const { atMs, agent: index, to } of changes) {
    clock.schedule(atMs, () => {
      stubs[index]!.live.status = to;
      bench.dispatcher.lookAgain();
      checkSlots();
    });
  }
  const settled = tasks.map(() => [] as number[]);
  tasks.forEach((drawn, index) => {
    clock.schedule(drawn.startMs, () => {
      const end = (): void => void settled[index]!.push(clock.monotonicMs() - drawn.startMs);
      const controller = new AbortController();
      if (drawn.cancelMs !== undefined) clock.schedule(drawn.cancelMs, () => controller.abort());
      void bench.executor.execute('echo', 'hi', optionsOf(drawn, controller.signal)).then(end, end);
      checkSlots();
    });
  });
  for (let ms = 0; ms < LAST_MS; ms += 10) {
    await clock.advanceAsync(10);
    checkSlots();
  }
  return { ...bench, settled };
}

function optionsOf({ pin, attempts, delayMs, ...drawn }: Task, signal: AbortSignal): TaskOptions {
  const { startMs: _start, cancelMs: _cancel, ...options } = drawn;
  const agentOption = pin === undefined ? {} : { agent: NAMES[pin] };
  return { ...options, ...agentOption, retry: { ...RETRY_DEFAULTS, attempts, delayMs }, signal };
}

function behave(
  { kind, durationMs }: Behavior,
  { signal }: TaskContext,
  delay: (ms: number) => Promise<void>,
): unknown {
  switch (kind) {
    case 'at once':
      return 'done';
    case 'throws':
      throw new Error('broken');
    case 'hangs':
      return new Promise(() => {});
    case 'heeds':
      return new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error)),
      );
    case 'yields':
      return yielding(durationMs, delay);
    default:
      return later(kind, durationMs, delay);
  }
}

async function later(
  kind: string,
  durationMs: number,
  delay: (ms: number) => Promise<void>,
): Promise<unknown> {
  await delay(durationMs);
  if (kind === 'fails') throw new Error('broken');
  return kind === 'misanswers' ? 7 : 'done';
}

async function* yielding(durationMs: number, delay: (ms: number) => Promise<void>) {
  yield 'half';
  await delay(durationMs);
  yield 'almost';
  return 'done';
}

describe('whatever agents and callers do', () => {
  it('no release works on more than it may, every task ends once and in time, and nothing is left', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (drawn) => {
        const { settled, stubsLeft, waiting, running, timers } = await play(drawn).then((bench) => ({
          settled: bench.settled,
          stubsLeft: bench.catalog.all().map(({ inFlight }) => inFlight),
          waiting: bench.waitingRoom.waitingFor('echo'),
          running: bench.executor.runningCount,
          timers: bench.clock.pendingTimers,
        }));
        settled.forEach((ends, index) => {
          expect(ends).toHaveLength(1);
          const { timeoutMs, cancelMs = Infinity } = drawn.tasks[index]!;
          expect(ends[0]).toBeLessThanOrEqual(Math.min(timeoutMs, cancelMs));
        });
        expect({ stubsLeft, waiting, running, timers }).toEqual({
          stubsLeft: [0, 0, 0],
          waiting: 0,
          running: 0,
          timers: 0,
        });
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it('tasks that want the same begin in the order they came', async () => {
    const arrivals = fc.array(fc.nat({ max: 30 }), { minLength: 2, maxLength: 15 });
    await fc.assert(
      fc.asyncProperty(arrivals, fc.integer({ min: 1, max: 3 }), async (gaps, maxConcurrentTasks) => {
        const { clock, executor, add } = buildExecutor();
        const begun: string[] = [];
        const handle = async (input: string): Promise<string> => {
          begun.push(input);
          await clock.delay(20 + (Number(input) % 3) * 10);
          return input;
        };
        add({ name: 'a', maxConcurrentTasks, handle });
        const ends: Promise<unknown>[] = [];
        for (const [index, gapMs] of gaps.entries()) {
          await clock.advanceAsync(gapMs);
          ends.push(executor.execute('echo', String(index)));
        }
        await clock.advanceAsync(2_000);
        await Promise.all(ends);
        expect(begun).toEqual(gaps.map((_, index) => String(index)));
      }),
      { numRuns: 30 },
    );
  }, 60_000);
});
