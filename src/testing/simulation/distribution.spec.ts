import { SeededRandom } from '../../common/index.js';
import { evenly, mixOf, poisson, recorded } from './arrivals.js';
import { constant, exponential, logNormal, measured, scaled, uniform } from './distribution.js';

const COUNT = 40_000;

describe('distributions', () => {
  it.each([
    ['constant', constant(5)],
    ['uniform', uniform(2, 8)],
    ['exponential', exponential(5)],
    ['log-normal', logNormal(5)],
    ['log-normal, spread wide', logNormal(5, 1.5)],
    ['measured', measured([1, 1, 4, 14])],
    ['scaled', scaled(exponential(2), 2.5)],
    ['nothing at all', uniform(0, 0)],
    ['nothing measured', measured([0])],
  ])('have the mean and the variation that they say: %s', (_, distribution) => {
    const random = new SeededRandom(5);
    const values = Array.from({ length: COUNT }, () => distribution.draw(random));
    const mean = values.reduce((sum, value) => sum + value, 0) / COUNT;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / COUNT;
    expect(Math.abs(mean - distribution.mean)).toBeLessThanOrEqual(0.04 * distribution.mean);
    const deviation = distribution.variation * distribution.mean;
    expect(Math.abs(Math.sqrt(variance) - deviation)).toBeLessThanOrEqual(0.1 * deviation);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
  });

  it('refuse what no quantity can be', () => {
    expect(() => exponential(-1)).toThrow(
      expect.objectContaining({
        code: 'SIMULATION_INVALID',
        message: 'mean of the simulation is -1; it must be a finite number of at least 0.',
      }),
    );
    expect(() => uniform(5, 4)).toThrow('most of the simulation is 4');
    expect(() => logNormal(5, 101)).toThrow('from 0 to 100');
    expect(() => measured([])).toThrow('the count of values');
    expect(() => constant(Number.NaN)).toThrow('NaN');
    expect(() => scaled(constant(1), '2' as never)).toThrow('a value of type string');
  });
});

const firstOf = (instants: Iterable<number>, count: number): number[] => {
  const found: number[] = [];
  for (const instant of instants) if (found.push(instant) === count) break;
  return found;
};

describe('arrivals', () => {
  it('come at a rate, evenly, or as they came once', () => {
    const random = new SeededRandom(3);
    const instants = firstOf(poisson(50)(random), COUNT);
    expect(instants).toEqual(instants.toSorted((a, b) => a - b));
    expect(Math.abs(instants.at(-1)! / COUNT / 20 - 1)).toBeLessThan(0.03);
    expect(firstOf(evenly(30)(random), 3)).toEqual([30, 60, 90]);
    expect([...recorded([1_500, 1_000, 1_200])(random)]).toEqual([0, 200, 500]);
    expect([...recorded([])(random)]).toEqual([]);
  });

  it('bring inputs in the given shares', () => {
    const random = new SeededRandom(4);
    const { types, next } = mixOf({ invoice: 3, photo: 1, never: 0 });
    const drawn = Array.from({ length: COUNT }, (_, number) => next(number, random).type);
    expect(types).toEqual(['invoice', 'photo', 'never']);
    expect(Math.abs(drawn.filter((type) => type === 'photo').length / COUNT - 0.25)).toBeLessThan(0.01);
    expect(drawn).not.toContain('never');
  });

  it('refuse rates and shares that cannot be', () => {
    expect(() => poisson(0)).toThrow('ratePerSecond of the simulation is 0');
    expect(() => mixOf({ invoice: -1 })).toThrow('the share of invoice');
    expect(() => mixOf({ invoice: 0 })).toThrow('the sum of the shares');
  });
});
