import { VirtualClock } from '../../../testing/virtual-clock.js';
import { bossClock } from './boss-clock.js';

describe('bossClock', () => {
  it('does not notice when the clock of the machine is set', () => {
    const clock = new VirtualClock();
    const boss = bossClock(clock);
    const startedAt = boss.now();
    expect(startedAt).toBe(clock.now());
    clock.jumpTo(startedAt - 3_600_000);
    clock.advance(10);
    expect(boss.now()).toBe(startedAt + 10);
  });

  it('calls once, or again and again, until it is told not to', () => {
    const clock = new VirtualClock();
    const boss = bossClock(clock);
    const calls: string[] = [];
    const once = boss.setTimeout(() => calls.push('once'), 15);
    const never = boss.setTimeout(() => calls.push('never'), 15);
    const often = boss.setInterval(() => calls.push('often'), 10);
    boss.clearTimeout(never);
    clock.advance(25);
    expect(calls).toEqual(['often', 'once', 'often']);
    boss.clearInterval(often);
    boss.clearTimeout(once);
    clock.advance(100);
    expect(calls).toHaveLength(3);
    expect(clock.pendingTimers).toBe(0);
  });

  it('can end an interval from inside of it', () => {
    const clock = new VirtualClock();
    const boss = bossClock(clock);
    const interval = boss.setInterval(() => boss.clearInterval(interval), 10);
    clock.advance(100);
    expect(clock.pendingTimers).toBe(0);
  });
});
