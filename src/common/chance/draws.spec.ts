import fc from 'fast-check';
import { drawBeta, drawExponential, drawGamma, drawNormal } from './draws.js';
import { RandomSource, SeededRandom } from './random.js';

const COUNT = 40_000;

/** Mean and variance of many draws. */
function momentsOf(draw: (random: RandomSource) => number): { mean: number; variance: number } {
  const random = new SeededRandom(11);
  let sum = 0;
  let squares = 0;
  for (let at = 0; at < COUNT; at += 1) {
    const value = draw(random);
    sum += value;
    squares += value * value;
  }
  const mean = sum / COUNT;
  return { mean, variance: squares / COUNT - mean * mean };
}

/** Always the same number: the ends of the range are where a logarithm or a root goes wrong. */
class Stuck extends RandomSource {
  constructor(private readonly value: number) {
    super();
  }
  next(): number {
    return this.value;
  }
}

describe('draws', () => {
  it.each([
    ['exponential', drawExponential, 1, 1],
    ['normal', drawNormal, 0, 1],
    ['gamma of shape 4', (random: RandomSource) => drawGamma(4, random), 4, 4],
    ['gamma of shape 1/2', (random: RandomSource) => drawGamma(0.5, random), 0.5, 0.5],
    ['beta of 8 and 2', (random: RandomSource) => drawBeta(8, 2, random), 0.8, 16 / 1_100],
  ])('have the mean and the variance of the distribution: %s', (_, draw, mean, variance) => {
    const seen = momentsOf(draw);
    // Six standard errors of the mean; the variance of these is known less well.
    expect(Math.abs(seen.mean - mean)).toBeLessThan(6 * Math.sqrt(variance / COUNT));
    expect(Math.abs(seen.variance / variance - 1)).toBeLessThan(0.06);
  });

  it('are finite at the ends of the range of chance', () => {
    for (const value of [0, 1 - 2 ** -32]) {
      expect(drawExponential(new Stuck(value))).toBeGreaterThan(0);
      expect(Number.isFinite(drawNormal(new Stuck(value)))).toBe(true);
    }
  });

  it('give a probability, whatever is known', () => {
    const amount = fc.double({ min: 0.01, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(amount, amount, fc.integer(), (alpha, beta, seed) => {
        const drawn = drawBeta(alpha, beta, new SeededRandom(seed));
        expect(drawn).toBeGreaterThanOrEqual(0);
        expect(drawn).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('draw anew where a normal variate lies too far out', () => {
    // cos(π) of a large normal makes the root negative for a small shape; the next pair is taken.
    const values = [1e-9, 0.5, 0.5, 0.9, 0.5];
    class Listed extends RandomSource {
      next(): number {
        return values.shift() ?? 0.5;
      }
    }
    expect(drawGamma(1, new Listed())).toBeGreaterThan(0);
    expect(values).toHaveLength(0);
  });
});
