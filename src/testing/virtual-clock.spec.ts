import fc from 'fast-check';
import { MAX_TIMER_MS } from '../common/index.js';
import { VirtualClock } from './virtual-clock.js';

describe('VirtualClock', () => {
  it('stands still until it is advanced', () => {
    const clock = new VirtualClock(1_000);
    expect([clock.now(), clock.monotonicMs()]).toEqual([1_000, 0]);
    clock.advance(250);
    expect([clock.now(), clock.monotonicMs()]).toEqual([1_250, 250]);
  });

  it('runs timers by due moment, then in the order they were scheduled', () => {
    const clock = new VirtualClock(0);
    const ran: string[] = [];
    clock.schedule(20, () => ran.push('c'));
    clock.schedule(10, () => ran.push('a'));
    clock.schedule(20, () => ran.push('d'));
    clock.schedule(10, () => ran.push('b'));
    clock.schedule(21, () => ran.push('later'));
    clock.advance(20);
    expect(ran).toEqual(['a', 'b', 'c', 'd']);
    expect(clock.pendingTimers).toBe(1);
  });

  it('shows each timer its own due moment', () => {
    const clock = new VirtualClock(100);
    const seen: number[] = [];
    clock.schedule(5, () => seen.push(clock.now()));
    clock.schedule(7, () => seen.push(clock.now()));
    clock.advance(50);
    expect(seen).toEqual([105, 107]);
    expect(clock.now()).toBe(150);
  });

  it('runs timers that a timer schedules when they are due by the end', () => {
    const clock = new VirtualClock(0);
    const seen: number[] = [];
    const tick = (): void => {
      seen.push(clock.now());
      clock.schedule(10, tick);
    };
    clock.schedule(10, tick);
    clock.advance(35);
    expect(seen).toEqual([10, 20, 30]);
    expect(clock.now()).toBe(35);
  });

  it('forgets a canceled timer, also when it is canceled twice or too late', () => {
    const clock = new VirtualClock(0);
    const ran: string[] = [];
    const cancelFirst = clock.schedule(1, () => ran.push('first'));
    const cancelSecond = clock.schedule(2, () => ran.push('second'));
    cancelFirst();
    cancelFirst();
    clock.advance(5);
    cancelSecond();
    expect(ran).toEqual(['second']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('clamps delays to what a timer can keep', () => {
    const clock = new VirtualClock(0);
    const seen: number[] = [];
    clock.schedule(-5, () => seen.push(clock.now()));
    clock.schedule(Infinity, () => seen.push(clock.now()));
    clock.advance(MAX_TIMER_MS);
    expect(seen).toEqual([0, MAX_TIMER_MS]);
  });

  it('refuses delays and steps that are no forward time', async () => {
    const clock = new VirtualClock(0);
    expect(() => clock.schedule(NaN, () => {})).toThrow('number of milliseconds');
    expect(() => clock.advance(-1)).toThrow('only moves forwards');
    await expect(clock.advanceAsync(NaN)).rejects.toThrow('only moves forwards');
  });

  it('never runs backwards when a callback advances it further', () => {
    const clock = new VirtualClock(0);
    clock.schedule(1, () => clock.advance(100));
    clock.advance(10);
    expect(clock.now()).toBe(101);
  });

  it('jumps the wall clock and leaves timers and the monotonic clock alone', () => {
    const clock = new VirtualClock(5_000);
    const seen: number[] = [];
    clock.schedule(10, () => seen.push(clock.now()));
    clock.advance(4);
    clock.jumpTo(1_000);
    expect([clock.now(), clock.monotonicMs()]).toEqual([1_000, 4]);
    clock.advance(6);
    expect(seen).toEqual([1_006]);
  });

  it('lets promise chains settle between timers', async () => {
    const clock = new VirtualClock(0);
    const log: string[] = [];
    const work = async (): Promise<void> => {
      for (const part of ['a', 'b', 'c']) {
        await clock.delay(10);
        for (let hop = 0; hop < 100; hop++) await Promise.resolve();
        log.push(`${part}${clock.now()}`);
      }
    };
    const done = work();
    await clock.advanceAsync(30);
    expect(log).toEqual(['a10', 'b20', 'c30']);
    await done;
  });

  it('rejects a delay that is aborted and leaves no timer behind', async () => {
    const clock = new VirtualClock(0);
    const controller = new AbortController();
    const delayed = clock.delay(10, controller.signal);
    controller.abort(new RangeError('stop'));
    await expect(delayed).rejects.toThrow('stop');
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('VirtualClock with many timers', () => {
  it('runs each in its place and forgets the canceled ones, as a sorted list would', () => {
    const plans = fc.array(fc.record({ delayMs: fc.nat(50), isCanceled: fc.boolean() }), { maxLength: 200 });
    fc.assert(
      fc.property(plans, (plan) => {
        const clock = new VirtualClock(0);
        const ran: number[] = [];
        const cancels = plan.map(({ delayMs }, at) => clock.schedule(delayMs, () => ran.push(at)));
        for (const [at, { isCanceled }] of plan.entries()) if (isCanceled) cancels[at]!();
        expect(clock.pendingTimers).toBe(plan.filter(({ isCanceled }) => !isCanceled).length);
        clock.advance(50);
        const expected = [...plan.entries()]
          .filter(([, { isCanceled }]) => !isCanceled)
          .sort(([, one], [, other]) => one.delayMs - other.delayMs)
          .map(([at]) => at);
        expect(ran).toEqual(expected);
      }),
    );
  });

  it('runs to the end of what is scheduled', async () => {
    const clock = new VirtualClock(0);
    const done = clock.delay(10).then(() => clock.delay(20));
    await clock.runToEnd();
    await done;
    expect([clock.now(), clock.pendingTimers]).toEqual([30, 0]);
  });
});
