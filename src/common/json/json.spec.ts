import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { deepFreeze, findNonJson, MAX_JSON_DEPTH, MAX_JSON_VALUES, type Json } from './json.js';

/** `[[[…]]]`, this many lists deep. */
function nested(levels: number): unknown[] {
  let value: unknown[] = [];
  for (let level = 1; level < levels; level += 1) value = [value];
  return value;
}

class Oven {}

describe('findNonJson', () => {
  it('finds nothing in what JSON can carry', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 10 }), (value) => {
        expect(findNonJson(value)).toBeUndefined();
      }),
    );
  });

  it('finds nothing in any value that JSON.parse gives', () => {
    const value: unknown = JSON.parse('{"__proto__": {"polluted": true}, "constructor": [1, null], "": -0}');
    expect(findNonJson(value)).toBeUndefined();
  });

  it.each([
    [undefined, 'undefined is not JSON'],
    [NaN, 'NaN is not a JSON number'],
    [-Infinity, '-Infinity is not a JSON number'],
    [10n, 'a bigint is not JSON'],
    [Symbol('s'), 'a symbol is not JSON'],
    [() => 1, 'a function is not JSON'],
    [new Date(0), 'a Date instance is not JSON'],
    [new Map(), 'a Map instance is not JSON'],
    [new Oven(), 'a Oven instance is not JSON'],
    [new (class {})(), 'a class instance is not JSON'],
    [Object.create(Object.create(null) as object), 'a class instance is not JSON'],
  ])('finds %p', (value, reason) => {
    expect(findNonJson(value)).toEqual({ path: [], reason });
  });

  it('says where it is', () => {
    expect(findNonJson({ a: [1, { 'odd key': new Oven() }] })?.path).toEqual(['a', 1, 'odd key']);
    expect(findNonJson(JSON.parse('{"__proto__": {"a": 1}}'))).toBeUndefined();
    expect(findNonJson(Object.fromEntries([['__proto__', [NaN]]]))?.path).toEqual(['__proto__', 0]);
  });

  it('lets undefined members be, as JSON.stringify does, and refuses them in lists', () => {
    expect(findNonJson({ a: undefined, b: 1 })).toBeUndefined();
    expect(findNonJson([1, undefined])).toEqual({ path: [1], reason: 'undefined is not JSON' });
  });

  it('finds the holes of a list, however long', () => {
    const sparse = new Array<number>(4_000_000_000);
    expect(findNonJson(sparse)?.path).toEqual([0]);
  });

  it('takes objects without a prototype and those of another realm', () => {
    expect(findNonJson(Object.assign(Object.create(null) as object, { a: 1 }))).toBeUndefined();
    expect(findNonJson(runInNewContext('({ a: [{ b: 1 }] })'))).toBeUndefined();
    expect(findNonJson(runInNewContext('new Date(0)'))?.reason).toBe('a Date instance is not JSON');
  });

  it('takes values up to the deepest level and no deeper', () => {
    expect(findNonJson(nested(MAX_JSON_DEPTH))).toBeUndefined();
    expect(findNonJson(nested(MAX_JSON_DEPTH + 1))?.reason).toBe('nests deeper than 100 levels');
  });

  it('answers for a value that is 100 000 levels deep', () => {
    expect(findNonJson(nested(100_000))?.reason).toBe('nests deeper than 100 levels');
  });

  it('answers for a value that contains itself', () => {
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    expect(findNonJson(loop)?.reason).toBe('nests deeper than 100 levels');
  });

  it('answers for few objects that stand for many', () => {
    let value: unknown = 1;
    for (let level = 0; level < 60; level += 1) value = [value, value];
    expect(findNonJson(value)?.reason).toBe(`holds more than ${MAX_JSON_VALUES} values`);
  });
});

describe('deepFreeze', () => {
  it('freezes objects and lists all the way down and returns the value', () => {
    const value = { a: [{ b: 1 }] };
    expect(deepFreeze(value)).toBe(value);
    expect([value, value.a, value.a[0]].map(Object.isFrozen)).toEqual([true, true, true]);
  });

  it('keeps every value as it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const copy = structuredClone(value) as Json;
        expect(deepFreeze(value)).toEqual(copy);
      }),
    );
  });

  it('freezes what lies below a value that is frozen already', () => {
    const inner = { a: 1 };
    deepFreeze(Object.freeze({ inner }));
    expect(Object.isFrozen(inner)).toBe(true);
  });

  it('freezes a copy that another realm made', () => {
    expect(Object.isFrozen(deepFreeze(runInNewContext('({ a: 1 })')))).toBe(true);
    expect(Object.isFrozen(deepFreeze(structuredClone({ a: 1 })))).toBe(true);
  });

  it.each([undefined, null, 3, 'text', () => 1])('lets %p be', (value) => {
    expect(deepFreeze(value)).toBe(value);
  });

  it('leaves class instances and buffers alone, and what they hold', () => {
    const value = { date: new Date(0), bytes: Buffer.from('a'), map: new Map([['a', {}]]), oven: new Oven() };
    deepFreeze(value);
    expect(Object.values(value).map(Object.isFrozen)).toEqual([false, false, false, false]);
  });

  it('freezes values that contain themselves', () => {
    const loop: { list: unknown[] } = { list: [] };
    loop.list.push(loop, loop.list);
    expect(Object.isFrozen(deepFreeze(loop).list)).toBe(true);
  });

  it('freezes a value that is 100 000 levels deep', () => {
    let inner: unknown = deepFreeze(nested(100_000));
    while (Array.isArray(inner) && inner.length > 0) inner = inner[0];
    expect(Object.isFrozen(inner)).toBe(true);
  });
});
