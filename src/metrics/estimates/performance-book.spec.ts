import fc from 'fast-check';
import { SeededRandom } from '../../common/index.js';
import { observationOf } from '../../testing/builders/observations.js';
import { buildRelease } from '../../testing/builders/release-builder.js';
import { VirtualClock } from '../../testing/virtual-clock.js';
import type { AttemptObservation } from '../attempt-observation.types.js';
import { METRICS_DEFAULTS } from '../metrics.options.js';
import { PerformanceBook } from './performance-book.js';
import type { PerformanceEstimate } from './performance-estimate.types.js';

const { memoryAttempts, memoryMs, peakDecayMs, priorWeight } = METRICS_DEFAULTS;

const declared = (estimates: object, costPerTaskUsd?: number) =>
  buildRelease({ name: 'writer', costPerTaskUsd, capabilities: [{ capability: 'writing', ...estimates }] })
    .release;

/** A book, and a release of which a test tells it attempts, one each millisecond. */
function bookOf(release = declared({})) {
  const clock = new VirtualClock();
  const book = new PerformanceBook(clock, METRICS_DEFAULTS);
  const estimate = (): PerformanceEstimate => book.estimate(release, 'writing');
  const observe = (count: number, changes: Partial<AttemptObservation> = {}): PerformanceEstimate => {
    for (let done = 0; done < count; done += 1) {
      clock.advance(1);
      book.onAttempt(observationOf({ release, ...changes }));
    }
    return estimate();
  };
  return { clock, book, release, estimate, observe };
}

const meanOf = ({ successAlpha, successBeta }: PerformanceEstimate): number =>
  successAlpha / (successAlpha + successBeta);

describe('PerformanceBook', () => {
  it('knows nothing of an untried release that declares nothing: neither fast nor sure', () => {
    expect({ ...bookOf().estimate() }).toEqual({
      sampleCount: 0,
      successAlpha: 1,
      successBeta: 1,
      meanDurationMs: undefined,
      peakEwmaMs: undefined,
      meanCostUsd: undefined,
    });
  });

  it('takes what an untried release declares as what to expect', () => {
    const release = declared({ estimatedDurationMs: 250, estimatedSuccessRatio: 0.9 }, 0.02);
    const { estimate } = bookOf(release);
    expect(estimate()).toMatchObject({
      sampleCount: 0,
      meanDurationMs: 250,
      peakEwmaMs: undefined,
      meanCostUsd: 0.02,
    });
    expect(meanOf(estimate())).toBeCloseTo(0.9);
    expect(estimate().successAlpha + estimate().successBeta).toBeCloseTo(priorWeight);
  });

  it.each([
    [1, 0.98],
    [0, 0.02],
  ])('does not believe a declared reliability of %p', (estimatedSuccessRatio, believed) => {
    expect(meanOf(bookOf(declared({ estimatedSuccessRatio })).estimate())).toBeCloseTo(believed);
  });

  it('prefers the cost that is declared for the capability to that of any task', () => {
    expect(bookOf(declared({ estimatedCostUsd: 0.5 }, 0.02)).estimate().meanCostUsd).toBe(0.5);
  });

  it('has what is observed outweigh what is declared', () => {
    const declares = declared({ estimatedDurationMs: 10, estimatedSuccessRatio: 0.99 }, 1);
    const { observe } = bookOf(declares);
    observe(100, { durationMs: 1_000, costUsd: 0.1 });
    const estimate = observe(100, { verdict: 'failed', durationMs: 5, costUsd: 0.1 });
    expect(meanOf(estimate)).toBeLessThan(0.35);
    expect(estimate.meanDurationMs).toBeGreaterThan(800);
    expect(estimate.meanCostUsd).toBeLessThan(0.2);
  });

  it('measures the duration of successes only, and the cost of failures too', () => {
    const { observe } = bookOf();
    observe(1, { durationMs: 400, costUsd: 0.3 });
    const estimate = observe(1, { verdict: 'failed', durationMs: 2, costUsd: 0.1 });
    expect(estimate.meanDurationMs).toBeCloseTo(400);
    expect(estimate.meanCostUsd).toBeCloseTo(0.2, 2);
  });

  it('learns nothing from attempts that are excused', () => {
    const { observe } = bookOf();
    expect({ ...observe(5, { verdict: 'excused' }) }).toEqual({ ...bookOf().estimate() });
  });

  it.each([
    [{ durationMs: NaN }],
    [{ durationMs: -1 }],
    [{ durationMs: Infinity }],
    [{ costUsd: NaN }],
    [{ costUsd: -0.1 }],
  ])('learns nothing from figures that cannot be: %p', (changes) => {
    expect(bookOf().observe(3, changes).sampleCount).toBe(0);
  });

  it('forgets by attempts: a change is what counts once it has lasted for two memories', () => {
    const { observe } = bookOf();
    observe(1_000, { durationMs: 100 });
    const estimate = observe(2 * memoryAttempts, { verdict: 'failed' });
    expect(meanOf(estimate)).toBeLessThan(0.15);
    expect(estimate.sampleCount).toBeLessThanOrEqual(memoryAttempts);
  });

  it('forgets by time: one who was not asked for long becomes uncertain again', () => {
    const { clock, observe, estimate } = bookOf();
    const before = observe(50, { verdict: 'failed' }).sampleCount;
    clock.advance(memoryMs);
    expect(estimate().sampleCount).toBeCloseTo(before / Math.E, 5);
    clock.advance(100 * memoryMs);
    expect({ ...estimate() }).toMatchObject({ sampleCount: expect.closeTo(0, 9), meanDurationMs: undefined });
  });

  it('has time pass as often as it is looked at, with the same end', () => {
    const [often, once] = [bookOf(), bookOf()];
    for (const { observe } of [often, once]) observe(10, { durationMs: 80 });
    for (let done = 0; done < 1_000; done += 1) {
      often.clock.advance(60_000);
      often.estimate();
    }
    once.clock.advance(60_000_000);
    expect(often.estimate().sampleCount).toBeCloseTo(once.estimate().sampleCount, 6);
  });

  it('keeps to the clock that does not jump', () => {
    const { clock, observe, estimate } = bookOf();
    const before = { ...observe(10) };
    clock.jumpTo(0);
    expect({ ...estimate() }).toEqual(before);
  });

  describe('the peak', () => {
    it('rises at once and falls slowly, to 1/e of the way in its time', () => {
      const { clock, observe, estimate } = bookOf();
      observe(100, { durationMs: 100 });
      expect(observe(1, { durationMs: 5_000 }).peakEwmaMs).toBe(5_000);
      const mean = estimate().meanDurationMs!;
      clock.advance(peakDecayMs);
      expect(estimate().peakEwmaMs).toBeCloseTo(mean + (5_000 - mean) / Math.E, 0);
    });

    it('falls to the mean while nobody asks, never to nothing', () => {
      const { clock, observe, estimate } = bookOf();
      observe(10, { durationMs: 100 });
      clock.advance(100 * peakDecayMs);
      expect(estimate().peakEwmaMs).toBeCloseTo(100);
    });

    it('is raised by failures that took long, and not lowered by those that came at once', () => {
      const { observe } = bookOf();
      observe(10, { durationMs: 100 });
      expect(observe(50, { verdict: 'failed', durationMs: 1 }).peakEwmaMs).toBeCloseTo(100);
      expect(observe(1, { verdict: 'failed', durationMs: 900 }).peakEwmaMs).toBe(900);
    });
  });

  it('gives the same object for the same pair, and keeps capabilities and releases apart', () => {
    const { book, release, observe } = bookOf();
    const other = buildRelease({ name: 'author', capabilities: ['writing'] }).release;
    observe(3);
    expect(book.estimate(release, 'writing')).toBe(book.estimate(release, 'writing'));
    expect(book.estimate(other, 'writing').sampleCount).toBe(0);
    expect(book.estimate(release, 'reading').sampleCount).toBe(0);
  });

  it('takes what a release declares that came in place of another of its id', () => {
    const { book, observe } = bookOf();
    observe(1, { durationMs: 100 });
    const successor = declared({ estimatedDurationMs: 700 });
    expect(book.estimate(successor, 'writing').meanDurationMs).toBeCloseTo(600, 0);
  });

  it('forgets a release that has left', () => {
    const { book, release, observe, estimate } = bookOf();
    observe(3);
    book.forget('stranger@1.0.0');
    expect(estimate().sampleCount).toBeGreaterThan(2);
    book.forget(release.id);
    expect(estimate().sampleCount).toBe(0);
  });

  it('comes close to the truth, whatever the truth is', () => {
    const property = fc.property(
      fc.integer(),
      fc.double({ min: 0.05, max: 0.95, noNaN: true }),
      fc.integer({ min: 1, max: 100_000 }),
      (seed, ratio, durationMs) => {
        const random = new SeededRandom(seed);
        const { observe } = bookOf();
        for (let done = 0; done < 1_000; done += 1) {
          const verdict = random.next() < ratio ? 'succeeded' : 'failed';
          observe(1, { verdict, durationMs: durationMs * (0.5 + random.next()) });
        }
        const estimate = observe(0);
        // Six standard deviations of a discounted mean, whose weights are worth 200 attempts.
        expect(Math.abs(meanOf(estimate) - ratio)).toBeLessThan(
          6 * Math.sqrt((ratio * (1 - ratio)) / 200) + 0.02,
        );
        expect(estimate.meanDurationMs! / durationMs).toBeGreaterThan(0.5);
        expect(estimate.meanDurationMs! / durationMs).toBeLessThan(1.5);
        expect(estimate.peakEwmaMs).toBeGreaterThanOrEqual(estimate.meanDurationMs! * 0.9);
      },
    );
    fc.assert(property, { numRuns: 30 });
  });
});
