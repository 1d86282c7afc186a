import { CadreError } from '../../common/index.js';
import { FirstStrategy } from '../../selection/index.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import { TaskInput } from './task-input.js';
import { TaskRun } from './task-run.js';
import { resolveTaskOptions } from './task.options.js';

function begin(timeoutMs = 100) {
  const clock = new VirtualClock();
  const request = {
    query: { capability: 'echo', whenUnavailable: 'alternative' as const },
    input: new TaskInput('hi'),
    options: resolveTaskOptions({ timeoutMs }),
    strategy: new FirstStrategy(),
    taskId: 'task-1',
  };
  const nobody = { releases: [], alternatives: [], aside: [], contracts: [] };
  return { clock, task: new TaskRun(request, nobody, clock, () => {}) };
}

const canceled = (message = 'Canceled.') => new CadreError({ code: 'CANCELED', kind: 'canceled', message });

describe('TaskRun', () => {
  it('counts down on the clock that does not jump', () => {
    const { clock, task } = begin();
    clock.advance(30);
    clock.jumpTo(0);
    expect([task.elapsedMs, task.remainingMs]).toEqual([30, 70]);
  });

  it('has a signal that is aborted already when it is first asked for after a cancellation', () => {
    const { task } = begin();
    const error = canceled();
    expect(() => task.throwIfCanceled()).not.toThrow();
    task.cancel(error);
    expect(task.signal).toMatchObject({ aborted: true, reason: error });
    expect(() => task.throwIfCanceled()).toThrow(error);
  });

  it('keeps the reason of the first cancellation', () => {
    const { task } = begin();
    const { signal } = task;
    task.cancel(canceled('first'));
    task.cancel(canceled('second'));
    expect(signal.reason).toMatchObject({ message: 'first' });
  });

  it('gives up what is under way, also what begins after the cancellation, but not what has ended', () => {
    const { task } = begin();
    const given: string[] = [];
    task.begin(() => given.push('ended'));
    task.end();
    task.begin(() => given.push('under way'));
    task.cancel(canceled());
    task.begin(() => given.push('late'));
    expect(given).toEqual(['under way', 'late']);
  });

  describe('within', () => {
    it('passes results and rejections on, and leaves no timer', async () => {
      const { clock, task } = begin();
      expect(await task.within(Promise.resolve('done'))).toBe('done');
      await expect(task.within(Promise.reject(new Error('broken')))).rejects.toThrow('broken');
      expect(clock.pendingTimers).toBe(0);
    });

    it('ends with the task', async () => {
      const { clock, task } = begin();
      const waiting = task.within(new Promise(() => {})).catch((error: unknown) => error);
      clock.advance(100);
      expect(await waiting).toMatchObject({ code: 'TASK_TIMEOUT' });
      expect(clock.pendingTimers).toBe(0);
    });

    it('ends at once when the task is canceled, already or later', async () => {
      const { clock, task } = begin();
      const waiting = task.within(new Promise(() => {})).catch((error: unknown) => error);
      task.cancel(canceled());
      expect(await waiting).toMatchObject({ code: 'CANCELED' });
      await expect(task.within(new Promise(() => {}))).rejects.toMatchObject({ code: 'CANCELED' });
      expect(clock.pendingTimers).toBe(0);
    });
  });
});
