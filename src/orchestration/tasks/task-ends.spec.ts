import { z } from 'zod';
import { capability } from '../../agents/index.js';
import { Strategy, type Selection } from '../../selection/index.js';
import {
  Echo,
  failing,
  hanging,
  heeding,
  NOTHING_LEFT,
  setup,
  type StubAgent,
  working,
} from '../../testing/workflows/build-executor.js';
import type { TaskFailedError } from '../orchestration.errors.js';
import type { TaskOptions } from './task.types.js';

describe('a cancellation', () => {
  /** Cancels after so many milliseconds, and answers how the task ended. */
  async function cancelAfter(
    ms: number,
    agents: readonly StubAgent[],
    options: TaskOptions = {},
    before = (_run: (options?: TaskOptions) => unknown): void => {},
  ) {
    const bench = setup(agents);
    before(bench.run);
    const controller = new AbortController();
    const ended = bench.run({ ...options, signal: controller.signal });
    await bench.clock.advanceAsync(ms);
    controller.abort('the user left');
    const error = (await ended) as TaskFailedError;
    expect(error).toMatchObject({
      code: 'TASK_CANCELED',
      kind: 'canceled',
      message: 'The task for "echo" was canceled: the user left.',
      result: { status: 'failed', durationMs: ms, error: { code: 'TASK_CANCELED' } },
    });
    return { ...bench, error };
  }

  it('ends a task before it begins', async () => {
    let calls = 0;
    const { run, leftovers } = setup([{ name: 'a', handle: () => (calls += 1) }]);
    const ended = await run({ signal: AbortSignal.abort('too late') });
    expect(ended).toMatchObject({
      code: 'TASK_CANCELED',
      result: {
        attempts: [],
        choice: {
          strategy: 'least-loaded',
          reason: 'the task ended before a choice was made',
          candidates: [],
        },
      },
    });
    expect(calls).toBe(0);
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });

  it('ends a task that waits in line', async () => {
    const { error, clock, leftovers } = await cancelAfter(100, [{ name: 'a', handle: heeding }], {}, (run) =>
      run({ timeoutMs: 500 }),
    );
    expect(error.result).toMatchObject({ queuedMs: 100, attempts: [] });
    await clock.advanceAsync(400);
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });

  it('ends a task that waits for its next try', async () => {
    const retry = { attempts: 2, delayMs: 1_000, jitter: false };
    const { error, leftovers } = await cancelAfter(100, [{ name: 'a', handle: failing() }], { retry });
    expect(error.result.attempts).toMatchObject([{ error: { code: 'AGENT_FAILED' } }]);
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });

  it.each([
    ['stops', heeding, 0],
    ['does not care', hanging, 1],
  ])('ends a task whose agent runs and %s', async (_, handle, inFlight) => {
    const { error, clock, built, leftovers } = await cancelAfter(
      100,
      [{ name: 'a', handle }, { name: 'b' }],
      {
        strategy: 'first',
      },
    );
    expect(error.result.attempts).toMatchObject([{ agent: 'a', error: { code: 'TASK_CANCELED' } }]);
    await clock.advanceAsync(0);
    expect(built[0]!.release.inFlight).toBe(inFlight);
    await clock.advanceAsync(1_000);
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });

  it('ends a task whose input is still being validated', async () => {
    const Stuck = capability({ ...Echo, input: z.string().refine(hanging) });
    const { error, leftovers } = await cancelAfter(100, [{ name: 'a', provides: [Stuck] }]);
    expect(error.result.attempts).toEqual([]);
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });

  it('gives back a slot that was got in line in the same moment', async () => {
    const bench = working('a');
    const controller = new AbortController();
    void bench.run(undefined, '1');
    const ended = bench.run({ signal: controller.signal }, '2');
    await bench.clock.advanceAsync(50);
    // The slot is handed over within vacate(), and the caller aborts before the waiting task comes to know.
    const { vacate } = bench.dispatcher;
    bench.dispatcher.vacate = (release) => {
      vacate.call(bench.dispatcher, release);
      controller.abort('just now');
    };
    await bench.clock.advanceAsync(50);
    expect(await ended).toMatchObject({ code: 'TASK_CANCELED', result: { queuedMs: 100, attempts: [] } });
    expect(bench.order).toEqual(['1']);
    expect(bench.leftovers()).toEqual(NOTHING_LEFT);
  });

  it('gives back a slot that is taken by the very question that cancels the task', async () => {
    const controller = new AbortController();
    class Aborting extends Strategy {
      readonly name = 'aborting';
      select(): Selection {
        controller.abort('by the strategy');
        return { index: 0, reason: '' };
      }
    }
    const bench = setup([{ name: 'a', handle: heeding }], { strategies: [new Aborting()] });
    void bench.run({ timeoutMs: 100 });
    const ended = bench.run({ strategy: 'aborting', signal: controller.signal });
    await bench.clock.advanceAsync(100);
    expect(await ended).toMatchObject({ code: 'TASK_CANCELED' });
    expect(bench.leftovers()).toEqual(NOTHING_LEFT);
  });

  it('by the agent itself takes effect at once', async () => {
    const controller = new AbortController();
    const handle = (): Promise<never> => {
      controller.abort('by the agent');
      return hanging();
    };
    const { run, clock, leftovers } = setup([{ name: 'a', handle }]);
    expect(await run({ signal: controller.signal })).toMatchObject({ code: 'TASK_CANCELED' });
    await clock.advanceAsync(1_000);
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });

  it('does not matter once the task has ended, and leaves no listener', async () => {
    const controller = new AbortController();
    const { run } = setup([{ name: 'a' }]);
    const listeners: string[] = [];
    const { signal } = controller;
    signal.removeEventListener = (type: string) => void listeners.push(`removed ${type}`);
    expect(await run({ signal })).toMatchObject({ status: 'succeeded' });
    controller.abort();
    expect(listeners).toEqual(['removed abort']);
  });
});

describe('close', () => {
  it('is done at once when nothing is under way, and takes no further task', async () => {
    const { executor, run } = setup([{ name: 'a' }]);
    expect(executor.isClosing).toBe(false);
    await executor.close();
    expect(executor.isClosing).toBe(true);
    const refused = await run();
    expect(refused).toMatchObject({ code: 'SHUTTING_DOWN', kind: 'unavailable' });
    expect(refused).not.toHaveProperty('result');
  });

  it('waits for tasks under way, those in line included, however often it is called', async () => {
    const { executor, run, clock, leftovers } = working('a');
    const all = [run(undefined, '1'), run(undefined, '2')];
    let closed = 0;
    for (const closing of [executor.close(), executor.close()]) void closing.then(() => (closed += 1));
    await clock.advanceAsync(199);
    expect(closed).toBe(0);
    await clock.advanceAsync(1);
    expect(closed).toBe(2);
    expect(await Promise.all(all)).toMatchObject([{ status: 'succeeded' }, { status: 'succeeded' }]);
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });

  it('cancels what is left after the grace', async () => {
    const { executor, run, clock, leftovers } = setup([{ name: 'a', handle: hanging }], {
      shutdownGraceMs: 500,
    });
    const all = [run(), run()];
    const closing = executor.close();
    await clock.advanceAsync(500);
    await closing;
    expect(await Promise.all(all)).toMatchObject([
      { code: 'SHUTTING_DOWN', result: { durationMs: 500, attempts: [{}] } },
      { code: 'SHUTTING_DOWN', result: { durationMs: 500, attempts: [] } },
    ]);
    await clock.advanceAsync(1_000);
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });
});
