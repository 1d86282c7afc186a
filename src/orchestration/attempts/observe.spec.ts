import { RunContext, type TaskContext } from '../../agents/index.js';
import { CadreError, type ErrorKind } from '../../common/index.js';
import type { AttemptObservation } from '../../metrics/index.js';
import { Strategy, type Candidate, type Selection, type SelectionRequest } from '../../selection/index.js';
import {
  Echo,
  failing,
  hanging,
  NOTHING_LEFT,
  setup,
  type StubAgent,
} from '../../testing/workflows/build-executor.js';
import { ShuttingDownError } from '../orchestration.errors.js';

/** An executor and what its observer was told; inputs are asked for in the call, as they have to be. */
function observe(agents: readonly StubAgent[]) {
  const seen: (AttemptObservation & { readonly bytes: number })[] = [];
  const onAttempt = (observation: AttemptObservation): void => {
    seen.push(Object.assign(observation, { bytes: observation.inputBytes }));
  };
  return { ...setup(agents, { observers: [{ onAttempt }] }), seen };
}

const excused: readonly ErrorKind[] = ['definition', 'input', 'not-found', 'conflict', 'canceled'];
const charged: readonly ErrorKind[] = ['unavailable', 'timeout', 'execution', 'internal'];

describe('an attempt', () => {
  const verdictOf = async (error: unknown): Promise<string | undefined> => {
    const { run, seen } = observe([{ name: 'a', handle: failing(error) }]);
    await run();
    return seen[0]?.verdict;
  };

  it.each(excused)('is excused when its error is of the kind %s', async (kind) => {
    expect(await verdictOf(new CadreError({ code: 'X', kind, message: 'x' }))).toBe('excused');
  });

  it.each(charged)('has failed when its error is of the kind %s', async (kind) => {
    expect(await verdictOf(new CadreError({ code: 'X', kind, message: 'x' }))).toBe('failed');
  });

  it('is excused when the process is about to stop', async () => {
    expect(await verdictOf(new ShuttingDownError())).toBe('excused');
  });

  it.each([
    ['excused', 'less than a second', { timeoutMs: 999 }, {}],
    ['failed', 'a second', { timeoutMs: 1_000 }, {}],
    ['excused', 'less than it says it takes', { attemptTimeoutMs: 4_999 }, { estimatedDurationMs: 5_000 }],
    ['failed', 'as long as it says it takes', { attemptTimeoutMs: 200 }, { estimatedDurationMs: 200 }],
  ])('is %s after a timeout when the agent had %s', async (verdict, _, options, provided) => {
    const { run, clock, seen } = observe([
      { name: 'a', handle: hanging, provides: [{ ...Echo, ...provided }] },
    ]);
    const running = run(options);
    await clock.advanceAsync(10_000);
    await running;
    expect(seen).toMatchObject([{ verdict, errorKind: 'timeout' }]);
  });
});

it('is the agent’s failure when it takes longer than it allows itself', async () => {
  const { run, clock, seen, built } = observe([{ name: 'a', handle: hanging }]);
  const { release } = built[0]!;
  const provided = release.capabilities.get('echo');
  (release.capabilities as Map<string, unknown>).set('echo', { ...provided, timeoutMs: 50 });
  const running = run();
  await clock.advanceAsync(10_000);
  await running;
  expect(seen).toMatchObject([{ verdict: 'failed', errorCode: 'ATTEMPT_TIMEOUT' }]);
});

describe('an observer', () => {
  it('is told of each attempt, what became of it and whose it was', async () => {
    const handle = async (_: never, task: TaskContext): Promise<string> => {
      task.reportUsage({ inputTokens: 3, outputTokens: 5, costUsd: 0.25 });
      return 'done';
    };
    const { executor, clock, seen } = observe([
      { name: 'a', handle: failing() },
      { name: 'b', handle },
    ]);
    const step = { runId: 'run-1', stepId: 's', workflow: 'brief', context: RunContext.EMPTY };
    const { taskId } = await executor.execute('echo', 'hello', { strategy: 'first', tenant: 'acme' }, step);
    const shared = {
      taskId,
      runId: 'run-1',
      workflow: 'brief',
      tenant: 'acme',
      capability: 'echo',
      bytes: 7,
    };
    expect(seen).toMatchObject([
      { ...shared, verdict: 'failed', errorKind: 'execution', errorCode: 'AGENT_FAILED', costUsd: 0 },
      { ...shared, verdict: 'succeeded', costUsd: 0.25, inputTokens: 3, outputTokens: 5 },
    ]);
    expect(seen.map(({ release }) => release.name)).toEqual(['a', 'b']);
    expect(seen[1]).toMatchObject({
      startedAt: clock.now(),
      durationMs: 0,
      queuedMs: 0,
      inputType: 'echo_input',
    });
  });

  it('is told how long an attempt took, and that a timeout is the agent’s', async () => {
    const { run, clock, seen } = observe([{ name: 'a', handle: hanging }]);
    const running = run({ timeoutMs: 1_500 });
    await clock.advanceAsync(3_000);
    await running;
    expect(seen).toMatchObject([{ verdict: 'failed', errorKind: 'timeout', durationMs: 1_500 }]);
  });

  it('is told how long the task was in line for that attempt, not for those before it', async () => {
    const bench = observe([]);
    let calls = 0;
    const handle = async (): Promise<string> => {
      calls += 1;
      await bench.clock.delay(100);
      if (calls === 2) throw new Error('broken');
      return 'done';
    };
    bench.add({ name: 'a', handle });
    void bench.run();
    const second = bench.run({ retry: { attempts: 2, delayMs: 0 } });
    void bench.run();
    await bench.clock.advanceAsync(400);
    expect(await second).toMatchObject({ status: 'succeeded', queuedMs: 200, attempts: [{}, {}] });
    expect(bench.seen.map(({ taskId, queuedMs }) => [taskId, queuedMs])).toEqual([
      [expect.any(String), 0],
      [((await second) as { taskId: string }).taskId, 100],
      [expect.any(String), 200],
      [((await second) as { taskId: string }).taskId, 100],
    ]);
  });

  it('is told how much the agent had under way when the attempt began', async () => {
    const bench = observe([]);
    const handle = async (input: string): Promise<string> => {
      await bench.clock.delay(100);
      return input;
    };
    bench.add({ name: 'a', maxConcurrentTasks: 3, handle });
    const running = [bench.run(), bench.run(), bench.run()];
    await bench.clock.advanceAsync(100);
    await Promise.all(running);
    expect(bench.seen.map(({ inFlight }) => inFlight)).toEqual([0, 1, 2]);
  });

  it('disturbs neither the task nor the observers behind it when it throws', async () => {
    const seen: string[] = [];
    const broken = {
      onAttempt: (): void => {
        throw new Error('full');
      },
    };
    const observers = [broken, { onAttempt: ({ verdict }: AttemptObservation) => void seen.push(verdict) }];
    const { run, logger, leftovers } = setup([{ name: 'a' }], { observers });
    expect(await run()).toMatchObject({ status: 'succeeded' });
    expect(seen).toEqual(['succeeded']);
    expect(logger.lines).toEqual(['error an attempt could not be observed']);
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });
});

describe('a strategy that learns', () => {
  class Learner extends Strategy {
    readonly name = 'learner';
    readonly learned: unknown[] = [];

    select(): Selection {
      return { index: 0, reason: 'first' };
    }

    override onOutcome(
      candidate: Candidate,
      request: SelectionRequest,
      { verdict }: AttemptObservation,
    ): void {
      const { at: _, inputBytes, priority, criticality, tenant } = request;
      this.learned.push({ agent: candidate.name, verdict, inputBytes, priority, criticality, tenant });
      throw new Error('forgotten again');
    }
  }

  it('is told what came of attempts that others chose for too, and of the task', async () => {
    const learner = new Learner();
    const { run } = setup([{ name: 'a' }], { strategies: [learner] });
    const hints = { priority: 'urgent', criticality: 'critical', tenant: 'acme' } as const;
    expect(await run({ strategy: 'first', ...hints })).toMatchObject({ status: 'succeeded' });
    expect(learner.learned).toEqual([{ agent: 'a', verdict: 'succeeded', inputBytes: 4, ...hints }]);
  });
});
