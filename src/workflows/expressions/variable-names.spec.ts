import { isVariableName } from './variable-names.js';

describe('isVariableName', () => {
  it('takes words that mean nothing else', () => {
    expect(['item', 'x', 'source_2', '_'].filter((name) => !isVariableName(name))).toEqual([]);
  });

  it('refuses what expressions cannot say, or what means something already', () => {
    const names = [
      'input',
      'steps',
      'run',
      'in',
      'true',
      'null',
      'loop',
      '__proto__',
      'a-b',
      '',
      '1a',
      'é',
      'a'.repeat(81),
    ];
    expect(names.filter(isVariableName)).toEqual([]);
  });
});
