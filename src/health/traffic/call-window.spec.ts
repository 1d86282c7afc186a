import fc from 'fast-check';
import { CallWindow } from './call-window.js';

describe('a window of calls', () => {
  it('counts what came of them, and how long those took that succeeded', () => {
    const window = new CallWindow(1_000);
    window.record(0, true, 30);
    window.record(50, true, 50);
    window.record(60, false, 999);
    expect(window.totals(60)).toEqual({ succeeded: 2, failed: 1, durationMs: 80 });
  });

  it('forgets calls when they are older than the window, one slice after the other', () => {
    const window = new CallWindow(1_000);
    window.record(0, true, 1);
    window.record(500, false, 1);
    expect(window.totals(999)).toMatchObject({ succeeded: 1, failed: 1 });
    expect(window.totals(1_000)).toMatchObject({ succeeded: 0, failed: 1 });
    expect(window.totals(1_500)).toMatchObject({ succeeded: 0, failed: 0 });
  });

  it('forgets all after a long silence, and when it is told to', () => {
    const window = new CallWindow(1_000);
    window.record(0, true, 1);
    window.record(1_000_000, true, 1);
    expect(window.totals(1_000_000).succeeded).toBe(1);
    window.clear();
    expect(window.totals(1_000_000)).toEqual({ succeeded: 0, failed: 0, durationMs: 0 });
  });

  it('never counts a call that is older than the window, and misses none that is younger by a slice', () => {
    const calls = fc.array(fc.record({ gapMs: fc.nat(400), isSuccess: fc.boolean() }), { maxLength: 60 });
    fc.assert(
      fc.property(calls, (given) => {
        const window = new CallWindow(1_000);
        let nowMs = 0;
        const at: number[] = [];
        for (const { gapMs, isSuccess } of given) {
          nowMs += gapMs;
          window.record(nowMs, isSuccess, 1);
          at.push(nowMs);
        }
        const { succeeded, failed } = window.totals(nowMs);
        const young = at.filter((each) => each > nowMs - 900).length;
        const notOld = at.filter((each) => each >= nowMs - 1_000).length;
        expect(succeeded + failed).toBeGreaterThanOrEqual(young);
        expect(succeeded + failed).toBeLessThanOrEqual(notOld);
      }),
    );
  });
});
