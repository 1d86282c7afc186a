import { z } from 'zod';
import {
  anyJson,
  describeIssues,
  jsonPath,
  MAX_ISSUES,
  toJsonSchema,
  validate,
  type Schema,
} from './schema.js';

/** A Standard Schema made by hand. */
function schemaOf(check: (value: unknown) => unknown): Schema {
  return { '~standard': { version: 1, vendor: 'test', validate: check as Schema['~standard']['validate'] } };
}

const laterShort = schemaOf(async (value) =>
  String(value).length < 5 ? { value } : { issues: [{ message: 'too long', path: ['text'] }] },
);

describe('validate', () => {
  it('gives the value with its defaults, without a promise', () => {
    const schema = z.object({ topic: z.string(), pages: z.number().default(3) });
    expect(validate(schema, { topic: 'AI' })).toEqual({ ok: true, value: { topic: 'AI', pages: 3 } });
  });

  it('gives the issues with their paths', () => {
    const schema = z.object({ sources: z.array(z.object({ url: z.url() })) });
    expect(validate(schema, { sources: [{ url: 'https://example.org' }, { url: 'x' }] })).toEqual({
      ok: false,
      issues: [{ path: '$.sources[1].url', message: 'Invalid URL' }],
    });
  });

  it('waits for a schema that answers later', async () => {
    const accepted = validate(laterShort, 'abc');
    expect(accepted).toBeInstanceOf(Promise);
    expect(await accepted).toEqual({ ok: true, value: 'abc' });
    expect(await validate(laterShort, 'abcdef')).toEqual({
      ok: false,
      issues: [{ path: '$.text', message: 'too long' }],
    });
  });

  it('waits for an answer that is only like a promise', async () => {
    const schema = schemaOf((value) => ({
      then: (resolve: (result: unknown) => void) => resolve({ value }),
    }));
    expect(await validate(schema, 1)).toEqual({ ok: true, value: 1 });
  });

  it.each([undefined, null, false, 0])('takes the value when issues is %p', (issues) => {
    expect(
      validate(
        schemaOf((value) => ({ value, issues })),
        1,
      ),
    ).toEqual({ ok: true, value: 1 });
  });

  it('takes a schema that throws as one that does not accept the value', () => {
    const schema = schemaOf(() => {
      throw new RangeError('cannot go on');
    });
    expect(validate(schema, 1)).toEqual({
      ok: false,
      issues: [{ path: '$', message: 'could not be validated: cannot go on' }],
    });
  });

  it('takes a schema that rejects as one that does not accept the value', async () => {
    const schema = schemaOf(() => Promise.reject(new RangeError('line is dead')));
    expect(await validate(schema, 1)).toMatchObject({ ok: false, issues: [{ path: '$' }] });
  });

  it.each([undefined, null, { issues: 'many' }, { issues: [null] }])(
    'takes the malformed result %p as one that does not accept the value',
    async (result) => {
      expect(
        validate(
          schemaOf(() => result),
          1,
        ),
      ).toMatchObject({ ok: false });
      expect(
        await validate(
          schemaOf(() => Promise.resolve(result)),
          1,
        ),
      ).toMatchObject({ ok: false });
    },
  );

  it('does not overflow on a value that is too deep for its schema', async () => {
    interface Tree {
      readonly child?: Tree | undefined;
    }
    const tree: z.ZodType<Tree> = z.object({ child: z.lazy(() => tree).optional() });
    let value: Tree = {};
    for (let level = 0; level < 100_000; level += 1) value = { child: value };
    expect(await validate(tree, value)).toMatchObject({ ok: false });
  });

  it('lists so many issues and no more, each of a bounded length', () => {
    const long = 'k'.repeat(10_000);
    const schema = schemaOf(() => ({
      issues: Array.from({ length: 1_000 }, () => ({ message: long, path: [long] })),
    }));
    const result = validate(schema, 1);
    if (result instanceof Promise || result.ok) throw new TypeError('expected issues');
    expect(result.issues).toHaveLength(MAX_ISSUES);
    expect(describeIssues(result.issues).length).toBeLessThan(MAX_ISSUES * 600);
  });

  it('leaves prototypes alone', async () => {
    const hostile: unknown = JSON.parse('{"__proto__": {"polluted": true}}');
    await validate(z.record(z.string(), z.unknown()), hostile);
    await validate(anyJson, hostile);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe('jsonPath', () => {
  it.each([
    [undefined, '$'],
    [[], '$'],
    [['sources', 0, 'url'], '$.sources[0].url'],
    [[{ key: 'sources' }, { key: 1 }], '$.sources[1]'],
    [['odd key'], "$['odd key']"],
    [["it's \\ odd"], "$['it\\'s \\\\ odd']"],
    [['__proto__', ''], "$.__proto__['']"],
    [[Symbol('s')], "$['Symbol(s)']"],
    [['1st'], "$['1st']"],
    [['k'.repeat(100)], `$['${'k'.repeat(80)}…']`],
  ])('writes %p', (path, text) => {
    expect(jsonPath(path)).toBe(text);
  });
});

describe('describeIssues', () => {
  it('joins paths and messages', () => {
    const issues = [
      { path: '$.a', message: 'is missing' },
      { path: '$.b', message: 'is too small' },
    ];
    expect(describeIssues(issues)).toBe('$.a: is missing; $.b: is too small');
  });
});

describe('toJsonSchema', () => {
  it('gives each side its own form', () => {
    const schema = z.object({ pages: z.number().default(3) });
    expect(toJsonSchema(schema, 'input')?.['required']).toBeUndefined();
    expect(toJsonSchema(schema, 'output')?.['required']).toEqual(['pages']);
  });

  it('gives nothing where the library offers none or the type has no JSON form', () => {
    expect(toJsonSchema(laterShort, 'input')).toBeUndefined();
    expect(toJsonSchema(z.date(), 'input')).toBeUndefined();
    expect(toJsonSchema({} as never, 'input')).toBeUndefined();
  });
});

describe('anyJson', () => {
  it('takes any JSON value as it is', () => {
    const value = { a: [1, null, { b: 'text' }] };
    expect(validate(anyJson, value)).toEqual({ ok: true, value });
  });

  it('says where a value is no JSON', () => {
    expect(validate(anyJson, { a: [new Date(0)] })).toEqual({
      ok: false,
      issues: [{ path: '$.a[0]', message: 'a Date instance is not JSON' }],
    });
  });

  it('has the JSON Schema of anything', () => {
    expect([toJsonSchema(anyJson, 'input'), toJsonSchema(anyJson, 'output')]).toEqual([{}, {}]);
  });
});
