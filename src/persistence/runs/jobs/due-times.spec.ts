import { VirtualClock } from '../../../testing/virtual-clock.js';
import { DueTimes } from './due-times.js';

function timesOf(clock: VirtualClock): { readonly times: DueTimes; readonly calls: number[] } {
  const calls: number[] = [];
  return { times: new DueTimes(clock, () => calls.push(clock.monotonicMs())), calls };
}

describe('DueTimes', () => {
  it('calls at each moment, in whatever order they were told, and once for several at a time', () => {
    const clock = new VirtualClock();
    const { times, calls } = timesOf(clock);
    for (const delayMs of [300, 100, 200, 100, 300]) times.add(delayMs);
    expect(clock.pendingTimers).toBe(1);
    clock.advance(1_000);
    expect(calls).toEqual([100, 200, 300]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('keeps the earliest thousand', () => {
    const clock = new VirtualClock();
    const { times, calls } = timesOf(clock);
    for (let delayMs = 2_000; delayMs > 0; delayMs--) times.add(delayMs);
    times.add(5_000);
    clock.advance(10_000);
    expect(calls).toHaveLength(1_000);
    expect(calls.at(-1)).toBe(1_000);
  });

  it('takes up again a wait that is longer than a timer keeps', () => {
    const clock = new VirtualClock();
    const { times, calls } = timesOf(clock);
    const delayMs = 2_147_483_647 + 1_000;
    times.add(delayMs);
    clock.advance(delayMs - 1);
    expect(calls).toEqual([]);
    clock.advance(1);
    expect(calls).toEqual([delayMs]);
  });

  it('calls no more once it is cleared', () => {
    const clock = new VirtualClock();
    const { times, calls } = timesOf(clock);
    times.add(100);
    times.clear();
    clock.advance(1_000);
    expect(calls).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });
});
