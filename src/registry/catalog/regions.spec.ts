import { liesIn } from './regions.js';

describe('liesIn', () => {
  it.each([
    ['eu', ['eu'], true],
    ['eu-west', ['eu'], true],
    ['eu-west-1', ['eu-west'], true],
    ['eu-west', ['us', 'eu'], true],
    ['europe', ['eu'], false],
    ['eu', ['eu-west'], false],
    [undefined, ['eu'], false],
    ['eu', [], false],
  ])('%p in %p: %p', (region, places, answer) => {
    expect(liesIn(region, places)).toBe(answer);
  });
});
