import { VirtualClock } from '../../../testing/virtual-clock.js';
import { Timers } from './timers.js';

const HOUR_MS = 3_600_000;

function build() {
  const clock = new VirtualClock();
  const rung: string[] = [];
  const timers = new Timers(clock);
  const setIn = (delayMs: number, name: string) => timers.at(clock.now() + delayMs, () => rung.push(name));
  return { clock, timers, rung, setIn };
}

describe('Timers', () => {
  it('rings in order, each once', () => {
    const { clock, rung, setIn } = build();
    setIn(20, 'late');
    setIn(10, 'early');
    setIn(0, 'now');
    clock.advance(9);
    expect(rung).toEqual(['now']);
    clock.advance(HOUR_MS);
    expect(rung).toEqual(['now', 'early', 'late']);
    expect(clock.pendingTimers).toBe(0);
  });

  it.each([
    ['forward', HOUR_MS],
    ['back', -HOUR_MS],
  ])('rings when the time has passed, though the clock was set %s', (_, byMs) => {
    const { clock, timers, rung, setIn } = build();
    setIn(1_000, 'a second');
    clock.jumpTo(clock.now() + byMs);
    setIn(500, 'half a second');
    expect(timers.nextAt).toBe(clock.now() + 500);
    clock.advance(500);
    expect(rung).toEqual(['half a second']);
    expect(timers.nextAt).toBe(clock.now() + 500);
    clock.advance(499);
    expect(rung).toEqual(['half a second']);
    clock.advance(1);
    expect(rung).toEqual(['half a second', 'a second']);
  });

  it('is silent while it is held, and rings what has come due once it is released', () => {
    const { clock, timers, rung, setIn } = build();
    setIn(10, 'meanwhile');
    timers.hold();
    setIn(20, 'also');
    clock.advance(15);
    expect(rung).toEqual([]);
    timers.release();
    clock.advance(5);
    expect(rung).toEqual(['meanwhile', 'also']);
  });

  it('rings nothing that was canceled or dropped', () => {
    const { clock, timers, rung, setIn } = build();
    setIn(10, 'canceled')();
    setIn(10, 'dropped');
    timers.clear();
    clock.advance(20);
    expect([rung, timers.nextAt, clock.pendingTimers]).toEqual([[], undefined, 0]);
  });

  it('waits longer than a timer can', () => {
    const { clock, rung, setIn } = build();
    const yearMs = 365 * 24 * HOUR_MS;
    setIn(yearMs, 'a year');
    clock.advance(yearMs - 1);
    expect(rung).toEqual([]);
    clock.advance(1);
    expect(rung).toEqual(['a year']);
  });
});
