import { z } from 'zod';
import { MAX_ISSUES, type Schema } from '../../common/index.js';
import { capability, type Contract } from './capability.js';
import { matchInput, matchOutput, partsTypeName, type Match } from './contract.js';
import { dataType, type DataType } from './data-type.js';
import { allOf, anyOf, type InputSpec, type OutputSpec } from './type-sets.js';

const Text = dataType('text', z.string());
const Email = dataType('email', z.email());
const Pages = dataType('pages', z.object({ count: z.number().default(1) }));

/** A text that starts with a letter, known a turn later. */
const Later = dataType('later', {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: async (value) =>
      String(value).startsWith('later')
        ? { value: `${String(value)}!` }
        : { issues: [{ message: 'is not later' }] },
  },
} satisfies Schema);

function contractOf(input: InputSpec, output: OutputSpec = Text): Contract {
  return capability({ name: 'work', description: 'Works.', input, output }).contract;
}

function issuesOf(match: Match | Promise<Match>): string[] {
  if (match instanceof Promise || match.ok) throw new TypeError('expected a mismatch at once');
  return match.issues.map(({ path, message }) => `${path} ${message}`);
}

describe('matchInput of one type', () => {
  it('names the type and fills in defaults', () => {
    expect(matchInput(contractOf(Pages), {})).toEqual({ ok: true, type: 'pages', value: { count: 1 } });
  });

  it('says why a value does not fit', () => {
    expect(issuesOf(matchInput(contractOf(Pages), { count: 'many' }))).toEqual([
      '$.count Invalid input: expected number, received string',
    ]);
  });
});

describe('matchInput of alternatives', () => {
  const either = contractOf(anyOf(Email, Text, Pages));

  it('takes the first type that accepts the value', () => {
    expect(matchInput(either, 'a@example.org')).toMatchObject({ type: 'email' });
    expect(matchInput(either, 'hello')).toMatchObject({ type: 'text' });
    expect(matchInput(contractOf(anyOf(Text, Email)), 'a@example.org')).toMatchObject({ type: 'text' });
  });

  it('takes the type that the caller names, and only that', () => {
    expect(matchInput(either, 'a@example.org', 'text')).toMatchObject({ ok: true, type: 'text' });
    expect(issuesOf(matchInput(either, 'hello', 'email'))).toEqual(['$ Invalid email address']);
  });

  it.each(['report', '__proto__', 'constructor', ''])('refuses the type name %p', (name) => {
    expect(issuesOf(matchInput(either, 'hello', name))).toEqual([
      `$ inputType "${name}" is not accepted here; it may be email, text, pages`,
    ]);
  });

  it('says for each type why the value does not fit', () => {
    expect(issuesOf(matchInput(either, 3))).toEqual([
      '$ as email: Invalid input: expected string, received number',
      '$ as text: Invalid input: expected string, received number',
      '$ as pages: Invalid input: expected object, received number',
    ]);
  });

  it('answers at once where the first types do, and later where one does not', async () => {
    const mixed = contractOf(anyOf(Email, Later, Text));
    expect(matchInput(mixed, 'a@example.org')).not.toBeInstanceOf(Promise);
    expect(await matchInput(mixed, 'later')).toEqual({ ok: true, type: 'later', value: 'later!' });
    expect(await matchInput(mixed, 'sooner')).toEqual({ ok: true, type: 'text', value: 'sooner' });
    expect(await matchInput(mixed, 3)).toMatchObject({ ok: false });
  });
});

describe('matchInput of a required set', () => {
  const both = contractOf(allOf({ text: Text, pages: Pages }));

  it('names the set after its types and validates each member', () => {
    expect(matchInput(both, { text: 'a', pages: {} })).toEqual({
      ok: true,
      type: 'text+pages',
      value: { text: 'a', pages: { count: 1 } },
    });
    expect(partsTypeName(both)).toBe('text+pages');
  });

  it('lists missing, wrong and unknown members at once', () => {
    expect(issuesOf(matchInput(both, { pages: { count: 'x' }, 'odd one': 1 }))).toEqual([
      "$['odd one'] is not a member of this input; remove it",
      '$.text Invalid input: expected string, received undefined',
      '$.pages.count Invalid input: expected number, received string',
    ]);
  });

  it.each([undefined, null, 'text', 3, [], ['text', {}]])('refuses %p', (value) => {
    expect(issuesOf(matchInput(both, value))).toEqual(['$ must be an object with the members text, pages']);
  });

  it('takes its own name as the input type, and no other', () => {
    const value = { text: 'a', pages: {} };
    expect(matchInput(both, value, 'text+pages')).toMatchObject({ ok: true });
    expect(issuesOf(matchInput(both, value, 'text'))).toEqual([
      '$ inputType "text" is not accepted here; it may be text+pages',
    ]);
  });

  it('bounds the issues that a hostile value causes', () => {
    const hostile = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`k${n}`, n]));
    expect(issuesOf(matchInput(both, hostile))).toHaveLength(MAX_ISSUES);
  });

  it('waits for members that are validated later', async () => {
    const mixed = contractOf(allOf({ now: Text, soon: Later }));
    const match = matchInput(mixed, { now: 'a', soon: 'later' });
    expect(match).toBeInstanceOf(Promise);
    expect(await match).toEqual({ ok: true, type: 'text+later', value: { now: 'a', soon: 'later!' } });
    expect(await matchInput(mixed, { now: 'a', soon: 'sooner' })).toEqual({
      ok: false,
      issues: [{ path: '$.soon', message: 'is not later' }],
    });
  });
});

describe('matchInput of members with the names of inherited ones', () => {
  const parts: Record<string, DataType> = Object.fromEntries([
    ['__proto__', Pages],
    ['constructor', Text],
  ]);
  const contract = contractOf(allOf(parts));

  it('takes them as members like any other', () => {
    const match = matchInput(contract, JSON.parse('{"__proto__": {"count": 2}, "constructor": "a"}'));
    if (match instanceof Promise || !match.ok) throw new TypeError('expected a match');
    const value = match.value as object;
    expect(Object.entries(value)).toEqual([
      ['__proto__', { count: 2 }],
      ['constructor', 'a'],
    ]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(({} as { count?: unknown }).count).toBeUndefined();
  });

  it('does not take inherited ones for given ones', () => {
    expect(issuesOf(matchInput(contract, {}))).toEqual([
      '$.__proto__ Invalid input: expected object, received undefined',
      '$.constructor Invalid input: expected string, received undefined',
    ]);
  });

  it('refuses a prototype that nobody asked for', () => {
    const hostile: unknown = JSON.parse('{"text": "a", "__proto__": {"polluted": true}}');
    expect(issuesOf(matchInput(contractOf(allOf({ text: Text })), hostile))).toEqual([
      '$.__proto__ is not a member of this input; remove it',
    ]);
  });
});

describe('matchOutput', () => {
  const either = contractOf(Text, anyOf(Text, Email));

  it('takes the first type that accepts the value', () => {
    expect(matchOutput(either, 'a@example.org')).toEqual({ ok: true, type: 'text', value: 'a@example.org' });
  });

  it('takes the type that the agent names', () => {
    expect(matchOutput(either, Email.of('a@example.org'))).toMatchObject({ ok: true, type: 'email' });
    expect(issuesOf(matchOutput(either, Email.of('nobody')))).toEqual(['$ Invalid email address']);
  });

  it('refuses a type that the contract does not allow', () => {
    expect(issuesOf(matchOutput(either, Pages.of({})))).toEqual([
      '$ is a pages; the contract allows text, email',
    ]);
  });

  it('says why a value does not fit', () => {
    expect(issuesOf(matchOutput(contractOf(Text), undefined))).toEqual([
      '$ Invalid input: expected string, received undefined',
    ]);
  });

  it('waits for a type that is validated later', async () => {
    expect(await matchOutput(contractOf(Text, Later), 'later')).toMatchObject({
      type: 'later',
      value: 'later!',
    });
  });
});
