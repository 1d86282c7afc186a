import { z } from 'zod';
import { capability, InvalidInputError } from '../../agents/index.js';
import { CadreError, type ErrorKind } from '../../common/index.js';
import {
  Echo,
  type EndedTask,
  failing,
  hanging,
  heeding,
  NOTHING_LEFT,
  setup,
} from '../../testing/workflows/build-executor.js';
import type { TaskFailedError } from '../orchestration.errors.js';
import type { SucceededTask } from './task.types.js';

const ofKind = (kind: ErrorKind, retryable?: boolean): CadreError =>
  new CadreError({ code: 'OWN', kind, message: 'Own.', retryable });

const agentsOf = (ended: EndedTask): string[] =>
  ('result' in ended ? ended.result : ended).attempts.map(({ agent, status }) => `${agent} ${status}`);

describe('retry and fallback', () => {
  it('tries an agent again after a growing wait', async () => {
    const starts: number[] = [];
    const bench = setup([]);
    bench.add({
      name: 'a',
      handle: () => {
        starts.push(bench.clock.monotonicMs());
        throw new Error('broken');
      },
    });
    const ended = bench.run({ retry: { attempts: 4, delayMs: 100, maxDelayMs: 300, jitter: false } });
    await bench.clock.advanceAsync(10_000);
    expect(await ended).toMatchObject({ code: 'AGENT_FAILED' });
    expect(starts).toEqual([0, 100, 300, 600]);
    expect(bench.leftovers()).toEqual(NOTHING_LEFT);
  });

  it('draws the wait from 0 to its full length', async () => {
    const waits = new Set<number>();
    for (let seed = 1; seed <= 20; seed += 1) {
      const bench = setup([{ name: 'a', handle: failing() }], { seed });
      const ended = bench.run({ retry: { attempts: 2, delayMs: 100 } });
      await bench.clock.advanceAsync(100);
      const { result } = (await ended) as TaskFailedError;
      waits.add(result.durationMs);
    }
    expect(waits.size).toBeGreaterThan(10);
    expect(Math.max(...waits)).toBeLessThanOrEqual(100);
  });

  it('falls back to the next candidate when the tries are used up', async () => {
    const { run, clock } = setup([
      { name: 'a', handle: failing() },
      { name: 'b', handle: failing() },
      { name: 'c' },
    ]);
    const ended = run({ strategy: 'first', retry: { attempts: 2, delayMs: 10 } });
    await clock.advanceAsync(100);
    const result = (await ended) as SucceededTask;
    expect(agentsOf(result)).toEqual(['a failed', 'a failed', 'b failed', 'b failed', 'c succeeded']);
    expect(result.choice.excluded.map(({ agent, code }) => `${agent} ${code}`)).toEqual([
      'a tried',
      'b tried',
    ]);
  });

  it('fails with the last error when nobody is left', async () => {
    const { run } = setup([
      { name: 'a', handle: failing(new Error('first')) },
      { name: 'b', handle: failing(new Error('second')) },
    ]);
    expect(await run({ strategy: 'first' })).toMatchObject({
      code: 'AGENT_FAILED',
      message: expect.stringContaining('second'),
      result: { agent: 'b', choice: { excluded: [{ code: 'tried' }, { code: 'tried' }] } },
    });
  });

  it.each(['execution', 'timeout', 'unavailable', 'internal'] as const)('falls back on %s', async (kind) => {
    const { run } = setup([{ name: 'a', handle: failing(ofKind(kind)) }, { name: 'b' }]);
    expect(agentsOf(await run({ strategy: 'first' }))).toEqual(['a failed', 'b succeeded']);
  });

  it.each(['input', 'not-found', 'conflict', 'definition', 'canceled'] as const)(
    "does not fall back on %s, which is not the agent's doing",
    async (kind) => {
      const { run, leftovers } = setup([{ name: 'a', handle: failing(ofKind(kind)) }, { name: 'b' }]);
      const ended = await run({ strategy: 'first', retry: { attempts: 3 } });
      expect(ended).toMatchObject({ code: 'OWN', kind });
      expect(agentsOf(ended)).toEqual(['a failed']);
      expect(leftovers()).toEqual(NOTHING_LEFT);
    },
  );

  it('does not try an agent again whose error says that it will not help', async () => {
    const { run } = setup([{ name: 'a', handle: failing(ofKind('execution', false)) }, { name: 'b' }]);
    const ended = await run({ strategy: 'first', retry: { attempts: 3 } });
    expect(agentsOf(ended)).toEqual(['a failed', 'b succeeded']);
  });

  it('falls back when a task that the agent gave away fails, whatever with', async () => {
    const bench = setup([]);
    const delegating = (): Promise<unknown> => bench.executor.execute('nested', 'hi');
    bench.add({ name: 'a', handle: delegating });
    bench.add({ name: 'b' });
    bench.add({ name: 'c', provides: ['nested'], handle: failing(ofKind('input')) });
    const ended = await bench.run({ strategy: 'first' });
    expect(agentsOf(ended)).toEqual(['a failed', 'b succeeded']);
    expect(bench.leftovers()).toEqual(NOTHING_LEFT);
  });

  it.each([
    [0, ['a failed']],
    [1, ['a failed', 'b failed']],
    [2, ['a failed', 'b failed', 'c failed']],
  ])('asks %d other candidates at most', async (maxFallbacks, attempts) => {
    const { run } = setup(['a', 'b', 'c', 'd'].map((name) => ({ name, handle: failing() })));
    expect(agentsOf(await run({ strategy: 'first', maxFallbacks }))).toEqual(attempts);
  });

  it('does not wait longer than the task lasts, but asks another agent instead', async () => {
    const { run } = setup([{ name: 'a', handle: failing() }, { name: 'b' }]);
    const retry = { attempts: 2, delayMs: 5_000, jitter: false };
    const ended = await run({ strategy: 'first', timeoutMs: 1_000, retry });
    expect(agentsOf(ended)).toEqual(['a failed', 'b succeeded']);
  });

  it('keeps one deadline over all attempts', async () => {
    const { run, clock, leftovers } = setup(['a', 'b', 'c'].map((name) => ({ name, handle: heeding })));
    const ended = run({ strategy: 'first', timeoutMs: 250, attemptTimeoutMs: 100 });
    await clock.advanceAsync(250);
    expect(await ended).toMatchObject({
      code: 'TASK_TIMEOUT',
      message: expect.stringContaining('250 ms'),
      result: {
        durationMs: 250,
        attempts: [
          { error: { code: 'ATTEMPT_TIMEOUT' } },
          { error: { code: 'ATTEMPT_TIMEOUT' } },
          { error: { code: 'TASK_TIMEOUT' } },
        ],
      },
    });
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });

  it('asks a free agent rather than wait for a busy one that has tries left', async () => {
    const bench = setup([]);
    let calls = 0;
    const once = (): string | Promise<never> => {
      calls += 1;
      if (calls === 1) throw new Error('broken');
      return hanging();
    };
    bench.add({ name: 'a', handle: once });
    bench.add({ name: 'b' });
    const options = { strategy: 'first', retry: { attempts: 3, delayMs: 100, jitter: false } };
    const ended = bench.run(options);
    await bench.clock.advanceAsync(50);
    void bench.run({ strategy: 'first', agent: 'a' });
    await bench.clock.advanceAsync(50);
    expect(agentsOf(await ended)).toEqual(['a failed', 'b succeeded']);
  });

  it('waits for a busy agent with tries left when it may ask nobody else', async () => {
    const bench = setup([]);
    let calls = 0;
    const second = async (): Promise<string> => {
      calls += 1;
      if (calls === 1) throw new Error('broken');
      await bench.clock.delay(500);
      return 'done';
    };
    bench.add({ name: 'a', handle: second });
    bench.add({ name: 'b' });
    const retry = { attempts: 2, delayMs: 100, jitter: false };
    const ended = bench.run({ strategy: 'first', maxFallbacks: 0, retry });
    await bench.clock.advanceAsync(50);
    void bench.run({ agent: 'a' });
    await bench.clock.advanceAsync(2_000);
    const result = (await ended) as SucceededTask;
    expect(agentsOf(result)).toEqual(['a failed', 'a succeeded']);
    expect(result.queuedMs).toBe(450);
  });

  it('goes on with its other candidates when the agent to be tried again has gone', async () => {
    const bench = setup([{ name: 'a', handle: failing() }, { name: 'b' }]);
    const ended = bench.run({ strategy: 'first', retry: { attempts: 2, delayMs: 100, jitter: false } });
    await bench.clock.advanceAsync(50);
    bench.catalog.remove(bench.built[0]!.release);
    await bench.clock.advanceAsync(50);
    expect(agentsOf(await ended)).toEqual(['a failed', 'b succeeded']);
  });

  it('tries the release that has taken the place of the one that failed', async () => {
    const bench = setup([{ name: 'a', handle: failing() }]);
    const ended = bench.run({ maxFallbacks: 0, retry: { attempts: 2, delayMs: 100, jitter: false } });
    await bench.clock.advanceAsync(50);
    bench.add({ name: 'a' });
    await bench.clock.advanceAsync(50);
    expect(await ended).toMatchObject({ status: 'succeeded', choice: { reason: 'is tried again' } });
    expect(bench.leftovers()).toEqual(NOTHING_LEFT);
  });

  it('gives a wrong answer of the input schema at a further attempt as such', async () => {
    let validations = 0;
    const Moody = capability({ ...Echo, input: z.string().refine(() => (validations += 1) === 1) });
    const { run } = setup([{ name: 'a', provides: [Moody], handle: failing() }]);
    const ended = await run({ retry: { attempts: 2, delayMs: 0 } });
    expect(ended).toBeInstanceOf(CadreError);
    expect(ended).not.toBeInstanceOf(InvalidInputError);
    expect(ended).toMatchObject({ code: 'INPUT_INVALID', result: { attempts: [{}, {}] } });
  });
});
