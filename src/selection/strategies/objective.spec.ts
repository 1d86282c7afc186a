import fc from 'fast-check';
import { resolveObjective, shareOf, typicalOf, worthOf } from './objective.js';

const amount = fc.double({ min: 0, max: 1e9, noNaN: true });
const typical = fc.double({ min: 1e-6, max: 1e9, noNaN: true });

describe('the objective', () => {
  it('has weights that sum to 1, whatever is given', () => {
    expect(resolveObjective()).toEqual({
      success: 0.6,
      speed: 0.2,
      thrift: 0.2,
      typicalMs: undefined,
      typicalUsd: undefined,
    });
    const { success, speed, thrift } = resolveObjective({ success: 1, speed: 0, thrift: 3, typicalMs: 5 });
    expect([success, speed, thrift]).toEqual([0.25, 0, 0.75]);
  });

  it.each([
    [{ success: -1 }, 'objective.success is -1; it must be a number from 0 to 1000'],
    [{ speed: Number.NaN }, 'objective.speed is NaN'],
    [{ thrift: '2' as never }, 'objective.thrift is 2'],
    [{ success: 0, speed: 0, thrift: 0 }, 'of weights that are not all 0'],
    [{ typicalMs: 0 }, 'objective.typicalMs is 0; it must be a finite number above 0'],
    [{ typicalUsd: Infinity }, 'objective.typicalUsd is Infinity'],
  ])('refuses %p', (options, message) => {
    expect(() => resolveObjective(options)).toThrow(
      expect.objectContaining({
        code: 'SELECTION_OPTION_INVALID',
        message: expect.stringContaining(message) as string,
      }),
    );
  });

  it('is worth 0 to 1, more for what is surer, faster or cheaper, and nothing for what fails', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        amount,
        amount,
        typical,
        (ratio, ms, usd, usual) => {
          const objective = resolveObjective();
          const of = (successRatio: number, durationMs: number, costUsd: number): number =>
            worthOf({ successRatio, durationMs, costUsd }, objective, usual, usual);
          const worth = of(ratio, ms, usd);
          expect(worth).toBeGreaterThanOrEqual(0);
          expect(worth).toBeLessThanOrEqual(1);
          expect(of(ratio, 2 * ms, usd)).toBeLessThanOrEqual(worth);
          expect(of(ratio, ms, 2 * usd)).toBeLessThanOrEqual(worth);
          expect(of(ratio / 2, ms, usd)).toBeLessThanOrEqual(worth);
          expect(of(0, 0, 0)).toBe(0);
        },
      ),
    );
    expect(worthOf({ successRatio: 1, durationMs: 0, costUsd: 0 }, resolveObjective(), 1, 1)).toBe(1);
    expect([shareOf(5, 5), shareOf(10, 5), shareOf(0, 5)]).toEqual([1 / 2, 1 / 3, 1]);
  });

  it('takes the median for typical, of some where there are many, and leaves out what is none', () => {
    expect(typicalOf([5, 1, 9])).toBe(5);
    expect(typicalOf([4, 0, 1, Number.NaN, 2, 3, Infinity, -1])).toBe(2.5);
    expect(typicalOf([])).toBe(1);
    expect(typicalOf(Float64Array.from({ length: 1_000 }, (_, at) => at))).toBeCloseTo(500, -2);
  });
});
