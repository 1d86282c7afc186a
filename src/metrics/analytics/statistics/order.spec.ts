import { medianOf, ranksOf } from './order.js';

describe('order', () => {
  it('has its median in the middle, or between the two there', () => {
    expect([medianOf([7]), medianOf([1, 2]), medianOf([1, 2, 9]), medianOf([1, 2, 3, 9])]).toEqual([
      7, 1.5, 2, 2.5,
    ]);
  });

  it('gives equal values the mean of their ranks', () => {
    expect(ranksOf([])).toEqual([]);
    expect(ranksOf([10, 30, 20, 20, 5])).toEqual([2, 5, 3.5, 3.5, 1]);
    expect(ranksOf([4, 4, 4])).toEqual([2, 2, 2]);
  });
});
