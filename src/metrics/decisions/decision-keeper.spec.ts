import fc from 'fast-check';
import { decisionOf } from '../../testing/builders/decisions.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import type { DecisionLog } from './decision-log.js';
import { DecisionKeeper } from './decision-keeper.js';
import { resolveDecisionOptions, type DecisionOptions } from './decision.options.js';
import type { Decision } from './decision.types.js';

function build(options: DecisionOptions) {
  const clock = new VirtualClock();
  const kept: Decision[] = [];
  const log = { record: (decision: Decision) => void kept.push(decision) } as DecisionLog;
  const keeper = new DecisionKeeper(log, clock, resolveDecisionOptions(options));
  /** How many of so many decisions that come at once are admitted. */
  const admitted = (count: number, taskId = '7fffffff'): number =>
    Array.from({ length: count }, () => keeper.admits(taskId)).filter(Boolean).length;
  return { clock, keeper, kept, admitted };
}

describe('DecisionKeeper', () => {
  it('keeps what it is given', () => {
    const { keeper, kept } = build({});
    const decision = decisionOf('task-1');
    keeper.keep(decision);
    expect(kept).toEqual([decision]);
  });

  it('admits those of sampled tasks only', () => {
    const { admitted } = build({ sampleRatio: 0.5 });
    expect([admitted(3, '7fffffff'), admitted(3, '80000000')]).toEqual([3, 0]);
  });

  it('admits those of a second at once, then as many as time brings, and none that nobody took saved up', () => {
    const { admitted, clock } = build({ maxPerSecond: 10 });
    expect(admitted(15)).toBe(10);
    clock.advance(250);
    expect(admitted(15)).toBe(2);
    clock.advance(60_000);
    expect(admitted(15)).toBe(10);
  });

  it('admits one now and then where less than one a second is wanted, and none for 0', () => {
    const { admitted, clock } = build({ maxPerSecond: 0.5 });
    clock.advance(1_000);
    expect(admitted(3)).toBe(1);
    clock.advance(1_999);
    expect(admitted(3)).toBe(0);
    clock.advance(1);
    expect(admitted(3)).toBe(1);
    expect(build({ maxPerSecond: 0 }).admitted(3)).toBe(0);
  });

  it('never admits more than the rate allows, and never less when it is asked all the time', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(fc.integer({ min: 5, max: 50 }), gaps, (maxPerSecond, waits) => {
        const { admitted, clock } = build({ maxPerSecond });
        let count = admitted(100);
        let lastedMs = 0;
        for (const waitMs of waits) {
          clock.advance(waitMs);
          lastedMs += waitMs;
          count += admitted(100);
        }
        const due = maxPerSecond + (lastedMs / 1_000) * maxPerSecond;
        expect(count).toBeLessThanOrEqual(due + 1e-6);
        expect(count).toBeGreaterThan(due - 1 - 1e-6);
      }),
    );
  });
});
