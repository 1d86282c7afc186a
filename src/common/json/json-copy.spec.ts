import fc from 'fast-check';
import { toJsonFacts } from './json-copy.js';
import { findNonJson } from './json.js';

const circular: Record<string, unknown> = { name: 'ring' };
circular['self'] = circular;

const broken = {
  fine: 1,
  get trap(): never {
    throw new TypeError('a trap');
  },
};

describe('facts', () => {
  it('are given back as they are where they are JSON', () => {
    for (const value of [{ a: [1, 'x', null, true] }, 'text', 0, null, JSON.parse('{"__proto__":1}')]) {
      expect(toJsonFacts(value)).toBe(value);
    }
  });

  it.each<[string, unknown, unknown]>([
    ['undefined', undefined, null],
    ['a bigint', { size: 10n }, { size: '10' }],
    ['no numbers', [Number.NaN, Infinity, 1], [null, null, 1]],
    ['a date', { at: new Date(0) }, { at: '1970-01-01T00:00:00.000Z' }],
    ['functions and symbols', { run: () => 1, mark: Symbol('x'), left: [() => 1] }, { left: [null] }],
    ['a map', new Map([[1, 2]]), {}],
    ['a getter that throws', broken, { fine: 1 }],
    ['a list with one', [1, broken], [1, { fine: 1 }]],
    [
      'what says falsely how it is written',
      {
        a: {
          toJSON: () => {
            throw new TypeError('no');
          },
        },
      },
      {},
    ],
    ['what is written as something else', { a: { toJSON: () => ({ b: 1n }) } }, { a: { b: '1' } }],
    [
      'a proxy that refuses',
      {
        a: new Proxy(
          {},
          {
            ownKeys: () => {
              throw new TypeError('no');
            },
          },
        ),
      },
      {},
    ],
  ])('leave out what JSON cannot carry: %s', (_, value, facts) => {
    expect(toJsonFacts(value)).toEqual(facts);
  });

  it('keep a name that means something to objects', () => {
    const copy = toJsonFacts(
      JSON.parse('{"__proto__":{"a":1},"b":{}}', (key, value: unknown) => (key === 'b' ? 1n : value)),
    );
    expect(JSON.stringify(copy)).toBe('{"__proto__":{"a":1},"b":"1"}');
  });

  it('end somewhere, however deep, long or wide a value is', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 20_000; level += 1) deep = [deep];
    const wide = Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`k${index}`, 1n]));
    for (const value of [
      circular,
      deep,
      wide,
      Array(1e9),
      ['x'.repeat(1_000_000), 1n],
      { ['k'.repeat(900_000)]: 1n },
    ]) {
      expect(JSON.stringify(toJsonFacts(value)).length).toBeLessThan(400_000);
    }
  });

  it('are JSON, whatever they are made of', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withSparseArray: true }),
        (value) => {
          expect(findNonJson(toJsonFacts(value))).toBeUndefined();
        },
      ),
    );
  });
});
