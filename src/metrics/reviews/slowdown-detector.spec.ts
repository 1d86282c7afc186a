import { SeededRandom } from '../../common/index.js';
import { LatencyHistogram } from '../measures/latency-histogram.js';
import { BASELINE_COUNT, SlowdownDetector } from './slowdown-detector.js';

/** Durations of a kind around 100 ms. */
type Durations = (random: SeededRandom) => number;
const normal = (random: SeededRandom): number =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
const KINDS: readonly (readonly [name: string, durations: Durations])[] = [
  ['exponential', (random) => -100 * Math.log(1 - random.next())],
  ['lognormal', (random) => 100 * Math.exp(0.5 * normal(random))],
  ['uniform', (random) => 50 + 100 * random.next()],
  ['nearly constant', (random) => 100 + 0.1 * random.next()],
];

/** Tells a detector so many durations, `factor` times as long; at which of them it said something. */
function tell(detector: SlowdownDetector, next: () => number, count: number, factor = 1) {
  for (let at = 1; at <= count; at += 1) {
    const change = detector.observe(next() * factor);
    if (change !== undefined) return { at, change };
  }
  return undefined;
}

describe('SlowdownDetector', () => {
  it.each(KINDS)('gives at most one false alarm in 50 runs of 2 000 %s durations', (_, durations) => {
    let alarms = 0;
    for (let seed = 0; seed < 50; seed += 1) {
      const random = new SeededRandom(seed);
      if (tell(new SlowdownDetector(1.25), () => durations(random), 2_000) !== undefined) alarms += 1;
    }
    expect(alarms).toBeLessThanOrEqual(1);
  });

  it.each(KINDS)('finds that %s durations have doubled, within 400', (_, durations) => {
    for (let seed = 0; seed < 20; seed += 1) {
      const random = new SeededRandom(seed);
      const detector = new SlowdownDetector(1.25);
      const next = (): number => durations(random);
      tell(detector, next, 500);
      const found = tell(detector, next, 400, 2);
      expect(found?.change).toBe('drifted');
      expect(detector.ratio).toBeGreaterThan(1.25);
      expect(detector.baselineMs).toBeGreaterThan(30);
    }
  });

  it('says nothing of a slowdown that does not matter, however sure it is', () => {
    const detector = new SlowdownDetector(1.25);
    const random = new SeededRandom(1);
    const next = (): number => 100 + random.next();
    tell(detector, next, 300);
    expect(tell(detector, next, 5_000, 1.1)).toBeUndefined();
    expect(detector.ratio).toBeUndefined();
  });

  it('says nothing of what gets faster', () => {
    const detector = new SlowdownDetector(1.25);
    tell(detector, () => 100, 300);
    expect(tell(detector, () => 100, 2_000, 0.2)).toBeUndefined();
  });

  it('is not alarmed by a few durations out of all proportion', () => {
    const detector = new SlowdownDetector(1.25);
    const random = new SeededRandom(2);
    const next = (): number => 100 * Math.exp(0.3 * normal(random));
    tell(detector, next, 500);
    expect(tell(detector, next, 5, 1_000)).toBeUndefined();
    expect(tell(detector, next, 1_000)).toBeUndefined();
  });

  it('says when it is about as fast as before, and finds the next slowdown', () => {
    const detector = new SlowdownDetector(1.25);
    const random = new SeededRandom(3);
    const next = (): number => 80 + 40 * random.next();
    tell(detector, next, 300);
    expect(tell(detector, next, 100, 3)?.change).toBe('drifted');
    expect(tell(detector, next, 500)?.change).toBe('recovered');
    expect(detector.ratio).toBeUndefined();
    expect(tell(detector, next, 100, 3)?.change).toBe('drifted');
  });

  it('takes what lasts as the new baseline', () => {
    const detector = new SlowdownDetector(1.25);
    tell(detector, () => 100, 300);
    tell(detector, () => 300, 50);
    expect(detector.ratio).toBeGreaterThan(2);
    expect(tell(detector, () => 300, 20 * BASELINE_COUNT)).toBeUndefined();
    expect(detector.ratio).toBeUndefined();
    expect(detector.baselineMs).toBeCloseTo(300);
  });

  it('takes what was measured before as its baseline, where it is enough', () => {
    const random = new SeededRandom(4);
    const histogram = new LatencyHistogram();
    for (let done = 0; done < 300; done += 1) histogram.record(80 + 40 * random.next());
    const detector = new SlowdownDetector(1.25);
    detector.learn(histogram);
    expect(detector.baselineMs).toBeGreaterThan(97);
    expect(detector.baselineMs).toBeLessThan(101);
    expect(tell(detector, () => 300, 30)?.change).toBe('drifted');
    const fresh = new SlowdownDetector(1.25);
    fresh.learn(new LatencyHistogram());
    expect(tell(fresh, () => 300, 30)).toBeUndefined();
  });

  it('can do with durations of nothing', () => {
    const detector = new SlowdownDetector(1.25);
    expect(tell(detector, () => 0, 1_000)).toBeUndefined();
    expect(detector.baselineMs).toBeCloseTo(0.01);
  });
});
