import fc from 'fast-check';
import { SeededRandom } from '../../common/index.js';
import type { AttemptVerdict } from '../../metrics/index.js';
import { resolveHealthOptions, type BreakerOptions } from '../health.options.js';
import { Breaker } from './breaker.js';

function setUp(options: BreakerOptions = {}) {
  const { breaker: resolved } = resolveHealthOptions({ breaker: { jitterRatio: 0, ...options } });
  const breaker = new Breaker(resolved, new SeededRandom(1));
  let nowMs = 0;
  let calls = 0;
  /** Ends calls one after the other, 10 ms each. */
  const call = (...verdicts: AttemptVerdict[]): void => {
    for (const verdict of verdicts) {
      calls += 1;
      nowMs += 10;
      breaker.record({ taskId: `t${calls}`, verdict, durationMs: 10 }, nowMs);
    }
  };
  /** Ends a trial. */
  const trial = (verdict: AttemptVerdict, taskId = 'trial'): void => {
    breaker.take(taskId);
    breaker.record({ taskId, verdict, durationMs: 10 }, nowMs);
  };
  const openForMs = (): number => (breaker.state.kind === 'open' ? breaker.state.untilMs - nowMs : 0);
  const pass = (ms: number): number => (nowMs += ms);
  return { breaker, call, trial, openForMs, pass, now: () => nowMs };
}

const times = <T>(count: number, value: T): T[] => new Array<T>(count).fill(value);

describe('a closed circuit', () => {
  it('opens after failures in a row', () => {
    const { breaker, call } = setUp();
    call(...times(4, 'failed' as const), 'succeeded', ...times(4, 'failed' as const));
    expect(breaker.isPassing).toBe(true);
    call('failed');
    expect(breaker.state).toMatchObject({ kind: 'open', reason: '5 failures in a row' });
    expect(breaker.isPassing).toBe(false);
  });

  it('does not count what is not the doing of the agent, nor take it for a success', () => {
    const { breaker, call } = setUp();
    call(...times(100, 'excused' as const));
    call('failed', 'excused', 'failed', 'excused', 'failed', 'failed', 'excused');
    expect(breaker.state.kind).toBe('closed');
    call('failed');
    expect(breaker.state.kind).toBe('open');
  });

  it('opens when too large a share of recent calls failed, and enough of them were made', () => {
    const { breaker, call } = setUp({ consecutiveFailures: 1_000 });
    for (let pair = 0; pair < 9; pair += 1) call('succeeded', 'failed');
    expect(breaker.state.kind).toBe('closed');
    call('succeeded', 'failed');
    expect(breaker.state).toMatchObject({ kind: 'open', reason: '10 of 20 recent calls failed' });
  });

  it('forgets failures of long ago', () => {
    const { breaker, call, pass } = setUp({ consecutiveFailures: 1_000 });
    call(...times(15, 'failed' as const));
    pass(70_000);
    call(...times(15, 'failed' as const));
    expect(breaker.state.kind).toBe('closed');
  });
});

describe('an open circuit', () => {
  it('is open twice as long each time, up to the most', () => {
    const { call, trial, openForMs, breaker } = setUp({ openMs: 1_000, maxOpenMs: 5_000 });
    call(...times(5, 'failed' as const));
    const lengths = [openForMs()];
    for (let round = 0; round < 4; round += 1) {
      breaker.halfOpen();
      trial('failed');
      lengths.push(openForMs());
    }
    expect(lengths).toEqual([1_000, 2_000, 4_000, 5_000, 5_000]);
  });

  it('goes on doubling when it fails soon after it closed, and starts anew when it has been closed for long', () => {
    const { breaker, call, trial, openForMs, pass } = setUp({ openMs: 1_000, maxOpenMs: 60_000 });
    const fail = (): number => {
      call(...times(5, 'failed' as const));
      const length = openForMs();
      breaker.halfOpen();
      trial('succeeded');
      trial('succeeded');
      return length;
    };
    expect([fail(), fail()]).toEqual([1_000, 2_000]);
    pass(60_000);
    expect(fail()).toBe(1_000);
  });

  it('is open for a time that is drawn around that', () => {
    const lengths = times(50, 0).map((_, seed) => {
      const { breaker: options } = resolveHealthOptions({ breaker: { openMs: 1_000, jitterRatio: 0.2 } });
      const breaker = new Breaker(options, new SeededRandom(seed));
      for (let call = 0; call < 5; call += 1)
        breaker.record({ taskId: 't', verdict: 'failed', durationMs: 0 }, 0);
      return breaker.state.kind === 'open' ? breaker.state.untilMs : 0;
    });
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(800);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(1_200);
    expect(new Set(lengths).size).toBeGreaterThan(40);
  });

  it('learns nothing from tasks that end meanwhile', () => {
    const { breaker, call } = setUp();
    call(...times(5, 'failed' as const));
    const { state } = breaker;
    call('succeeded', 'failed');
    expect(breaker.state).toBe(state);
  });
});

describe('a half-open circuit', () => {
  const halfOpen = (options: BreakerOptions = {}) => {
    const parts = setUp(options);
    parts.call(...times(5, 'failed' as const));
    parts.breaker.halfOpen();
    return parts;
  };

  it('lets no more tasks try it at a time than have still to succeed', () => {
    const { breaker, trial } = halfOpen({ trialTasks: 2 });
    breaker.take('a');
    expect(breaker.isPassing).toBe(true);
    breaker.take('b');
    expect(breaker.isPassing).toBe(false);
    breaker.giveBack('b');
    expect(breaker.isPassing).toBe(true);
    trial('succeeded', 'c');
    expect(breaker.isPassing).toBe(false);
  });

  it('closes when enough trials succeeded, and opens when one fails', () => {
    const { breaker, trial } = halfOpen({ trialTasks: 2 });
    trial('succeeded');
    expect(breaker.state.kind).toBe('half-open');
    trial('succeeded');
    expect(breaker.state.kind).toBe('closed');
    const other = halfOpen({ trialTasks: 2 });
    other.trial('succeeded');
    other.trial('failed');
    expect(other.breaker.state).toMatchObject({ kind: 'open', reason: 'a trial task failed' });
  });

  it('gives the place back of a trial that says nothing of the agent', () => {
    const { breaker, trial } = halfOpen({ trialTasks: 1 });
    trial('excused');
    expect([breaker.state.kind, breaker.isPassing]).toEqual(['half-open', true]);
  });

  it('minds only its trials, not those that began before it opened', () => {
    const { breaker, call } = halfOpen();
    call('failed', 'succeeded', 'failed', 'succeeded', 'succeeded');
    expect(breaker.state).toMatchObject({ kind: 'half-open', passed: 0 });
  });

  it('does not hold against it, once it is closed, what began before', () => {
    const { breaker, trial, now, pass } = halfOpen({ trialTasks: 1, consecutiveFailures: 2 });
    trial('succeeded');
    const late = { taskId: 'late', verdict: 'failed' as const, durationMs: now() + 50 };
    pass(20);
    for (let call = 0; call < 10; call += 1) breaker.record(late, now());
    expect(breaker.state.kind).toBe('closed');
  });

  it('is not half-opened unless it is open', () => {
    const { breaker, trial } = halfOpen({ trialTasks: 1 });
    const { state } = breaker;
    breaker.halfOpen();
    expect(breaker.state).toBe(state);
    trial('succeeded');
    breaker.halfOpen();
    expect(breaker.state.kind).toBe('closed');
    breaker.take('x');
    breaker.giveBack('x');
    expect(breaker.isPassing).toBe(true);
  });
});

/** A circuit that two tasks may try, and what may happen to it. */
function juggled() {
  const { breaker, call, pass, now } = setUp({ consecutiveFailures: 2, trialTasks: 2 });
  const held: string[] = [];
  let tasks = 0;
  const deeds = {
    halfOpen: () => breaker.halfOpen(),
    take: () => {
      if (!breaker.isPassing) return;
      held.push(`h${(tasks += 1)}`);
      breaker.take(`h${tasks}`);
    },
    giveBack: () => breaker.giveBack(held.pop() ?? 'nobody'),
    end: (verdict: AttemptVerdict) => {
      const taskId = held.pop();
      if (taskId === undefined) call(verdict);
      else breaker.record({ taskId, verdict, durationMs: 0 }, now());
    },
  };
  const isSound = (): boolean => {
    pass(1);
    const { state } = breaker;
    if (state.kind !== 'half-open') return breaker.isPassing === (state.kind === 'closed');
    const trials = state.passed + state.holders.size;
    return trials <= 2 && breaker.isPassing === trials < 2;
  };
  return { deeds, isSound };
}

describe('whatever happens', () => {
  it('passes exactly when it is closed, or half-open with a place for a trial', () => {
    const step = fc.oneof(
      fc.constantFrom('halfOpen', 'take', 'giveBack'),
      fc.record({ verdict: fc.constantFrom<AttemptVerdict>('succeeded', 'failed', 'excused') }),
    );
    const property = fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const { deeds, isSound } = juggled();
      return steps.every((each) => {
        if (typeof each === 'object') deeds.end(each.verdict);
        else deeds[each as 'take']();
        return isSound();
      });
    });
    expect(() => fc.assert(property)).not.toThrow();
  });
});
