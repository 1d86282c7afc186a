import { z } from 'zod';
import { dataType } from './data-type.js';
import { allOf, anyOf, isAllOf, isAnyOf } from './type-sets.js';

const Text = dataType('text', z.string());
const Email = dataType('email', z.email());

describe('anyOf', () => {
  it('keeps its types in order, frozen', () => {
    const either = anyOf(Text, Email);
    expect(either.types).toEqual([Text, Email]);
    expect(Object.isFrozen(either) && Object.isFrozen(either.types)).toBe(true);
    expect([isAnyOf(either), isAllOf(either)]).toEqual([true, false]);
  });

  it.each([
    ['no types', []],
    ['a bare schema', [Text, z.string()]],
    ['two types of one name', [Text, dataType('text', z.number())]],
    ['one type twice', [Text, Text]],
  ])('refuses %s', (_, types) => {
    expect(() => anyOf(...(types as [typeof Text]))).toThrow('anyOf takes at least one data type');
  });
});

describe('allOf', () => {
  it('keeps its members, frozen, apart from the object they came in', () => {
    const parts = { text: Text, to: Email };
    const both = allOf(parts);
    parts.to = Text as never;
    expect(both.parts).toEqual({ text: Text, to: Email });
    expect(Object.isFrozen(both) && Object.isFrozen(both.parts)).toBe(true);
    expect([isAnyOf(both), isAllOf(both)]).toEqual([false, true]);
  });

  it('takes one type under two members', () => {
    expect(Object.keys(allOf({ from: Email, to: Email }).parts)).toEqual(['from', 'to']);
  });

  it.each([undefined, null, {}, { text: z.string() }, { text: Text, to: undefined }])(
    'refuses %p',
    (parts) => {
      expect(() => allOf(parts as never)).toThrow('allOf takes at least one member');
    },
  );
});

describe('isAnyOf, isAllOf', () => {
  it.each([undefined, null, 'any', [], { types: [Text] }, { parts: { text: Text } }])(
    'tell %p apart',
    (value) => {
      expect([isAnyOf(value), isAllOf(value)]).toEqual([false, false]);
    },
  );
});
