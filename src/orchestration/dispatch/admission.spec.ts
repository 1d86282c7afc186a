import type { TaskContext } from '../../agents/index.js';
import { MemoryQuotaStore } from '../../persistence/index.js';
import { QuotaExceeded, type QuotaDefinition } from '../../quotas/index.js';
import {
  buildExecutor,
  failing,
  hanging,
  heeding,
  NOTHING_LEFT,
  type ExecutorSetup,
} from '../../testing/workflows/build-executor.js';
import type { VirtualClock } from '../../testing/virtual-clock.js';

const ONE: QuotaDefinition = { id: 'one', scope: {}, maxConcurrentTasks: 1 };
const MANY = { maxConcurrentTasks: 100 };

/** An executor under these quotas, with the store that counts them. */
function under(
  configured: readonly QuotaDefinition[],
  rest: Omit<ExecutorSetup, 'quotas'> = {},
  createStore = (clock: VirtualClock) => new MemoryQuotaStore(clock),
) {
  let store: MemoryQuotaStore | undefined;
  const quotas = { configured, createStore: (clock: VirtualClock) => (store = createStore(clock)) };
  const bench = buildExecutor({ ...rest, quotas });
  /** What is counted under a quota. */
  const account = async (id: string) => (await store!.accounts([id], 1))[0];
  return { ...bench, account };
}

/** Agents that take 100 ms for each task, under these quotas. */
function slow(
  quotas: readonly QuotaDefinition[],
  names = ['writer'],
  rest: Omit<ExecutorSetup, 'quotas'> = {},
) {
  const began: string[] = [];
  const bench = under(quotas, rest);
  for (const name of names) {
    const handle = async (input: string): Promise<string> => {
      began.push(input);
      await bench.clock.delay(100);
      return input;
    };
    bench.add({ name, handle, ...MANY });
  }
  return { ...bench, began };
}

describe('a task under a quota', () => {
  it('is refused at the limit, with what refuses and when to come back', async () => {
    const { run, clock, leftovers, account } = slow([{ id: 'rate', scope: {}, tasksPerSecond: 1 }, ONE]);
    const first = run();
    await clock.advanceAsync(50);
    expect(await run()).toMatchObject({
      code: 'QUOTA_EXCEEDED',
      kind: 'unavailable',
      retryable: true,
      message: 'The task for "echo" was not begun: the quota "one" allows 1 tasks at the same time.',
      details: { capability: 'echo', quota: 'one', limit: 'concurrency' },
      result: { attempts: [], status: 'failed' },
    });
    await clock.advanceAsync(50);
    expect(await first).toMatchObject({ status: 'succeeded' });
    expect(await run()).toMatchObject({ details: { quota: 'rate', limit: 'rate', retryAfterMs: 900 } });
    expect(leftovers()).toEqual(NOTHING_LEFT);
    expect(await account('one')).toMatchObject({ running: 0 });
  });

  it('is left out where it may be', async () => {
    const { run } = slow([{ ...ONE, maxConcurrentTasks: 0 }]);
    expect(await run({ whenUnavailable: 'skip' })).toMatchObject({
      status: 'skipped',
      error: { code: 'QUOTA_EXCEEDED' },
    });
  });

  it('passes when none of the quotas concerns it', async () => {
    const scopes = [{ capability: 'other' }, { tenant: 'acme' }, { agent: 'reader' }, { workflow: 'brief' }];
    const quotas = scopes.map((scope, index) => ({ ...ONE, id: `q${index}`, scope, maxConcurrentTasks: 0 }));
    const { run, clock } = slow(quotas);
    const task = run();
    await clock.advanceAsync(100);
    expect(await task).toMatchObject({ status: 'succeeded' });
    expect(await run({ tenant: 'acme' })).toMatchObject({ details: { quota: 'q1' } });
  });

  it('waits in line, first come first served, and holds no slot while it does', async () => {
    const { run, clock, began, catalog, leftovers, account } = slow([{ ...ONE, onLimit: 'queue' }]);
    const tasks = ['a', 'b', 'c'].map((input) => run({}, input));
    await clock.advanceAsync(10);
    expect(began).toEqual(['a']);
    expect(catalog.all()[0]!.inFlight).toBe(1);
    await clock.advanceAsync(90);
    const late = run({}, 'd');
    await clock.advanceAsync(300);
    expect(began).toEqual(['a', 'b', 'c', 'd']);
    const results = await Promise.all([...tasks, late]);
    expect(results.map(({ status }) => status)).toEqual(Array(4).fill('succeeded'));
    expect(results[2]).toMatchObject({ queuedMs: 200 });
    expect(leftovers()).toEqual(NOTHING_LEFT);
    expect(await account('one')).toMatchObject({ running: 0 });
  });

  it('does not overtake those in line', async () => {
    const quotas = [{ ...ONE, onLimit: 'queue' as const, tasksPerSecond: 1_000 }];
    const { run, clock, began } = slow(quotas);
    const tasks = [run({}, 'a'), run({}, 'b')];
    await clock.advanceAsync(99);
    // Comes in the very turn in which the quota is free again, and before the line has looked.
    clock.schedule(1, () => tasks.push(run({}, 'c')));
    await clock.advanceAsync(1);
    await clock.advanceAsync(300);
    await Promise.all(tasks);
    expect(began).toEqual(['a', 'b', 'c']);
  });

  it('waits until its rate allows it', async () => {
    const { run, clock, began } = slow([
      { id: 'rate', scope: {}, tasksPerSecond: 4, burst: 1, onLimit: 'queue' },
    ]);
    const tasks = ['a', 'b', 'c'].map((input) => run({}, input));
    await clock.advanceAsync(249);
    expect(began).toEqual(['a']);
    await clock.advanceAsync(1);
    expect(began).toEqual(['a', 'b']);
    await clock.advanceAsync(250);
    expect(began).toEqual(['a', 'b', 'c']);
    await clock.advanceAsync(100);
    expect((await Promise.all(tasks)).map(({ status }) => status)).toEqual(Array(3).fill('succeeded'));
  });

  it.each([
    ['may wait no longer', { queueTimeoutMs: 50 }, { code: 'QUOTA_EXCEEDED', kind: 'unavailable' }],
    ['has no time left', { timeoutMs: 50 }, { code: 'TASK_TIMEOUT' }],
  ])('gives up its place when it %s', async (_what, options, expected) => {
    const { run, clock, leftovers, began } = slow([{ ...ONE, onLimit: 'queue' }]);
    const first = run({}, 'a');
    const second = run(options, 'b');
    const third = run({}, 'c');
    await clock.advanceAsync(50);
    expect(await second).toMatchObject(expected);
    await clock.advanceAsync(200);
    await Promise.all([first, third]);
    expect(began).toEqual(['a', 'c']);
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });

  it('gives up its place when it is canceled', async () => {
    const { run, clock, leftovers } = slow([{ ...ONE, onLimit: 'queue' }]);
    const controller = new AbortController();
    const tasks = [run({}, 'a'), run({ signal: controller.signal }, 'b')];
    await clock.advanceAsync(10);
    controller.abort('enough');
    expect(await tasks[1]).toMatchObject({ code: 'TASK_CANCELED' });
    await clock.advanceAsync(90);
    await tasks[0];
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });

  it('is refused when too many wait already', async () => {
    const { run, clock } = slow([{ ...ONE, onLimit: 'queue' }], ['writer'], { maxQueuedTasks: 1 });
    const tasks = ['a', 'b', 'c'].map((input) => run({}, input));
    await clock.advanceAsync(200);
    expect((await Promise.all(tasks)).map(({ status }) => status)).toEqual([
      'succeeded',
      'succeeded',
      'thrown',
    ]);
    expect(await tasks[2]).toMatchObject({
      message: expect.stringContaining('Too many tasks wait') as string,
    });
  });

  it('waits for one quota after the other, without a place in two lines', async () => {
    const quotas = [
      { ...ONE, id: 'tenant', scope: { tenant: '*' }, onLimit: 'queue' as const },
      { ...ONE, id: 'all', onLimit: 'queue' as const },
    ];
    const { run, clock, leftovers, began } = slow(quotas);
    const tasks = ['a', 'b', 'a', 'b', 'a'].map((tenant) => run({ tenant }, tenant));
    await clock.advanceAsync(2_000);
    expect((await Promise.all(tasks)).map(({ status }) => status)).toEqual(Array(5).fill('succeeded'));
    expect(began).toHaveLength(5);
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });

  it('comes past two limits, in whichever line it waits', async () => {
    const quotas = [
      {
        ...ONE,
        id: 'rate',
        maxConcurrentTasks: undefined,
        tasksPerSecond: 10,
        burst: 1,
        onLimit: 'queue' as const,
      },
      { ...ONE, id: 'slots', onLimit: 'queue' as const },
    ];
    const { run, clock, leftovers } = slow(quotas);
    const tasks = Array.from({ length: 8 }, () => run());
    await clock.advanceAsync(3_000);
    expect((await Promise.all(tasks)).map(({ status }) => status)).toEqual(Array(8).fill('succeeded'));
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });

  it('goes to another candidate, and says why', async () => {
    const quota = { ...ONE, scope: { agent: 'writer' }, onLimit: 'fallback' as const };
    const { run, clock } = slow([quota], ['writer', 'reader']);
    const tasks = [run({ strategy: 'first' }), run({ strategy: 'first' })];
    await clock.advanceAsync(100);
    expect(await tasks[0]).toMatchObject({ agent: 'writer' });
    expect(await tasks[1]).toMatchObject({
      agent: 'reader',
      choice: {
        excluded: [
          { agent: 'writer', code: 'quota', reason: 'the quota "one" allows 1 tasks at the same time' },
        ],
      },
    });
  });

  it('goes to a cheaper one when the dear one does not fit in the budget', async () => {
    const quota = { id: 'usd', scope: {}, maxCostUsd: 1.1, period: 'day', onLimit: 'fallback' } as const;
    const agents = [
      { name: 'dear', costPerTaskUsd: 1 },
      { name: 'cheap', costPerTaskUsd: 0.05 },
    ];
    const { run } = under([quota], { agents });
    const takers = [];
    for (let count = 0; count < 4; count++) {
      const task = await run({ strategy: 'first' });
      takers.push('agent' in task ? task.agent : task);
    }
    expect(takers).toEqual([
      'dear',
      'cheap',
      'cheap',
      expect.objectContaining({
        code: 'QUOTA_EXCEEDED',
        message: expect.stringContaining('Nobody else can do it.') as string,
        details: { capability: 'echo', quota: 'usd', limit: 'cost', retryAfterMs: 86_400_000 },
      }),
    ]);
  });

  it('is told of to those who listen, once while it waits', async () => {
    const { run, clock, events } = slow([{ ...ONE, onLimit: 'queue' }]);
    const heard: unknown[] = [];
    events.subscribe(QuotaExceeded, (event) => void heard.push(event));
    const tasks = [run({ tenant: 'acme' }), run({ tenant: 'acme' })];
    await clock.advanceAsync(200);
    await Promise.all(tasks);
    expect(heard).toEqual([
      expect.objectContaining({ quota: 'one', onLimit: 'queue', tenant: 'acme', agent: 'writer@1.0.0' }),
    ]);
  });

  it('comes back to an excluded candidate while it waits for the others', async () => {
    const quotas = [{ ...ONE, scope: { agent: 'writer' }, onLimit: 'fallback' as const }];
    const { run, clock, add } = slow(quotas);
    add({ name: 'reader', handle: () => clock.delay(5_000).then(() => 'late') });
    const tasks = [run({ strategy: 'first' }), run({ strategy: 'first' }), run({ strategy: 'first' })];
    await clock.advanceAsync(1_200);
    expect(await tasks[2]).toMatchObject({ agent: 'writer' });
    await clock.advanceAsync(5_000);
    expect(await tasks[1]).toMatchObject({ agent: 'reader' });
  });

  it('is shown who could not take it', async () => {
    const { run, executor, clock } = slow([{ ...ONE, scope: { agent: 'writer' } }], ['writer', 'reader']);
    const task = run({ strategy: 'first' });
    await clock.advanceAsync(1);
    expect(await executor.choose('echo', { strategy: 'first' })).toMatchObject({
      chosen: { agent: 'reader' },
      excluded: [{ agent: 'writer', code: 'quota' }],
    });
    await clock.advanceAsync(100);
    await task;
  });
});

describe('what an attempt holds of its quotas', () => {
  it('comes back when it fails, and counts what it is recorded with', async () => {
    const quota = { id: 'usd', scope: {}, maxCostUsd: 10, maxTokens: 100, period: 'day' } as const;
    const bench = under([{ ...quota, maxConcurrentTasks: 1 }]);
    const handle = (_: never, task: TaskContext): never => {
      task.reportUsage({ inputTokens: 3, outputTokens: 4, costUsd: 0.5 });
      throw new Error('broken');
    };
    bench.add({ name: 'broken', costPerTaskUsd: 2, handle });
    await bench.run();
    await bench.run();
    expect(await bench.account('usd')).toMatchObject({ running: 0, tokens: 14, costUsd: 1 });
  });

  it('is held until its code has ended, though the task has timed out', async () => {
    const { run, clock, account, add } = under([ONE], { abortGraceMs: 500 });
    add({ name: 'deaf', handle: hanging, ...MANY });
    const task = run({ timeoutMs: 100 });
    await clock.advanceAsync(100);
    expect(await task).toMatchObject({ code: 'TASK_TIMEOUT' });
    expect(await account('one')).toMatchObject({ running: 1 });
    await clock.advanceAsync(500);
    expect(await account('one')).toMatchObject({ running: 0 });
  });

  it('comes back when the caller gives up', async () => {
    const { run, clock, account, add, leftovers } = under([ONE]);
    add({ name: 'heeding', handle: heeding });
    const controller = new AbortController();
    const task = run({ signal: controller.signal });
    await clock.advanceAsync(1);
    controller.abort();
    expect(await task).toMatchObject({ code: 'TASK_CANCELED' });
    await clock.advanceAsync(0);
    expect(await account('one')).toMatchObject({ running: 0 });
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });

  it('is asked for by each attempt', async () => {
    const agents = [{ name: 'broken', handle: failing() }];
    const { run, clock } = under([{ id: 'rate', scope: {}, tasksPerSecond: 1 }], { agents });
    const task = run({ retry: { attempts: 3, delayMs: 10, jitter: false } });
    await clock.advanceAsync(100);
    expect(await task).toMatchObject({ code: 'QUOTA_EXCEEDED', result: { attempts: [{ attempt: 1 }] } });
  });
});

/** Answers when a test says so. */
class DelayedQuotaStore extends MemoryQuotaStore {
  answer: () => void = () => {};

  override reserve(...args: Parameters<MemoryQuotaStore['reserve']>): never {
    return new Promise((resolve) => {
      this.answer = () => resolve(super.reserve(...args));
    }) as never;
  }
}

describe('a task that waits for the answer of a store', () => {
  const start = () => {
    let store: DelayedQuotaStore | undefined;
    const agents = [{ name: 'writer' }];
    const bench = under([ONE], { agents }, (clock) => (store = new DelayedQuotaStore(clock)));
    return { ...bench, store: store! };
  };

  it('begins when it comes', async () => {
    const { run, clock, store } = start();
    const task = run();
    await clock.advanceAsync(20);
    store.answer();
    expect(await task).toMatchObject({ status: 'succeeded' });
  });

  it.each([
    ['canceled', {}, 'TASK_CANCELED'],
    ['too late', { timeoutMs: 10 }, 'TASK_TIMEOUT'],
  ])('gives back its slot, and what comes in vain, when it is %s', async (_what, options, code) => {
    const { run, clock, store, account, leftovers } = start();
    const controller = new AbortController();
    const task = run({ ...options, signal: controller.signal });
    await clock.advanceAsync(10);
    controller.abort();
    expect(await task).toMatchObject({ code });
    expect(leftovers()).toEqual(NOTHING_LEFT);
    store.answer();
    await clock.advanceAsync(0);
    expect(await account('one')).toMatchObject({ running: 0 });
  });
});
