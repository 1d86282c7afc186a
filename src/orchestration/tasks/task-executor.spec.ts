import { z } from 'zod';
import { allOf, capability, dataType, RunContext, Tool, type TaskContext } from '../../agents/index.js';
import type { Schema } from '../../common/index.js';
import {
  Echo,
  failing,
  hanging,
  heeding,
  NOTHING_LEFT,
  setup,
  type StubAgent,
} from '../../testing/workflows/build-executor.js';
import { AttemptFinished, TaskFinished } from '../orchestration.events.js';
import type { SucceededTask } from './task.types.js';

describe('execute', () => {
  it('answers with the output, the agent, the choice and the record of the attempt', async () => {
    const { run, clock, leftovers } = setup([{ name: 'a' }, { name: 'b', status: 'maintenance' }]);
    const result = (await run()) as SucceededTask;
    expect(result).toMatchObject({
      status: 'succeeded',
      capability: 'echo',
      output: 'hi',
      outputType: 'echo_output',
      agent: 'a',
      version: '1.0.0',
      durationMs: 0,
      queuedMs: 0,
      costUsd: 0,
      usage: { inputTokens: 0, outputTokens: 0 },
      attempts: [
        {
          attempt: 1,
          agent: 'a',
          version: '1.0.0',
          status: 'succeeded',
          startedAt: clock.now(),
          durationMs: 0,
        },
      ],
      choice: {
        strategy: 'least-loaded',
        chosen: { agent: 'a', version: '1.0.0' },
        candidates: [{ agent: 'a', inFlight: 0, maxConcurrentTasks: 1, score: 1 }],
        excluded: [{ agent: 'b', version: '1.0.0', code: 'status', reason: 'is maintenance' }],
      },
    });
    expect(result.taskId).toMatch(/^[0-9a-f-]{36}$/);
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });

  it('carries what the agent reports into the envelope', async () => {
    const { run } = setup([
      {
        name: 'a',
        handle: async (input: string, task) => {
          task.reportConfidence(0.95);
          task.reportSources([{ url: 'https://example.org', credibility: 0.9 }]);
          task.reportUsage({ inputTokens: 10, outputTokens: 5, costUsd: 0.02 });
          return input;
        },
      },
    ]);
    expect(await run()).toMatchObject({
      confidence: 0.95,
      sources: [{ url: 'https://example.org', credibility: 0.9 }],
      costUsd: 0.02,
      usage: { inputTokens: 10, outputTokens: 5 },
    });
  });

  it('takes the declared cost of an attempt that succeeded and told none', async () => {
    const Priced = capability({ ...Echo, estimatedCostUsd: 0.5 });
    expect(await setup([{ name: 'a', costPerTaskUsd: 0.1 }]).run()).toMatchObject({ costUsd: 0.1 });
    expect(await setup([{ name: 'a', costPerTaskUsd: 0.1, provides: [Priced] }]).run()).toMatchObject({
      costUsd: 0.5,
    });
    expect(await setup([{ name: 'a', costPerTaskUsd: 0.1, handle: failing() }]).run()).toMatchObject({
      result: { costUsd: 0 },
    });
  });

  it('sums costs, usage and time over the attempts', async () => {
    const spending = async (_: never, task: TaskContext): Promise<string> => {
      task.reportUsage({ inputTokens: 3, outputTokens: 1, costUsd: 0.25 });
      if (task.attempt < 3) throw new Error('broken');
      return 'done';
    };
    const { run } = setup([{ name: 'a', handle: spending }]);
    expect(await run({ retry: { attempts: 3, delayMs: 0 } })).toMatchObject({
      costUsd: 0.75,
      usage: { inputTokens: 9, outputTokens: 3 },
      attempts: [{ attempt: 1 }, { attempt: 2 }, { attempt: 3 }],
    });
  });

  it('gives the agent the same key for every attempt, and its own number', async () => {
    const seen: unknown[] = [];
    const handle = (_: never, { attempt, idempotencyKey, taskId, runId, stepId }: TaskContext): never => {
      seen.push({ attempt, isTaskId: idempotencyKey === taskId, idempotencyKey, runId, stepId });
      throw new Error('broken');
    };
    const { run } = setup([
      { name: 'a', handle },
      { name: 'b', handle },
    ]);
    await run({ idempotencyKey: 'order-7' });
    const rest = { isTaskId: false, idempotencyKey: 'order-7', runId: undefined, stepId: undefined };
    expect(seen).toEqual([
      { attempt: 1, ...rest },
      { attempt: 2, ...rest },
    ]);
    await run();
    expect(seen.slice(2)).toMatchObject([{ isTaskId: true }, { isTaskId: true }]);
  });

  it('passes the place in a run on', async () => {
    const handle = (_: never, { runId, stepId, context }: TaskContext): string =>
      `${runId} ${stepId} ${String(context.get('topic'))}`;
    const { executor } = setup([{ name: 'a', handle }]);
    const step = { runId: 'run-1', stepId: 'step-1', context: RunContext.of({ topic: 'agents' }) };
    expect(await executor.execute('echo', 'hi', undefined, step)).toMatchObject({
      output: 'run-1 step-1 agents',
    });
  });

  it('publishes the end of each attempt and of the task, whatever subscribers do', async () => {
    const { run, events } = setup([{ name: 'a', handle: failing() }, { name: 'b' }]);
    const heard: string[] = [];
    events.subscribe(AttemptFinished, () => {
      throw new Error('full');
    });
    events.subscribe(AttemptFinished, ({ release, record, inputType }) => {
      heard.push(`${release.name} ${record.status} ${inputType}`);
    });
    events.subscribe(TaskFinished, ({ result }) => void heard.push(`task ${result.status}`));
    await run();
    expect(heard).toEqual(['a failed echo_input', 'b succeeded echo_input', 'task succeeded']);
  });

  it('waits for schemas that take their time', async () => {
    const Slow = capability({
      ...Echo,
      input: z.string().transform(async (text) => `<${text}`),
      output: z.string().transform(async (text) => `${text}>`),
    });
    expect(await setup([{ name: 'a', provides: [Slow] }]).run()).toMatchObject({ output: '<hi>' });
  });

  it('lets agents of per-task instances serve, and names the failure of making one', async () => {
    const perTask = (get: () => Promise<object>): StubAgent['instances'] => ({ lifetime: 'per-task', get });
    const made = perTask(async () => ({ execute: (text: string) => `${text}!` }));
    expect(await setup([{ name: 'a', instances: made }]).run()).toMatchObject({ output: 'hi!' });
    const { run, leftovers } = setup([
      { name: 'a', instances: perTask(() => Promise.reject(new Error('no connection'))) },
    ]);
    expect(await run()).toMatchObject({
      code: 'AGENT_FAILED',
      message: expect.stringContaining('no connection'),
    });
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });

  it('keeps what an agent does to its input from the next attempt and from the caller', async () => {
    const Open = 'open';
    const spoil = (input: { list: number[] }): never => {
      input.list.length = 0;
      throw new Error('broken');
    };
    const { run } = setup([
      { name: 'a', provides: [Open], handle: spoil },
      { name: 'b', provides: [Open] },
    ]);
    const input = { list: [1, 2] };
    expect(await run({ retry: { attempts: 2, delayMs: 0 } }, input, Open)).toMatchObject({
      output: { list: [1, 2] },
    });
    expect(input).toEqual({ list: [1, 2] });
  });
});

describe('a wrong request', () => {
  const { run, events, leftovers } = setup([{ name: 'a' }]);
  const finished: unknown[] = [];
  events.subscribe(TaskFinished, (event) => void finished.push(event));

  it.each([
    ['CAPABILITY_UNKNOWN', 'ecko', 'hi', undefined],
    ['INPUT_INVALID', 'echo', 7, undefined],
    ['TASK_OPTION_INVALID', 'echo', 'hi', { timeoutMs: 0 }],
    ['STRATEGY_UNKNOWN', 'echo', 'hi', { strategy: 'frist' }],
    ['AGENT_UNKNOWN', 'echo', 'hi', { agent: 'b' }],
    ['INPUT_INVALID', 'echo', 'hi', { inputType: 'other' }],
  ])('is refused with %s, and is no task', async (code, name, input, options) => {
    const refused = await run(options, input, name);
    expect(refused).toMatchObject({ code });
    expect(refused).not.toHaveProperty('result');
    expect(finished).toEqual([]);
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });

  it('is one that comes from within a tool', async () => {
    const bench = setup([{ name: 'a', provides: ['nested'] }]);
    @Tool()
    class Caller {
      use(): Promise<unknown> {
        return bench.executor.execute('nested', 'hi');
      }
    }
    bench.add({ name: 'b', handle: () => new Caller().use() });
    expect(await bench.run()).toMatchObject({
      code: 'TOOL_CALLS_AGENT',
      result: { attempts: [{ agent: 'b' }] },
    });
    expect(bench.leftovers()).toEqual(NOTHING_LEFT);
  });
});

describe('an error that nobody foresaw', () => {
  it('fails the task as internal, and leaves nothing', async () => {
    const Parts = capability({ ...Echo, input: allOf({ text: dataType('text', z.string()) }) });
    const { run, leftovers } = setup([{ name: 'a', provides: [Parts] }]);
    const unlisted = new Proxy(
      {},
      {
        ownKeys: (): never => {
          throw new Error('no keys');
        },
      },
    );
    expect(await run(undefined, unlisted)).toMatchObject({
      code: 'INTERNAL',
      kind: 'internal',
      message: 'no keys',
    });
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });
});

describe('an agent that fails', () => {
  it.each([
    ['throws', failing()],
    ['rejects', () => Promise.reject(new Error('broken'))],
    ['throws nothing at all', failing(undefined)],
    [
      'returns something whose then throws',
      () => ({
        then: () => {
          throw new Error('broken');
        },
      }),
    ],
    [
      'returns something whose then cannot be read',
      () => ({
        get then(): never {
          throw new Error('broken');
        },
      }),
    ],
    [
      'yields and throws',
      async function* () {
        yield 1;
        throw new Error('broken');
      },
    ],
  ])('with one that %s, gives a typed error and the slot back', async (_, handle) => {
    const { run, leftovers } = setup([{ name: 'a', handle }]);
    expect(await run()).toMatchObject({
      code: 'AGENT_FAILED',
      kind: 'execution',
      result: {
        status: 'failed',
        agent: 'a',
        attempts: [{ status: 'failed', error: { code: 'AGENT_FAILED' } }],
      },
    });
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });

  it.each([
    ['at once', (): unknown => 7],
    ['later', (): unknown => Promise.resolve(7)],
    ['never', (): unknown => undefined],
  ])('with one that returns the wrong shape %s, says what is wrong with it', async (_, handle) => {
    const { run, leftovers } = setup([{ name: 'a', handle }]);
    expect(await run({ retry: { attempts: 3 } })).toMatchObject({
      code: 'OUTPUT_INVALID',
      message: expect.stringContaining(
        '"a@1.0.0" for "echo" returned an output that its contract does not allow',
      ),
      result: { attempts: [{ agent: 'a' }] },
    });
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });

  it('with one whose output schema rejects, says so', async () => {
    const output: Schema = {
      '~standard': { version: 1, vendor: 'test', validate: () => Promise.reject(new Error('no')) },
    };
    const Odd = capability({ ...Echo, output });
    expect(await setup([{ name: 'a', provides: [Odd] }]).run()).toMatchObject({ code: 'OUTPUT_INVALID' });
  });

  it.each([
    ['hangs', hanging, true],
    ['ends when it is aborted', heeding, false],
  ])('with one that %s, times out and gives the slot back', async (_, handle, isAbandoned) => {
    const { run, clock, built, leftovers, logger } = setup([{ name: 'a', handle }]);
    const ended = run({ attemptTimeoutMs: 100 });
    await clock.advanceAsync(100);
    expect(await ended).toMatchObject({
      code: 'ATTEMPT_TIMEOUT',
      kind: 'timeout',
      message: '"a@1.0.0" did not finish "echo" within 100 ms.',
    });
    expect(built[0]!.release.inFlight).toBe(isAbandoned ? 1 : 0);
    await clock.advanceAsync(1_000);
    expect(built[0]!.release.abandoned).toBe(isAbandoned ? 1 : 0);
    expect(logger.lines).toEqual(
      isAbandoned ? ['warn an agent did not stop when its attempt was aborted'] : [],
    );
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });

  it('takes the limit that the agent declares, when the task has none of its own', async () => {
    const bench = setup([]);
    const { release } = bench.add({ name: 'a', handle: hanging });
    const provided = release.capabilities.get('echo')!;
    (release.capabilities as Map<string, unknown>).set('echo', { ...provided, timeoutMs: 50 });
    const ended = bench.run();
    await bench.clock.advanceAsync(50);
    expect(await ended).toMatchObject({ code: 'ATTEMPT_TIMEOUT', details: { timeoutMs: 50 } });
  });

  it('does not count what comes after the deadline', async () => {
    const bench = setup([]);
    const late = async (_: never, task: TaskContext): Promise<string> => {
      await bench.clock.delay(150);
      task.reportUsage({ costUsd: 1 });
      return 'late';
    };
    bench.add({ name: 'a', handle: late });
    const ended = bench.run({ timeoutMs: 100 });
    await bench.clock.advanceAsync(1_000);
    expect(await ended).toMatchObject({ code: 'TASK_TIMEOUT', result: { durationMs: 100, costUsd: 0 } });
    expect(bench.logger.lines).toEqual([]);
    expect(bench.leftovers()).toEqual(NOTHING_LEFT);
  });

  it('does not take a result of code that blocked the process past the deadline', async () => {
    const bench = setup([]);
    const blocking = (): string => {
      bench.clock.advance(150);
      return 'late';
    };
    bench.add({ name: 'a', handle: blocking });
    expect(await bench.run({ attemptTimeoutMs: 100 })).toMatchObject({ code: 'ATTEMPT_TIMEOUT' });
    expect(bench.leftovers()).toEqual(NOTHING_LEFT);
  });

  it('reaches no agent when a schema blocked the process past the deadline', async () => {
    const bench = setup([]);
    let calls = 0;
    const input = z.string().refine(() => {
      bench.clock.advance(150);
      return true;
    });
    bench.add({ name: 'a', provides: [capability({ ...Echo, input })], handle: () => (calls += 1) });
    const ended = await bench.run({ timeoutMs: 100 });
    expect(ended).toMatchObject({ code: 'TASK_TIMEOUT', result: { attempts: [] } });
    expect(calls).toBe(0);
    expect(bench.leftovers()).toEqual(NOTHING_LEFT);
  });

  it.each(['input', 'output'] as const)(
    'is not waited for past the deadline by its %s schema',
    async (side) => {
      const Stuck = capability({ ...Echo, [side]: z.string().refine(hanging) });
      const { run, clock, leftovers } = setup([{ name: 'a', provides: [Stuck] }]);
      const ended = run({ timeoutMs: 100 });
      await clock.advanceAsync(1_100);
      expect(await ended).toMatchObject({ code: 'TASK_TIMEOUT', result: { durationMs: 100 } });
      expect(leftovers()).toEqual(NOTHING_LEFT);
    },
  );
});
