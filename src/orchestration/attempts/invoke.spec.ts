import { RunContext, type ProgressReport } from '../../agents/index.js';
import { SeededRandom, SilentLogger } from '../../common/index.js';
import type { InstanceSource } from '../../registry/index.js';
import { buildStub } from '../../testing/workflows/build-executor.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import { Attempt } from './attempt.js';
import { invoke, isPending } from './invoke.js';

/** An attempt by an agent whose instance has this one method. */
function attemptBy(execute: unknown, get: InstanceSource['get'] = () => ({ execute })) {
  const clock = new VirtualClock();
  const partials: unknown[] = [];
  const { release } = buildStub({ name: 'agent', instances: { lifetime: 'shared', get } });
  const onProgress = ({ partial }: ProgressReport): void => void partials.push(partial);
  const task = {
    taskId: 't',
    capability: 'echo',
    idempotencyKey: 't',
    context: RunContext.EMPTY,
    onProgress,
  };
  const scope = {
    number: 1,
    inputType: 'text',
    startedAt: 0,
    deadlineAt: 0,
    startedMonotonicMs: 0,
    inFlight: 0,
  };
  const attempt = new Attempt(task, release, scope, {
    clock,
    random: new SeededRandom(1),
    logger: new SilentLogger(),
  });
  return { attempt, clock, partials, call: () => invoke(attempt, 'execute', 'hi') };
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('invoke', () => {
  it('answers with what the method returns, without a promise where there is none', async () => {
    expect(attemptBy((input: string) => `${input}!`).call()).toBe('hi!');
    await expect(attemptBy(async (input: string) => `${input}!`).call()).resolves.toBe('hi!');
  });

  it('calls the method on its instance, with the input and the attempt', () => {
    class Greeter {
      constructor(private readonly greeting: string) {}
      execute(...args: unknown[]): unknown[] {
        return [this.greeting, ...args];
      }
    }
    const { attempt, call } = attemptBy(undefined, () => new Greeter('hello'));
    const [greeting, input, task] = call() as unknown[];
    expect([greeting, input]).toEqual(['hello', 'hi']);
    expect(task).toBe(attempt);
  });

  it('waits for an instance of its own', async () => {
    const { call } = attemptBy(undefined, async () => ({ execute: () => 'made' }));
    await expect(call()).resolves.toBe('made');
  });

  it('does not call an instance that came after the attempt was given up', async () => {
    let calls = 0;
    let come!: (instance: object) => void;
    const { attempt, call } = attemptBy(undefined, () => new Promise((resolve) => (come = resolve)));
    const returned = call();
    attempt.abort(new Error('late'));
    come({ execute: () => (calls += 1) });
    await expect(returned).rejects.toThrow('late');
    expect(calls).toBe(0);
  });

  it('does not even ask for the instance when the attempt is given up already', () => {
    const { attempt, call } = attemptBy(undefined, () => {
      throw new Error('was asked');
    });
    attempt.abort(new Error('late'));
    expect(call).toThrow('late');
  });

  it('says that the method is gone when somebody took it away', () => {
    expect(attemptBy(undefined).call).toThrow(
      expect.objectContaining({
        code: 'AGENT_FAILED',
        message: '"agent@1.0.0" failed at "echo": its method execute() is gone',
      }),
    );
  });

  describe('of a generator', () => {
    it('reports what it yields and answers with what it returns', async () => {
      const { call, partials } = attemptBy(async function* (input: string) {
        yield `${input} 1`;
        yield `${input} 2`;
        return `${input} done`;
      });
      await expect(call()).resolves.toBe('hi done');
      expect(partials).toEqual(['hi 1', 'hi 2']);
    });

    it('fails with what it throws', async () => {
      const { call } = attemptBy(async function* () {
        yield 1;
        throw new Error('broken');
      });
      await expect(call()).rejects.toThrow('broken');
    });

    it('runs its finally when the attempt is given up between two steps', async () => {
      const seen: string[] = [];
      const { attempt, call, partials } = attemptBy(async function* () {
        try {
          yield 1;
          await nextTurn();
          yield 2;
          await nextTurn();
          yield 3;
        } finally {
          seen.push('cleaned up');
        }
      });
      const returned = call() as Promise<unknown>;
      await nextTurn();
      attempt.abort(new Error('late'));
      await returned.catch(() => {});
      await nextTurn();
      expect(seen).toEqual(['cleaned up']);
      expect(partials).not.toContain(3);
    });

    it('swallows what its clean-up throws', async () => {
      const { attempt, call } = attemptBy(async function* () {
        try {
          await nextTurn();
          yield 1;
        } finally {
          await Promise.reject(new Error('cannot clean up'));
        }
      });
      const returned = call() as Promise<unknown>;
      attempt.abort(new Error('late'));
      await expect(returned).rejects.toThrow('late');
      await nextTurn();
    });

    it('lets timers run although it never waits, and stops it when the attempt is given up', async () => {
      let yields = 0;
      const { attempt, call, clock } = attemptBy(async function* () {
        for (;;) yield (yields += 1);
      });
      const returned = call() as Promise<unknown>;
      await clock.advanceAsync(2);
      expect(yields).toBe(3_000);
      attempt.abort(new Error('late'));
      await expect(returned).rejects.toThrow('late');
      expect(yields).toBe(3_000);
      expect(clock.pendingTimers).toBe(0);
    });

    it('drives an iterator that cannot be told to stop, up to its next step', async () => {
      let steps = 0;
      const iterator = {
        [Symbol.asyncIterator]: () => iterator,
        next: async () => {
          await nextTurn();
          return { done: false, value: (steps += 1) };
        },
      };
      const { attempt, call } = attemptBy(() => iterator);
      const returned = call() as Promise<unknown>;
      await nextTurn();
      attempt.abort(new Error('late'));
      await expect(returned).rejects.toThrow('late');
      const before = steps;
      await nextTurn();
      await nextTurn();
      expect(steps).toBe(before);
    });
  });
});

describe('isPending', () => {
  it('knows promises and what is like them', () => {
    expect(isPending(Promise.resolve())).toBe(true);
    expect(isPending({ then: () => {} })).toBe(true);
    expect([isPending(null), isPending('then'), isPending({ then: 1 }), isPending(undefined)]).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});
