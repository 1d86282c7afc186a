import fc from 'fast-check';
import { normalQuantile, normalTail, studentQuantile } from './normal.js';

describe('the normal distribution', () => {
  it.each([
    [0, 0.5],
    [1, 0.158655254],
    [1.644853627, 0.05],
    [1.959963985, 0.025],
    [-1.959963985, 0.975],
    [6, 9.8658765e-10],
  ])('has a probability above %d of %d, as the tables say', (z, above) => {
    expect(normalTail(z) / above).toBeCloseTo(1, 6);
  });

  it.each([
    [0.5, 0],
    [0.975, 1.959963985],
    [0.995, 2.575829304],
    [0.025, -1.959963985],
    [1e-12, -7.034483825],
  ])('is below the quantile of %d, %d, as the tables say', (probability, z) => {
    expect(normalQuantile(probability)).toBeCloseTo(z, 5);
  });

  it('has no finite value that is above, or below, all of it', () => {
    expect([normalQuantile(0), normalQuantile(1)]).toEqual([-Infinity, Infinity]);
  });

  it('goes from quantile to probability and back', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true }), (probability) => {
        expect(normalTail(-normalQuantile(probability)) / probability).toBeCloseTo(1, 5);
      }),
    );
  });
});

describe('Student’s distribution', () => {
  it.each([
    [10, 2.228],
    [30, 2.042],
    [100, 1.984],
  ])(
    'is below its quantile of 0.975 at %d degrees of freedom, %d, as the tables say',
    (degrees, quantile) => {
      expect(Math.abs(studentQuantile(0.975, degrees) - quantile)).toBeLessThan(0.003);
    },
  );
});
