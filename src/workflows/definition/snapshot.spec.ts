import { MAX_JSON_DEPTH } from '../../common/index.js';
import { takeSnapshot } from './snapshot.js';

const reasonOf = (value: unknown) => {
  const snapshot = takeSnapshot(value);
  return snapshot.ok ? undefined : [snapshot.found.path, snapshot.found.reason];
};

describe('takeSnapshot', () => {
  it('copies a value, so that later changes of the original do not reach it', () => {
    const original = { topic: 'AI', tags: ['a'] };
    const snapshot = takeSnapshot(original);
    original.topic = 'changed';
    original.tags.push('b');
    expect(snapshot).toEqual({ ok: true, value: { topic: 'AI', tags: ['a'] } });
  });

  it('freezes the copy all the way down and leaves the original open', () => {
    const original = { parts: [{ text: 'a' }] };
    const { value } = takeSnapshot(original) as { value: typeof original };
    expect([value, value.parts, value.parts[0]].every((part) => Object.isFrozen(part))).toBe(true);
    expect(Object.isFrozen(original)).toBe(false);
  });

  it.each([[null], [0], [''], [false], ['text'], [[]], [{}]])('keeps %j', (value) => {
    expect(takeSnapshot(value)).toEqual({ ok: true, value });
  });

  it('keeps a member named __proto__ a member', () => {
    const { value } = takeSnapshot(JSON.parse('{"__proto__": {"isAdmin": true}}')) as { value: object };
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect('isAdmin' in value).toBe(false);
  });

  it.each([
    ['undefined', undefined, [], 'undefined is not JSON'],
    ['a function', { done: () => 1 }, ['done'], 'a function is not JSON'],
    ['a date', { at: [new Date(0)] }, ['at', 0], 'a Date instance is not JSON'],
    ['no number', { n: NaN }, ['n'], 'NaN is not a JSON number'],
    ['a big integer', [1n], [0], 'a bigint is not JSON'],
  ])('refuses %s and says where', (_, value, path, reason) => {
    expect(reasonOf(value)).toEqual([path, reason]);
  });

  it('refuses a value that contains itself', () => {
    const cyclic: Record<string, unknown> = {};
    cyclic['self'] = cyclic;
    expect(reasonOf(cyclic)?.[1]).toBe(`nests deeper than ${MAX_JSON_DEPTH} levels`);
  });

  it('refuses a small value that stands for a huge one', () => {
    let bomb: unknown = 'x';
    for (let level = 0; level < 30; level++) bomb = [bomb, bomb];
    expect(reasonOf(bomb)?.[1]).toContain('holds more than');
  });

  it('reads a getter and keeps what it gave', () => {
    let reads = 0;
    const { value } = takeSnapshot({
      get count() {
        return ++reads;
      },
    }) as { value: { count: number } };
    expect([value.count, value.count]).toEqual([reads, reads]);
  });

  it.each([
    [
      'throws',
      {
        get bad(): never {
          throw new RangeError('no entry');
        },
      },
    ],
    [
      'is a proxy that throws',
      new Proxy(
        {},
        {
          ownKeys: () => {
            throw new RangeError('no entry');
          },
        },
      ),
    ],
  ])('refuses a value that %s', (_, value) => {
    expect(reasonOf(value)).toEqual([[], 'cannot be read: no entry']);
  });
});
