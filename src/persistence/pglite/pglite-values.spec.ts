import { runInNewContext } from 'node:vm';
import { rowsOf, toPostgresText } from './pglite-values.js';

describe('toPostgresText', () => {
  it.each([
    ['text', 'text'],
    [1.5, '1.5'],
    [2n ** 60n, '1152921504606846976'],
    [true, 'true'],
    [null, null],
    [undefined, null],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [runInNewContext('new Date(0)'), '1970-01-01T00:00:00.000Z'],
    [{ a: ['"'] }, '{"a":["\\""]}'],
    [new Uint8Array([0, 255]), '\\x00ff'],
    [[], '{}'],
    [[1, null, 'a"\\b', [true]], '{"1",NULL,"a\\"\\\\b",{"true"}}'],
  ])('writes %p as %p', (value, text) => {
    expect(toPostgresText(value)).toBe(text);
  });
});

describe('rowsOf', () => {
  it('reads each column by its type', () => {
    const columns = [
      { name: 'n', typeId: 20 },
      { name: 'json', typeId: 114 },
    ];
    expect(
      rowsOf({
        tag: '',
        columns,
        rows: [
          ['7', '{"a":1}'],
          [null, null],
        ],
      }),
    ).toEqual([
      { n: 7, json: { a: 1 } },
      { n: null, json: null },
    ]);
  });
});
