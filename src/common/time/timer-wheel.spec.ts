import { jest } from '@jest/globals';
import fc from 'fast-check';
import { TimerWheel, WHEEL_DELAYS } from './timer-wheel.js';

/** A wheel on jest's timers and clock: nothing fires but by the machine's own timers, as in a process. */
function newWheel(): TimerWheel {
  return new TimerWheel(() => performance.now());
}

describe('TimerWheel', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('calls once, not early and at most a tick late', () => {
    const wheel = newWheel();
    const calls: number[] = [];
    const from = performance.now();
    wheel.schedule(1_003, () => calls.push(performance.now() - from));
    jest.advanceTimersByTime(1_002);
    expect(calls).toEqual([]);
    jest.advanceTimersByTime(10_000);
    expect(calls).toHaveLength(1);
    expect(calls[0]).toBeGreaterThanOrEqual(1_003);
    expect(calls[0]).toBeLessThanOrEqual(1_013);
  });

  it('does not call what was taken back, whatever else is in its slot', () => {
    for (const gone of [0, 1, 2]) {
      const wheel = newWheel();
      const calls: number[] = [];
      const cancels = [0, 1, 2].map((at) => wheel.schedule(2_000, () => calls.push(at)));
      cancels[gone]!();
      cancels[gone]!();
      jest.advanceTimersByTime(3_000);
      expect(calls).toEqual([0, 1, 2].filter((at) => at !== gone));
    }
  });

  it('calls one that comes later and is due earlier in time', () => {
    const wheel = newWheel();
    const calls: string[] = [];
    wheel.schedule(60_000, () => calls.push('late'));
    wheel.schedule(1_000, () => calls.push('early'));
    jest.advanceTimersByTime(1_010);
    expect(calls).toEqual(['early']);
    jest.advanceTimersByTime(60_000);
    expect(calls).toEqual(['early', 'late']);
  });

  it('calls the others though one throws', () => {
    const wheel = newWheel();
    const calls: string[] = [];
    wheel.schedule(1_000, () => {
      throw new Error('broken');
    });
    wheel.schedule(1_000, () => calls.push('same slot'));
    wheel.schedule(5_000, () => calls.push('later'));
    expect(() => jest.advanceTimersByTime(1_020)).toThrow('broken');
    jest.advanceTimersByTime(5_000);
    expect(calls).toEqual(['same slot', 'later']);
  });

  it('lets a callback set and take back timers', () => {
    const wheel = newWheel();
    const calls: string[] = [];
    wheel.schedule(1_000, () => {
      cancel();
      wheel.schedule(1_000, () => calls.push('again'));
    });
    const cancel = wheel.schedule(1_000, () => calls.push('taken back'));
    jest.advanceTimersByTime(5_000);
    expect(calls).toEqual(['again']);
  });

  it('calls whatever is due, in time and in order, among timers that come and go', () => {
    const delay = fc.double({ min: WHEEL_DELAYS.least, max: WHEEL_DELAYS.most, noNaN: true });
    const timer = fc.record({
      waitMs: fc.nat(5_000),
      delayMs: delay,
      leftAfterMs: fc.option(fc.nat(90_000)),
    });
    fc.assert(
      fc.property(fc.array(timer, { maxLength: 40 }), (timers) => {
        const wheel = newWheel();
        const lateMs = new Map<number, number>();
        const wanted = new Set<number>();
        for (const [id, { waitMs, delayMs, leftAfterMs }] of timers.entries()) {
          jest.advanceTimersByTime(waitMs);
          const dueMs = performance.now() + delayMs;
          const cancel = wheel.schedule(delayMs, () => {
            expect(lateMs.has(id)).toBe(false);
            lateMs.set(id, performance.now() - dueMs);
          });
          // Not in the tick in which it may fire, where either may come first.
          if (leftAfterMs !== null && leftAfterMs < delayMs - 1) setTimeout(cancel, leftAfterMs);
          else wanted.add(id);
        }
        jest.advanceTimersByTime(200_000);
        expect(new Set(lateMs.keys())).toEqual(wanted);
        for (const late of lateMs.values()) {
          expect(late).toBeGreaterThanOrEqual(0);
          expect(late).toBeLessThanOrEqual(11);
        }
        expect(jest.getTimerCount()).toBe(0);
      }),
    );
  });

  it('fires nothing early after the event loop was held up for longer than the wheel is round', () => {
    let nowMs = 0;
    const wheel = new TimerWheel(() => nowMs);
    const calls: string[] = [];
    wheel.schedule(1_000, () => calls.push('overdue'));
    nowMs = 500_000;
    wheel.schedule(WHEEL_DELAYS.most, () => calls.push('far'));
    jest.advanceTimersByTime(1_000);
    expect(calls).toEqual(['overdue']);
    const setTimer = jest.spyOn(globalThis, 'setTimeout');
    jest.advanceTimersByTime(1_000);
    expect(setTimer).not.toHaveBeenCalled();
    nowMs += WHEEL_DELAYS.most + 10;
    jest.advanceTimersByTime(WHEEL_DELAYS.most + 10);
    expect(calls).toEqual(['overdue', 'far']);
  });
});

describe('a process with a wheel', () => {
  const keepsAlive = (): number =>
    process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;

  it('is kept alive for as long as there is a timer, and no longer', () => {
    const before = keepsAlive();
    const wheel = newWheel();
    const [cancelOne, cancelOther] = [wheel.schedule(60_000, () => {}), wheel.schedule(70_000, () => {})];
    expect(keepsAlive()).toBe(before + 1);
    cancelOne();
    expect(keepsAlive()).toBe(before + 1);
    cancelOther();
    expect(keepsAlive()).toBe(before);
    const cancel = wheel.schedule(80_000, () => {});
    expect(keepsAlive()).toBe(before + 1);
    cancel();
    expect(keepsAlive()).toBe(before);
  });
});
