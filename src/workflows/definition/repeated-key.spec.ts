import fc from 'fast-check';
import { findRepeatedKey } from './repeated-key.js';

describe('findRepeatedKey', () => {
  it.each([
    ['{"a": 1, "a": 2}', { key: 'a', line: 1, column: 10 }],
    ['{\n  "a": {"b": 1},\n  "c": 1,\n  "a": 2\n}', { key: 'a', line: 4, column: 3 }],
    ['[{"x": [1, {"k": 1, "k": 1}]}]', { key: 'k', line: 1, column: 21 }],
    [String.raw`{"a": 1, "\u0061": 2}`, { key: 'a', line: 1, column: 10 }],
    ['{"__proto__": 1, "__proto__": 2}', { key: '__proto__', line: 1, column: 18 }],
  ])('finds it in %s', (text, place) => {
    expect(findRepeatedKey(text)).toEqual(place);
  });

  it.each([
    '{"a": {"a": {"a": 1}}}',
    '[{"a": 1}, {"a": 1}]',
    '{"a": "a: {", "b": "\\"a\\": 1"}',
    '{"a": ["a", "a"]}',
    '"a"',
    '7',
  ])('finds none in %s', (text) => {
    expect(findRepeatedKey(text)).toBeUndefined();
  });

  it('finds none in what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(3), (value, indent) => {
        expect(findRepeatedKey(JSON.stringify(value, null, indent))).toBeUndefined();
      }),
    );
  });

  it('takes long texts and many escapes in its stride', () => {
    const text = `{"a":"${String.raw`\n\"`.repeat(200_000)}${'x'.repeat(400_000)}","a":1}`;
    expect(findRepeatedKey(text)).toMatchObject({ key: 'a', line: 1 });
  });
});
