import { drawExponential, drawNormal, SeededRandom } from '../../common/index.js';
import { LoadEffect, loadOf } from './load-effect.js';

const SEEDS = Array.from({ length: 100 }, (_, at) => at + 1);

/** What is learned from so many attempts with 0 to 7 tasks under way, of an agent that takes so long with them. */
function learned(seed: number, durationMs: (inFlight: number, random: SeededRandom) => number, count = 200) {
  const random = new SeededRandom(seed);
  const effect = new LoadEffect();
  for (let done = 0; done < count; done += 1) {
    const inFlight = random.below(8);
    effect.learn(loadOf(inFlight), Math.log(durationMs(inFlight, random)));
  }
  return effect.exponent;
}

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('the effect of load', () => {
  it('is none before anything is known, nor where the load was always the same', () => {
    const effect = new LoadEffect();
    expect(effect.exponent).toBe(0);
    for (let done = 0; done < 50; done += 1) effect.learn(loadOf(3), Math.log(100 + done));
    expect(effect.exponent).toBe(0);
  });

  it('is found to be none, or next to none, where durations do not depend on it', () => {
    const free = SEEDS.map((seed) => learned(seed, (_, random) => 100 * Math.exp(0.5 * drawNormal(random))));
    expect(free.filter((exponent) => exponent === 0).length).toBeGreaterThan(70);
    expect(meanOf(free)).toBeLessThan(0.02);
    expect(Math.max(...free)).toBeLessThan(0.25);
  });

  it('is found to be in proportion where tasks wait in line', () => {
    const inLine = (inFlight: number, random: SeededRandom): number => {
      let sumMs = 0;
      for (let task = 0; task <= inFlight; task += 1) sumMs += 100 * drawExponential(random);
      return sumMs;
    };
    const found = SEEDS.map((seed) => learned(seed, inLine));
    expect(meanOf(found)).toBeGreaterThan(0.9);
    expect(meanOf(found)).toBeLessThan(1.4);
    expect(Math.min(...found)).toBeGreaterThan(0.6);
  });

  it('is found in part where tasks share several servers', () => {
    const found = SEEDS.map((seed) =>
      learned(seed, (inFlight, random) => 100 * Math.max((inFlight + 1) / 4, 1) * (0.5 + random.next())),
    );
    expect(meanOf(found)).toBeGreaterThan(0.2);
    expect(meanOf(found)).toBeLessThan(0.8);
  });

  it('is never said of less load, nor to be more than quadratic', () => {
    expect(learned(1, (inFlight) => 100 / (1 + inFlight))).toBe(0);
    expect(learned(1, (inFlight) => 100 * (1 + inFlight) ** 3)).toBe(2);
  });

  it('is not seen in an agent that becomes slow, and has more under way for that', () => {
    const found = SEEDS.map((seed) => {
      const random = new SeededRandom(seed);
      const effect = new LoadEffect();
      for (let attempt = 0; attempt < 400; attempt += 1) {
        // Ten times slower from the 300th on: by and by ten times as many are under way.
        const slow = Math.min(Math.max(attempt - 300, 0), 30);
        const inFlight = random.below(5) + slow;
        effect.learn(loadOf(inFlight), Math.log(slow > 0 ? 3_000 : 300) + 0.5 * drawNormal(random));
      }
      return effect.exponent;
    });
    expect(meanOf(found)).toBeLessThan(0.2);
    expect(Math.max(...found)).toBeLessThan(0.5);
  });

  it('is forgotten when it has gone', () => {
    const effect = new LoadEffect();
    const random = new SeededRandom(1);
    const learn = (count: number, exponent: number): void => {
      for (let done = 0; done < count; done += 1) {
        const load = loadOf(random.below(8));
        effect.learn(load, exponent * load + 0.3 * drawNormal(random));
      }
    };
    learn(200, 1);
    expect(effect.exponent).toBeGreaterThan(0.9);
    learn(2_000, 0);
    expect(effect.exponent).toBeLessThan(0.05);
  });
});

describe('a load', () => {
  it('grows by as much whenever as many tasks come together', () => {
    expect([loadOf(0), loadOf(-1)]).toEqual([0, 0]);
    expect(loadOf(7) - loadOf(3)).toBeCloseTo(Math.log(2));
    expect(loadOf(999) - loadOf(499)).toBeCloseTo(Math.log(2));
  });
});
