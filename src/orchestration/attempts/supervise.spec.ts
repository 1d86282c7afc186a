import { VirtualClock } from '../../testing/virtual-clock.js';
import { Supervision } from './supervise.js';

/** Work that ends when the test says so, under supervision for 100 ms with a grace of 10 ms. */
function begin(onAbort: (error: Error) => void = () => {}) {
  const clock = new VirtualClock();
  const over: boolean[] = [];
  const aborts: Error[] = [];
  const { promise: work, ...end } = Promise.withResolvers<string>();
  const { promise: outcome, resolve } = Promise.withResolvers<string>();
  const owner = {
    conclude: (value: unknown) => value as string | Promise<string>,
    timeoutError: () => new Error('late'),
    abort: (error: Error) => {
      aborts.push(error);
      onAbort(error);
    },
    over: (isAbandoned: boolean) => void over.push(isAbandoned),
    resolve,
    reject: ({ message }: Error) => resolve(message),
  };
  const supervision = new Supervision(work, owner, clock, { timeoutMs: 100, graceMs: 10 });
  const giveUp = (why: string): void => supervision.giveUp(new Error(why));
  return { clock, over, aborts, outcome, giveUp, ...end };
}

describe('Supervision', () => {
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
    const { clock, aborts, outcome, over, reject } = begin((error) => reject(error));
    clock.advance(100);
    expect(await outcome).toBe('late');
    await clock.advanceAsync(0);
    expect({ over, aborts: aborts.length, timers: clock.pendingTimers }).toEqual({
      over: [false],
      aborts: 1,
      timers: 0,
    });
  });
});
