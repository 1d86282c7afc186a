import { CadreError } from '../../common/index.js';
import { newTask, toolThat, STEADY, failureOf, gate } from '../../testing/setups/tool-task.js';

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
