import fc from 'fast-check';
import { RandomSource, SeededRandom, SystemRandom } from './random.js';

function draw(random: RandomSource, count: number): number[] {
  return Array.from({ length: count }, () => random.next());
}

describe('SeededRandom', () => {
  it('repeats itself from the same seed', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        expect(draw(new SeededRandom(seed), 20)).toEqual(draw(new SeededRandom(seed), 20));
      }),
    );
  });

  it('gives the same numbers in every release, as recorded choices are replayed', () => {
    const first = draw(new SeededRandom(42), 3).map((n) => n * 2 ** 32);
    expect(first).toEqual([551_831_576, 144_025_891, 322_543_647]);
  });

  it('differs from seed to seed', () => {
    const firsts = new Set(Array.from({ length: 1_000 }, (_, seed) => new SeededRandom(seed).next()));
    expect(firsts.size).toBe(1_000);
  });

  it('stays in [0, 1)', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        for (const n of draw(new SeededRandom(seed), 100)) {
          expect(n).toBeGreaterThanOrEqual(0);
          expect(n).toBeLessThan(1);
        }
      }),
    );
  });

  it('spreads evenly over ten bins (chi-squared, 9 degrees of freedom, p > 0.001)', () => {
    const counts = new Array<number>(10).fill(0);
    const random = new SeededRandom(7);
    for (let n = 0; n < 100_000; n += 1) counts[random.below(10)]! += 1;
    const chiSquared = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    expect(chiSquared).toBeLessThan(27.88);
  });
});

describe('RandomSource', () => {
  it('draws integers below the bound', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 1_000_000 }), (seed, bound) => {
        const n = new SeededRandom(seed).below(bound);
        expect(Number.isInteger(n) && n >= 0 && n < bound).toBe(true);
      }),
    );
  });

  it.each([1, 0.5, 0, -3])('draws 0 below %p', (bound) => {
    expect(new SeededRandom(1).below(bound)).toBe(0);
  });
});

describe('SystemRandom', () => {
  it('gives different numbers in [0, 1)', () => {
    const numbers = draw(new SystemRandom(), 100);
    expect(new Set(numbers).size).toBeGreaterThan(90);
    expect(numbers.every((n) => n >= 0 && n < 1)).toBe(true);
  });
});
