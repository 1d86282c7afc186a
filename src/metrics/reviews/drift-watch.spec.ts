import { EventBus } from '../../common/index.js';
import { observationOf } from '../../testing/builders/observations.js';
import { measuresOf } from '../../testing/contracts/performance-store.contract.js';
import { PerformanceDrifted, PerformanceRecovered } from '../metrics.events.js';
import { DriftWatch } from './drift-watch.js';

const { release } = observationOf();

function build() {
  const events = new EventBus();
  const told: string[] = [];
  events.subscribe(PerformanceDrifted, ({ capability, slowdownRatio, baselineMs }) => {
    told.push(`${capability} ${slowdownRatio.toFixed(0)} x ${baselineMs.toFixed(0)} ms`);
  });
  events.subscribe(PerformanceRecovered, ({ capability }) => void told.push(`${capability} is back`));
  const watch = new DriftWatch(events, 1.25);
  const observe = (count: number, durationMs: number, changes: object = {}): void => {
    for (let done = 0; done < count; done += 1) {
      watch.onAttempt(observationOf({ release, durationMs, ...changes }));
    }
  };
  return { watch, told, observe };
}

describe('DriftWatch', () => {
  it('tells once that a release got slower at a capability, and once that it is back', () => {
    const { watch, told, observe } = build();
    observe(300, 100);
    observe(300, 100, { capability: 'reading' });
    observe(100, 300);
    expect(told).toEqual(['writing 3 x 100 ms']);
    expect([...watch.ratiosOf(release.id)]).toEqual([['writing', expect.closeTo(3)]]);
    observe(600, 100);
    expect(told).toEqual(['writing 3 x 100 ms', 'writing is back']);
    expect(watch.ratiosOf(release.id).size).toBe(0);
  });

  it('looks at successes only, with durations that can be', () => {
    const { told, observe } = build();
    observe(300, 100);
    observe(300, 5_000, { verdict: 'failed' });
    observe(300, 5_000, { verdict: 'excused' });
    observe(300, NaN);
    expect(told).toEqual([]);
  });

  it('begins with what was measured before', () => {
    const { watch, told, observe } = build();
    watch.learn([{ key: { release: release.id, capability: 'writing' }, at: 0, measures: measuresOf(500) }]);
    observe(50, 400);
    expect(told).toEqual(['writing 4 x 100 ms']);
  });

  it('forgets a release that has left', () => {
    const { watch, told, observe } = build();
    observe(300, 100);
    watch.forget(release.id);
    observe(100, 300);
    expect(told).toEqual([]);
    expect(watch.ratiosOf('stranger@1.0.0').size).toBe(0);
  });
});
