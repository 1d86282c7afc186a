import { MemoryPerformanceStore } from '../../persistence/index.js';
import { observationOf } from '../../testing/builders/observations.js';
import { measuresOf } from '../../testing/contracts/performance-store.contract.js';
import { RecordingLogger } from '../../testing/recording-logger.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import { PerformanceBook } from '../estimates/performance-book.js';
import { resolveMetricsOptions } from '../metrics.options.js';
import { AttemptRecorder } from './attempt-recorder.js';
import { HOUR_MS, MINUTE_MS, type MeasuredMinute, type MeasuresQuery } from './performance.store.js';
import { RollupKeeper } from './rollup-keeper.js';

/** A store that several nodes of a test share, and that can be away. */
class SharedStore extends MemoryPerformanceStore {
  isAway = false;
  folds = 0;

  constructor(clock: VirtualClock) {
    super(clock, true);
  }

  override async write(writer: string, minutes: readonly MeasuredMinute[]): Promise<number> {
    await this.#reach();
    return super.write(writer, minutes);
  }

  override async read(query: MeasuresQuery) {
    await this.#reach();
    return super.read(query);
  }

  override async fold(retention: Parameters<MemoryPerformanceStore['fold']>[0]): Promise<void> {
    await this.#reach();
    this.folds += 1;
    return super.fold(retention);
  }

  async #reach(): Promise<void> {
    if (this.isAway) throw new Error('the store is away');
  }
}

const { release } = observationOf();

function build(clock = new VirtualClock(), store: MemoryPerformanceStore = new SharedStore(clock)) {
  const logger = new RecordingLogger();
  const options = resolveMetricsOptions();
  const book = new PerformanceBook(clock, options);
  const recorder = new AttemptRecorder(store.clock, logger, options);
  const keeper = new RollupKeeper({ store, recorder, book, clock, logger, options });
  const observe = (count: number, verdict: 'succeeded' | 'failed' = 'succeeded'): void => {
    for (let done = 0; done < count; done += 1) {
      for (const observer of [book, recorder]) observer.onAttempt(observationOf({ release, verdict }));
    }
  };
  const estimate = () => book.estimate(release, 'writing');
  /** Attempts in the store. */
  const stored = async (): Promise<number> =>
    (await store.read({ fromAt: 0, toAt: Infinity, by: [] }))[0]?.measures.attempts ?? 0;
  return { clock, store, logger, keeper, recorder, observe, estimate, stored };
}

describe('RollupKeeper', () => {
  it('writes what was measured every few seconds', async () => {
    const { clock, keeper, observe, stored } = build();
    await keeper.open();
    observe(3);
    expect(await stored()).toBe(0);
    await clock.advanceAsync(5_000);
    expect(await stored()).toBe(3);
    observe(2);
    await clock.advanceAsync(5_000);
    expect(await stored()).toBe(5);
  });

  it('writes what is left when it closes, and nothing after', async () => {
    const { clock, keeper, observe, stored } = build();
    await keeper.open();
    observe(3);
    await keeper.close();
    expect(await stored()).toBe(3);
    expect(clock.pendingTimers).toBe(0);
  });

  it('writes when it is told to', async () => {
    const { keeper, observe, stored } = build();
    observe(3);
    await keeper.flush();
    expect(await stored()).toBe(3);
  });

  it('goes on when the store is away, and writes all once it is back', async () => {
    const clock = new VirtualClock();
    const store = new SharedStore(clock);
    const { keeper, observe, stored, logger, estimate } = build(clock, store);
    store.isAway = true;
    await keeper.open();
    observe(3);
    await clock.advanceAsync(MINUTE_MS);
    observe(2, 'failed');
    await clock.advanceAsync(MINUTE_MS);
    store.isAway = false;
    await clock.advanceAsync(5_000);
    expect(await stored()).toBe(5);
    expect(estimate().sampleCount).toBeCloseTo(5, 0);
    expect(new Set(logger.lines)).toEqual(
      new Set([
        'warn what was measured before could not be read',
        'warn what was measured could not be written',
        'warn what others measured could not be read',
        'warn old measures could not be put together',
      ]),
    );
  });

  it('learns what other nodes measured, within two rounds', async () => {
    const one = build();
    const other = build(one.clock, one.store);
    await one.keeper.open();
    await other.keeper.open();
    one.observe(20, 'failed');
    expect(other.estimate().sampleCount).toBe(0);
    await one.clock.advanceAsync(10_000);
    expect(other.estimate().successBeta).toBeCloseTo(one.estimate().successBeta, 0);
    one.observe(80, 'failed');
    await one.clock.advanceAsync(10_000);
    expect(other.estimate().sampleCount).toBeGreaterThan(55);
    expect(one.estimate().sampleCount).toBeCloseTo(other.estimate().sampleCount, 0);
  });

  it('begins with what was measured before the process was started anew', async () => {
    const before = build();
    await before.keeper.open();
    before.observe(30, 'failed');
    before.observe(10);
    await before.keeper.close();
    await before.clock.advanceAsync(MINUTE_MS);
    const after = build(before.clock, before.store);
    await after.keeper.open();
    expect(after.estimate().sampleCount).toBeGreaterThan(25);
    expect(after.estimate().successBeta).toBeGreaterThan(20);
    expect(after.estimate().meanDurationMs).toBeCloseTo(100);
  });

  it('does not hear again and again, in a store of its own, what it wrote itself', async () => {
    const clock = new VirtualClock();
    const { keeper, observe, estimate } = build(clock, new MemoryPerformanceStore(clock));
    await keeper.open();
    observe(10);
    const before = estimate().sampleCount;
    await clock.advanceAsync(MINUTE_MS);
    expect(estimate().sampleCount).toBeCloseTo(before, 1);
  });

  it('has old rollups put together now and then', async () => {
    const clock = new VirtualClock();
    const store = new SharedStore(clock);
    const { keeper } = build(clock, store);
    await keeper.open();
    await clock.advanceAsync(HOUR_MS / 2);
    expect(store.folds).toBeGreaterThanOrEqual(6);
    expect(store.folds).toBeLessThanOrEqual(7);
  });

  it('says so when something came too late', async () => {
    const { clock, store, keeper, logger, observe } = build();
    const at = clock.now() - 9 * HOUR_MS;
    const series = { release: 'a@1.0.0', capability: 'b', inputType: 'c', workflow: '', tenant: '' };
    await store.write('other', [{ at, series, measures: measuresOf(1) }]);
    observe(1);
    clock.advance(8 * HOUR_MS);
    await store.fold(resolveMetricsOptions().retention);
    await keeper.flush();
    expect(logger.lines).toEqual(['warn what was measured came too late to be counted']);
  });
});
