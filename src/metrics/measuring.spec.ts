import { EventBus } from '../common/index.js';
import { MemoryPerformanceStore } from '../persistence/index.js';
import { AgentUnregistered } from '../registry/index.js';
import { observationOf } from '../testing/builders/observations.js';
import { measuresOf } from '../testing/contracts/performance-store.contract.js';
import { RecordingLogger } from '../testing/recording-logger.js';
import { VirtualClock } from '../testing/virtual-clock.js';
import { PerformanceBook } from './estimates/performance-book.js';
import { Measuring } from './measuring.js';
import { resolveMetricsOptions } from './metrics.options.js';
import { DriftWatch } from './reviews/drift-watch.js';
import { MINUTE_MS } from './rollups/performance.store.js';

const { release } = observationOf();

function build() {
  const clock = new VirtualClock();
  const events = new EventBus();
  const logger = new RecordingLogger();
  const store = new MemoryPerformanceStore(clock);
  const options = resolveMetricsOptions();
  const book = new PerformanceBook(clock, options);
  const drift = new DriftWatch(events, options.review.slowdownRatio);
  const calls: string[] = [];
  const part = (name: string) => ({
    open: async () => void calls.push(`open ${name}`),
    close: async () => void calls.push(`close ${name}`),
  });
  const parts = { book, drift, store, events, logger, baselineDays: 7 };
  const ends = { keeper: part('keeper') as never, policy: part('policy') as never };
  return {
    clock,
    events,
    logger,
    store,
    book,
    drift,
    calls,
    measuring: new Measuring({ ...parts, ...ends }),
  };
}

describe('Measuring', () => {
  it('begins with what is known, and writes last', async () => {
    const { measuring, calls } = build();
    await measuring.open();
    await measuring.close();
    expect(calls).toEqual(['open keeper', 'open policy', 'close policy', 'close keeper']);
  });

  it('begins with the durations of the days before as the baseline', async () => {
    const { measuring, store, clock, drift } = build();
    const series = {
      release: release.id,
      capability: 'writing',
      inputType: 'text',
      workflow: '',
      tenant: '',
    };
    await store.write('before', [{ at: clock.now() - 60 * MINUTE_MS, series, measures: measuresOf(400) }]);
    await measuring.open();
    for (let done = 0; done < 50; done += 1) drift.onAttempt(observationOf({ release, durationMs: 400 }));
    expect([...drift.ratiosOf(release.id)]).toEqual([['writing', expect.closeTo(4, 1)]]);
  });

  it('begins without, when the store is away', async () => {
    const { measuring, store, logger, calls } = build();
    store.read = () => Promise.reject(new Error('away'));
    await measuring.open();
    expect(calls).toEqual(['open keeper', 'open policy']);
    expect(logger.lines).toEqual(['warn what was measured before could not be read']);
  });

  it('forgets a release that has left, as long as it measures', async () => {
    const { measuring, events, book } = build();
    await measuring.open();
    book.onAttempt(observationOf({ release }));
    events.publish(AgentUnregistered, { release, reason: 'gone' });
    expect(book.estimate(release, 'writing').sampleCount).toBe(0);
    await measuring.close();
    book.onAttempt(observationOf({ release }));
    events.publish(AgentUnregistered, { release, reason: 'gone' });
    expect(book.estimate(release, 'writing').sampleCount).toBe(1);
  });
});
