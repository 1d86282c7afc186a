import { VirtualClock } from '../../testing/virtual-clock.js';
import { QuotaLines } from './quota-lines.js';

function lines(maxWaiting = 10) {
  const clock = new VirtualClock();
  return { clock, lines: new QuotaLines(clock, maxWaiting) };
}

/** What has happened so far, once all that can happen by itself has. */
function log() {
  const heard: string[] = [];
  return { heard, note: (promise: Promise<void>, what: string) => void promise.then(() => heard.push(what)) };
}

describe('a line for an account', () => {
  it('lets one after the other be the first', async () => {
    const { clock, lines: all } = lines();
    const { heard, note } = log();
    const turns = ['a', 'b', 'c'].map(() => all.enter('q')!);
    turns.forEach((turn, at) => note(turn.becomesFirst, String(at)));
    await clock.advanceAsync(0);
    expect(heard).toEqual(['0']);
    expect(turns.map(({ isFirst }) => isFirst)).toEqual([true, false, false]);
    turns[1]!.leave();
    turns[0]!.leave();
    turns[0]!.leave();
    await clock.advanceAsync(0);
    expect(heard).toEqual(['0', '2']);
    turns[2]!.leave();
    expect(all.has('q')).toBe(false);
    expect(clock.pendingTimers).toBe(0);
  });

  it('lets no more wait than it may', () => {
    const { lines: all } = lines(1);
    const turn = all.enter('q')!;
    expect(all.enter('q')).toBeUndefined();
    expect(all.enter('other')).toBeDefined();
    turn.leave();
    expect(all.enter('q')).toBeDefined();
  });

  it('wakes the first when something came back, when its time has come, and now and then', async () => {
    const { clock, lines: all } = lines();
    const { heard, note } = log();
    const turn = all.enter('q')!;
    all.wake('q');
    all.wake('unknown');
    note(turn.change(undefined), 'woken');
    all.wake('q');
    await clock.advanceAsync(0);
    expect(heard).toEqual(['woken']);
    note(turn.change(30), 'in time');
    await clock.advanceAsync(30);
    expect(heard).toEqual(['woken', 'in time']);
    note(turn.change(5_000), 'polled');
    await clock.advanceAsync(100);
    expect(heard).toEqual(['woken', 'in time', 'polled']);
    void turn.change(50);
    void turn.change(50);
    expect(clock.pendingTimers).toBe(1);
    turn.leave();
    expect(clock.pendingTimers).toBe(0);
  });
});
