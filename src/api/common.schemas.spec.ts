import fc from 'fast-check';
import { duration, jsonValue, queryBoolean, queryInteger, queryNumber } from './common.schemas.js';

/** The messages of what is wrong; none for a value that is fine. */
function problemsOf(schema: typeof jsonValue | ReturnType<typeof duration>, value: unknown): string[] {
  return schema.safeParse(value).error?.issues.map(({ message }) => message) ?? [];
}

describe('jsonValue', () => {
  it('takes any JSON value as it is', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 10 }), (value) => {
        expect(jsonValue.parse(value)).toBe(value);
      }),
    );
  });

  it('refuses what nests deep, and says where', () => {
    let value: unknown = 1;
    for (let level = 0; level < 10_000; level += 1) value = { a: value };
    const issue = jsonValue.safeParse(value).error?.issues[0];
    expect(issue).toMatchObject({ message: 'nests deeper than 100 levels' });
    expect(issue?.path).toHaveLength(100);
  });

  it('refuses what JSON cannot carry', () => {
    expect(problemsOf(jsonValue, { a: 1n })).toEqual(['a bigint is not JSON']);
  });
});

describe('duration', () => {
  const upToMinute = duration(60_000);

  it.each([
    ['0ms', 0],
    ['250ms', 250],
    ['1.5s', 1_500],
    ['1m', 60_000],
  ])('reads %s as %d milliseconds', (text, durationMs) => {
    expect(upToMinute.parse(text)).toBe(durationMs);
  });

  it.each([
    ['61s', 'is longer than 60s'],
    ['1d', 'is longer than 60s'],
    ['10', '"10" is not a duration'],
    ['-1s', 'is not a duration'],
    ['', 'is not a duration'],
    ['1 s', 'is not a duration'],
    ['9'.repeat(30), 'Too big'],
    [10, 'expected string'],
    [['1s', '2s'], 'expected string'],
  ])('refuses %j', (text, problem) => {
    expect(problemsOf(upToMinute, text).join()).toContain(problem);
  });
});

describe('numbers of a query', () => {
  it.each(['1', '50', '500', '1e2'])('take the whole number %s', (text) => {
    expect(queryInteger(1, 500).parse(text)).toBe(Number(text));
  });

  it.each([
    '0',
    '501',
    '1.5',
    '',
    ' ',
    'ten',
    '-1',
    'NaN',
    'Infinity',
    '1,5',
    '9'.repeat(400),
    ['1', '2'],
    undefined,
  ])('refuse the whole number %j', (text) => {
    expect(queryInteger(1, 500).safeParse(text).success).toBe(false);
  });

  it('take fractions where these make sense', () => {
    expect(queryNumber(0.001, 8_784).parse('0.5')).toBe(0.5);
    expect(queryNumber(0.001, 8_784).safeParse('').success).toBe(false);
    expect(queryNumber(0.001, 8_784).safeParse('Infinity').success).toBe(false);
  });
});

describe('queryBoolean', () => {
  it('knows true and false and nothing else', () => {
    expect(queryBoolean.parse('true')).toBe(true);
    expect(queryBoolean.parse('false')).toBe(false);
    for (const text of ['', '1', 'yes', 'TRUE', ['true', 'true'], true]) {
      expect(queryBoolean.safeParse(text).success).toBe(false);
    }
  });
});
