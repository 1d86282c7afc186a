import { z } from 'zod';
import { CadreError } from '../../common/index.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import { newTask, toolThat, STEADY, gate } from '../../testing/setups/tool-task.js';
import { isInsideTool } from './task-scope.js';
import { Tool } from './tool.decorator.js';
import type { ToolContext } from './tool.types.js';

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
