import { z } from 'zod';
import { CadreError, SeededRandom } from '../../common/index.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import type { UsageReport } from '../task-context.js';
import { isInsideTool, runAsAgent, type TaskScope } from './task-scope.js';
import { Tool } from './tool.decorator.js';
import type { ToolCall, ToolContext, ToolOptions } from './tool.types.js';

interface Task extends TaskScope {
  readonly clock: VirtualClock;
  readonly calls: ToolCall[];
  readonly usage: UsageReport[];
  readonly controller: AbortController;
  /** Runs as the code of an agent that works on this task. */
  run<T>(work: () => T): T;
}

function newTask(clock = new VirtualClock(1_000)): Task {
  const calls: ToolCall[] = [];
  const usage: UsageReport[] = [];
  const controller = new AbortController();
  const task: Task = {
    clock,
    calls,
    usage,
    controller,
    random: new SeededRandom(1),
    signal: controller.signal,
    recordToolCall: (call) => calls.push(call),
    reportUsage: (report) => usage.push(report),
    run: (work) => runAsAgent(task, work),
  };
  return task;
}

type Use = (input: never, context?: ToolContext) => unknown;

/** An instance of a new tool class that does this work. */
function toolThat(use: Use, options: ToolOptions = {}): { use(input: unknown): Promise<unknown> } {
  class Probe {
    use(input: never, context?: ToolContext): unknown {
      return use(input, context);
    }
  }
  Tool({ name: 'probe', ...options } as ToolOptions<never>)(Probe as never);
  return new Probe() as never;
}

const STEADY = { attempts: 3, delayMs: 100, jitter: false } as const;

/** What a promise rejects with; listens at once, so that no rejection goes unheard while the clock moves. */
function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new TypeError(`expected a failure, got ${String(value)}`);
    },
    (error: unknown) => error,
  );
}

/** A promise to be settled from outside. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe('a tool in a task', () => {
  it('gets its input validated and gives its output validated', async () => {
    const tool = toolThat(({ words }: { words: number }) => ({ text: `${words} words` }), {
      input: z.object({ words: z.number().default(20) }),
      output: z.object({ text: z.string(), isShort: z.boolean().default(true) }),
    });
    expect(await newTask().run(() => tool.use({}))).toEqual({ text: '20 words', isShort: true });
  });

  it('is not run for an input that does not fit', async () => {
    const task = newTask();
    let runs = 0;
    const tool = toolThat(() => (runs += 1), { input: z.string() });
    await expect(task.run(() => tool.use(3))).rejects.toMatchObject({
      code: 'TOOL_INPUT_INVALID',
      kind: 'execution',
      retryable: false,
    });
    expect(runs).toBe(0);
    expect(task.calls).toEqual([expect.objectContaining({ tries: 0, errorCode: 'TOOL_INPUT_INVALID' })]);
  });

  it('fails for an output that does not fit, and is not tried again for that', async () => {
    const task = newTask();
    const tool = toolThat(() => 3, { output: z.string(), retry: STEADY });
    await expect(task.run(() => tool.use('a'))).rejects.toMatchObject({ code: 'OUTPUT_INVALID' });
    expect(task.calls).toEqual([expect.objectContaining({ tries: 1, status: 'failed' })]);
  });

  it('knows that it is a tool, and may use other tools', async () => {
    const task = newTask();
    const inner = toolThat(() => isInsideTool(), { name: 'inner' });
    const outer = toolThat(() => inner.use(undefined), { name: 'outer' });
    expect(await task.run(() => outer.use(undefined))).toBe(true);
    expect(task.calls.map(({ tool }) => tool)).toEqual(['inner', 'outer']);
  });

  it('reports what it uses to the attempt, and gets the signal of the task', async () => {
    const task = newTask();
    const tool = toolThat((_input, context) => {
      context?.reportUsage({ costUsd: 0.5 });
      return context?.signal === task.signal;
    });
    expect(await task.run(() => tool.use(undefined))).toBe(true);
    expect(task.usage).toEqual([{ costUsd: 0.5 }]);
  });

  it('is not run when the task is over', async () => {
    const task = newTask();
    let runs = 0;
    task.controller.abort(new RangeError('over'));
    await expect(task.run(() => toolThat(() => (runs += 1)).use(1))).rejects.toThrow('over');
    expect(runs).toBe(0);
  });
});

describe('a tool outside of a task', () => {
  it('works without a record', async () => {
    const tool = toolThat((text: string, context) => {
      context?.reportUsage({ costUsd: 1 });
      return text.length;
    });
    expect(await tool.use('abc')).toBe(3);
  });
});

describe('the record of a use', () => {
  it('tells start, duration, tries and success', async () => {
    const task = newTask();
    const tool = toolThat(() => task.clock.delay(30));
    const used = task.run(() => tool.use(1));
    await task.clock.advanceAsync(30);
    await used;
    expect(task.calls).toEqual([
      { tool: 'probe', startedAt: 1_000, durationMs: 30, tries: 1, status: 'succeeded' },
    ]);
  });

  it('does not mind when the wall clock is set meanwhile', async () => {
    const task = newTask();
    const used = task.run(() => toolThat(() => task.clock.delay(30)).use(1));
    await task.clock.advanceAsync(10);
    task.clock.jumpTo(0);
    await task.clock.advanceAsync(20);
    await used;
    expect(task.calls).toEqual([expect.objectContaining({ startedAt: 1_000, durationMs: 30 })]);
  });

  it('tells the code of the error, whatever was thrown', async () => {
    const task = newTask();
    const full = new CadreError({ code: 'DISK_FULL', kind: 'unavailable', message: 'Full.' });
    for (const thrown of [full, new RangeError('x'), 'text', undefined]) {
      const tool = toolThat(() => {
        throw thrown;
      });
      await expect(task.run(() => tool.use(1))).rejects.toBe(thrown);
    }
    expect(task.calls.map(({ errorCode }) => errorCode)).toEqual([
      'DISK_FULL',
      'TOOL_FAILED',
      'TOOL_FAILED',
      'TOOL_FAILED',
    ]);
  });

  it('counts the wait in line', async () => {
    const clock = new VirtualClock(0);
    const [first, second] = [newTask(clock), newTask(clock)];
    const tool = toolThat(() => clock.delay(50), { maxConcurrency: 1 });
    const both = [first.run(() => tool.use(1)), second.run(() => tool.use(2))];
    await clock.advanceAsync(100);
    await Promise.all(both);
    expect([first, second].map(({ calls }) => calls[0]?.durationMs)).toEqual([50, 100]);
  });
});

describe('the limit of a tool', () => {
  it('is shared by all who use one instance, first come first served', async () => {
    const clock = new VirtualClock(0);
    const tasks = [newTask(clock), newTask(clock), newTask(clock), newTask(clock)];
    const started: string[] = [];
    const tool = toolThat(
      async (name: string) => {
        started.push(`${name} ${clock.now()}`);
        await clock.delay(10);
      },
      { maxConcurrency: 2 },
    );
    const uses = tasks.map((task, n) => task.run(() => tool.use(`user${n}`)));
    await clock.advanceAsync(20);
    await Promise.all(uses);
    expect(started).toEqual(['user0 0', 'user1 0', 'user2 10', 'user3 10']);
  });

  it('is not shared by two instances', async () => {
    @Tool({ maxConcurrency: 1 })
    class SlowTool {
      constructor(private readonly clock: VirtualClock) {}
      use(): Promise<void> {
        return this.clock.delay(10);
      }
    }
    const task = newTask();
    const uses = [1, 2].map(() => task.run(() => new SlowTool(task.clock).use()));
    await task.clock.advanceAsync(10);
    await Promise.all(uses);
    expect(task.calls.map(({ durationMs }) => durationMs)).toEqual([10, 10]);
  });

  it('frees the place of a use that fails', async () => {
    const task = newTask();
    const tool = toolThat((text: string) => text.toUpperCase(), { maxConcurrency: 1 });
    await expect(task.run(() => tool.use(3))).rejects.toThrow(TypeError);
    expect(await task.run(() => tool.use('a'))).toBe('A');
  });

  it('lets a canceled task leave the line, and the others move up', async () => {
    const clock = new VirtualClock(0);
    const [holder, quitter, patient] = [newTask(clock), newTask(clock), newTask(clock)];
    const door = gate();
    const seen: string[] = [];
    const tool = toolThat(
      async (name: string) => {
        seen.push(name);
        await door.opened;
      },
      { maxConcurrency: 1 },
    );
    const held = holder.run(() => tool.use('holder'));
    const quit = quitter.run(() => tool.use('quitter'));
    const waited = patient.run(() => tool.use('patient'));
    await clock.advanceAsync(5);
    quitter.controller.abort(new RangeError('canceled'));
    await expect(quit).rejects.toThrow('canceled');
    expect(quitter.calls).toEqual([expect.objectContaining({ tries: 0, durationMs: 5, status: 'failed' })]);
    door.open();
    await Promise.all([held, waited]);
    expect(seen).toEqual(['holder', 'patient']);
  });
});

describe('the retry of a tool', () => {
  it('waits longer from try to try, on the clock of the task', async () => {
    const task = newTask();
    const triedAt: number[] = [];
    const tool = toolThat(
      () => {
        triedAt.push(task.clock.now() - 1_000);
        if (triedAt.length < 3) throw new RangeError('not yet');
        return 'done';
      },
      { retry: STEADY },
    );
    const used = task.run(() => tool.use(1));
    await task.clock.advanceAsync(300);
    expect(await used).toBe('done');
    expect(triedAt).toEqual([0, 100, 300]);
    expect(task.calls).toEqual([expect.objectContaining({ tries: 3, durationMs: 300, status: 'succeeded' })]);
  });

  it('gives up after the last try, with its error', async () => {
    const task = newTask();
    let tries = 0;
    const tool = toolThat(() => Promise.reject(new RangeError(`try ${(tries += 1)}`)), { retry: STEADY });
    const used = task.run(() => tool.use(1));
    const refused = failureOf(used);
    await task.clock.advanceAsync(300);
    expect(await refused).toHaveProperty('message', expect.stringContaining('try 3'));
    expect(task.clock.pendingTimers).toBe(0);
  });

  it('does not try again what cannot help', async () => {
    const task = newTask();
    const wrong = new CadreError({ code: 'BAD_ADDRESS', kind: 'input', message: 'No such address.' });
    const tool = toolThat(() => Promise.reject(wrong), { retry: STEADY });
    await expect(task.run(() => tool.use(1))).rejects.toBe(wrong);
    expect(task.calls).toEqual([expect.objectContaining({ tries: 1, errorCode: 'BAD_ADDRESS' })]);
  });

  it('stops waiting when the task is canceled', async () => {
    const task = newTask();
    const tool = toolThat(() => Promise.reject(new RangeError('x')), { retry: STEADY });
    const refused = failureOf(task.run(() => tool.use(1)));
    await task.clock.advanceAsync(50);
    task.controller.abort(new RangeError('canceled'));
    expect(await refused).toHaveProperty('message', expect.stringContaining('canceled'));
    expect(task.calls).toEqual([expect.objectContaining({ tries: 1 })]);
    expect(task.clock.pendingTimers).toBe(0);
  });

  it('does not try again after the task is canceled', async () => {
    const task = newTask();
    const tool = toolThat(
      () => {
        task.controller.abort(new RangeError('canceled'));
        throw new RangeError('x');
      },
      { retry: STEADY },
    );
    await expect(task.run(() => tool.use(1))).rejects.toThrow('x');
    expect(task.calls).toEqual([expect.objectContaining({ tries: 1 })]);
  });
});

describe('the time of a tool', () => {
  it('ends a try that ignores its signal', async () => {
    const task = newTask();
    const tool = toolThat(() => new Promise(() => {}), { timeoutMs: 50 });
    const refused = failureOf(task.run(() => tool.use(1)));
    await task.clock.advanceAsync(50);
    expect(await refused).toMatchObject({ code: 'TOOL_TIMEOUT' });
    expect(task.calls).toEqual([expect.objectContaining({ durationMs: 50, errorCode: 'TOOL_TIMEOUT' })]);
  });

  it('counts anew for each try', async () => {
    const task = newTask();
    let tries = 0;
    const tool = toolThat(() => ((tries += 1) < 3 ? new Promise(() => {}) : 'done'), {
      timeoutMs: 50,
      retry: STEADY,
    });
    const used = task.run(() => tool.use(1));
    await task.clock.advanceAsync(50 + 100 + 50 + 200);
    expect(await used).toBe('done');
  });

  it('tells the tool by its signal', async () => {
    const task = newTask();
    const reasons: unknown[] = [];
    const tool = toolThat(
      (_input, context) =>
        new Promise(() =>
          context?.signal.addEventListener('abort', () => reasons.push(context.signal.reason)),
        ),
      { timeoutMs: 50 },
    );
    const refused = failureOf(task.run(() => tool.use(1)));
    await task.clock.advanceAsync(50);
    expect(await refused).toHaveProperty('message', expect.stringContaining('did not answer within 50 ms'));
    expect(reasons).toEqual([expect.objectContaining({ code: 'TOOL_TIMEOUT' })]);
  });

  it('passes the abort of the task on', async () => {
    const task = newTask();
    const tool = toolThat(
      (_input, context) =>
        new Promise((_, reject) =>
          context?.signal.addEventListener('abort', () => reject(context.signal.reason as Error)),
        ),
      { timeoutMs: 50 },
    );
    const refused = failureOf(task.run(() => tool.use(1)));
    await task.clock.advanceAsync(10);
    task.controller.abort(new RangeError('canceled'));
    expect(await refused).toHaveProperty('message', expect.stringContaining('canceled'));
    expect(task.clock.pendingTimers).toBe(0);
  });

  it('lets a late failure pass unheard', async () => {
    const task = newTask();
    const door = gate();
    const tool = toolThat(() => door.opened.then(() => Promise.reject(new RangeError('late'))), {
      timeoutMs: 50,
    });
    const refused = failureOf(task.run(() => tool.use(1)));
    await task.clock.advanceAsync(50);
    expect(await refused).toHaveProperty('message', expect.stringContaining('50 ms'));
    door.open();
    await task.clock.advanceAsync(0);
    expect(task.calls).toHaveLength(1);
  });

  it('leaves no timer behind when the tool answers or throws in time', async () => {
    const task = newTask();
    await task.run(() => toolThat(() => 1, { timeoutMs: 50 }).use(1));
    const throwing = toolThat(
      () => {
        throw new RangeError('x');
      },
      { timeoutMs: 50 },
    );
    await expect(task.run(() => throwing.use(1))).rejects.toThrow('x');
    expect(task.clock.pendingTimers).toBe(0);
  });
});

describe('a subclass of a tool', () => {
  @Tool({ name: 'echo', input: z.string().transform((text) => `${text}.`), maxConcurrency: 1 })
  class EchoTool {
    async use(text: string, context?: ToolContext): Promise<unknown> {
      context?.reportUsage({ inputTokens: text.length });
      return text;
    }
  }

  it('is one use when it inherits `use` and is decorated again', async () => {
    @Tool({ name: 'loud_echo', maxConcurrency: 1 })
    class LoudEchoTool extends EchoTool {}
    const task = newTask();
    expect(await task.run(() => new LoudEchoTool().use('a'))).toBe('a');
    expect(task.calls.map(({ tool }) => tool)).toEqual(['loud_echo']);
  });

  it('is one use when it overrides `use` and calls that of its parent', async () => {
    @Tool({ name: 'loud_echo', input: z.string(), maxConcurrency: 1 })
    class LoudEchoTool extends EchoTool {
      override async use(text: string): Promise<string> {
        return `${String(await super.use(text)).toUpperCase()}!`;
      }
    }
    const task = newTask();
    expect(await task.run(() => new LoudEchoTool().use('a'))).toBe('A!');
    expect(task.calls.map(({ tool, tries }) => `${tool} ${tries}`)).toEqual(['loud_echo 1']);
    expect(task.usage).toEqual([{ inputTokens: 1 }]);
  });

  it('is one use of its parent when it is not decorated itself', async () => {
    class PoliteEchoTool extends EchoTool {
      override use(text: string): Promise<unknown> {
        return super.use(`please ${text}`);
      }
    }
    const task = newTask();
    expect(await task.run(() => new PoliteEchoTool().use('a'))).toBe('please a.');
    expect(task.calls.map(({ tool }) => tool)).toEqual(['echo']);
  });

  it('leaves its parent as it is', async () => {
    Tool({ name: 'other' })(class OtherTool extends EchoTool {} as never);
    const task = newTask();
    expect(await task.run(() => new EchoTool().use('a'))).toBe('a.');
    expect(task.calls.map(({ tool }) => tool)).toEqual(['echo']);
  });

  it('is still in the same use when it calls itself', async () => {
    @Tool({ maxConcurrency: 1 })
    class CountdownTool {
      async use(n: number): Promise<number> {
        return n === 0 ? 0 : 1 + (await this.use(n - 1));
      }
    }
    const task = newTask();
    expect(await task.run(() => new CountdownTool().use(3))).toBe(3);
    expect(task.calls).toHaveLength(1);
  });
});
