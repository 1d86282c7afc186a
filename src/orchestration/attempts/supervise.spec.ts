import { VirtualClock } from '../../testing/virtual-clock.js';
import { supervise } from './supervise.js';

/** Work that ends when the test says so, under supervision for 100 ms with a grace of 10 ms. */
function begin() {
  const clock = new VirtualClock();
  const over: boolean[] = [];
  const aborts: Error[] = [];
  let giveUp!: (error: Error) => void;
  let end!: { resolve: (value: string) => void; reject: (error: Error) => void };
  const work = new Promise<string>((resolve, reject) => (end = { resolve, reject }));
  const supervised = supervise(work, {
    clock,
    timeoutMs: 100,
    graceMs: 10,
    onTimeout: () => new Error('late'),
    onStart: (start) => (giveUp = start),
    abort: (error) => void aborts.push(error),
    onOver: (isAbandoned) => void over.push(isAbandoned),
  });
  const outcome = supervised.then(
    (value) => value,
    (error: Error) => error.message,
  );
  return { clock, over, aborts, outcome, giveUp: (why: string) => giveUp(new Error(why)), ...end };
}

describe('supervise', () => {
  it('passes a result on and is over', async () => {
    const { clock, resolve, outcome, over, aborts } = begin();
    resolve('done');
    expect(await outcome).toBe('done');
    expect({ over, aborts, timers: clock.pendingTimers }).toEqual({ over: [false], aborts: [], timers: 0 });
  });

  it('passes a rejection on and is over', async () => {
    const { clock, reject, outcome, over } = begin();
    reject(new Error('broken'));
    expect(await outcome).toBe('broken');
    expect({ over, timers: clock.pendingTimers }).toEqual({ over: [false], timers: 0 });
  });

  it('rejects at the timeout, aborts the work and gives it its grace', async () => {
    const { clock, outcome, over, aborts } = begin();
    clock.advance(99);
    expect(aborts).toEqual([]);
    clock.advance(1);
    expect(await outcome).toBe('late');
    expect(aborts.map(({ message }) => message)).toEqual(['late']);
    expect({ over, timers: clock.pendingTimers }).toEqual({ over: [], timers: 1 });
  });

  it('abandons work that outlasts its grace', async () => {
    const { clock, outcome, over, resolve } = begin();
    clock.advance(110);
    expect({ over, timers: clock.pendingTimers }).toEqual({ over: [true], timers: 0 });
    resolve('much later');
    expect(await outcome).toBe('late');
    await clock.advanceAsync(1_000);
    expect(over).toEqual([true]);
  });

  it.each(['resolve', 'reject'] as const)(
    'is over, not abandoned, when late work %ss in its grace',
    async (end) => {
      const { clock, outcome, over, ...work } = begin();
      clock.advance(105);
      if (end === 'resolve') work.resolve('late result');
      else work.reject(new Error('aborted'));
      await clock.advanceAsync(0);
      expect(await outcome).toBe('late');
      expect({ over, timers: clock.pendingTimers }).toEqual({ over: [false], timers: 0 });
    },
  );

  it('gives work up from outside at once', async () => {
    const { clock, outcome, over, aborts, giveUp } = begin();
    giveUp('canceled');
    expect(await outcome).toBe('canceled');
    expect(aborts).toHaveLength(1);
    expect(over).toEqual([]);
    clock.advance(10);
    expect({ over, timers: clock.pendingTimers }).toEqual({ over: [true], timers: 0 });
  });

  it('gives up once: a cancellation after the timeout, or a second one, changes nothing', async () => {
    const { clock, outcome, aborts, giveUp } = begin();
    clock.advance(100);
    giveUp('canceled');
    expect(await outcome).toBe('late');
    expect(aborts).toHaveLength(1);
  });

  it('ignores a cancellation once the work has ended', async () => {
    const { clock, outcome, over, aborts, giveUp, resolve } = begin();
    resolve('done');
    await outcome;
    giveUp('canceled');
    expect({ over, aborts, timers: clock.pendingTimers }).toEqual({ over: [false], aborts: [], timers: 0 });
  });

  it('takes an abort that makes the work end at once', async () => {
    const clock = new VirtualClock();
    const over: boolean[] = [];
    let fail!: (error: Error) => void;
    const work = new Promise<never>((_, reject) => (fail = reject));
    const supervised = supervise(work, {
      clock,
      timeoutMs: 1,
      graceMs: 10,
      onTimeout: () => new Error('late'),
      onStart: () => {},
      abort: (error) => fail(error),
      onOver: (isAbandoned) => void over.push(isAbandoned),
    });
    clock.advance(1);
    await expect(supervised).rejects.toThrow('late');
    await clock.advanceAsync(0);
    expect({ over, timers: clock.pendingTimers }).toEqual({ over: [false], timers: 0 });
  });
});
