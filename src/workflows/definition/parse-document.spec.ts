import fc from 'fast-check';
import { DEFINITION_LIMITS } from './definition-limits.js';
import { parseDocument } from './parse-document.js';

/** Code and message of the first problem. */
function problemOf(text: string, format: 'yaml' | 'json' = 'yaml'): string {
  const parsed = parseDocument(text, format);
  return parsed.ok ? 'none' : `${parsed.problems[0]?.code}: ${parsed.problems[0]?.message}`;
}

/** Each line a level deeper than the one above. */
const STAIRS = Array.from({ length: 1_400 }, (_, level) => `${' '.repeat(level)}a:`).join('\n');

describe('parseDocument', () => {
  it('reads YAML as JSON, expressions without quotes included', () => {
    const text = [
      'name: market_brief # a comment',
      'steps:',
      '  - id: research',
      '    capability: web_research',
      '    input: ${ input.topic }',
      '    retry: { attempts: 3, delay: 1s }',
      '    after: []',
    ].join('\n');
    expect(parseDocument(text, 'yaml')).toEqual({
      ok: true,
      value: {
        name: 'market_brief',
        steps: [
          {
            id: 'research',
            capability: 'web_research',
            input: '${ input.topic }',
            retry: { attempts: 3, delay: '1s' },
            after: [],
          },
        ],
      },
    });
  });

  it('has no types that JSON has not: dates, yes and no are texts', () => {
    expect(parseDocument('[2020-01-01, yes, no, ~, 0x10, 1e3]', 'yaml')).toEqual({
      ok: true,
      value: ['2020-01-01', 'yes', 'no', null, 16, 1_000],
    });
  });

  it('reads back any JSON, in either form', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 4 }),
        fc.constantFrom<'json' | 'yaml'>('json', 'yaml'),
        (value, format) => {
          const text = JSON.stringify(value);
          const parsed = parseDocument(text, format);
          expect(parsed.ok && JSON.parse(JSON.stringify(parsed.value))).toEqual(JSON.parse(text));
        },
      ),
    );
  });

  it.each([
    ['a: "open', 'DOCUMENT_MALFORMED: line 1, column 9: Missing closing "quote'],
    ['a: 1\n b: 2', /^DOCUMENT_MALFORMED: line 1, column 4: /],
    ['a: 1\nb: 2\na: 3', 'DOCUMENT_MALFORMED: line 3, column 1: the key "a" stands there twice'],
    ['{x: {k: 1, k: 2}}', 'DOCUMENT_MALFORMED: line 1, column 12: the key "k" stands there twice'],
    [
      'a: 1\n---\nb: 2',
      'DOCUMENT_MALFORMED: line 2, column 1: a second document begins here; send one at a time',
    ],
    ['a: !!js/function "x"', /^DOCUMENT_MALFORMED: line 1, column 4: Unresolved tag/],
    ['a: !!binary aGk=', /^DOCUMENT_MALFORMED: line 1, column 4: Unresolved tag/],
    ['? [a]\n: b', /^DOCUMENT_MALFORMED: line 1, column 3: /],
    ['&k a: 1\n*k : 2', 'DOCUMENT_MALFORMED: line 2, column 1: a key must be a text; write it in quotes'],
    ['? : x', /^DOCUMENT_MALFORMED: /],
    ['a: *nobody', /^DOCUMENT_MALFORMED: is no YAML that can be read: Unresolved alias/],
  ])('refuses the YAML %j', (text, expected) => {
    expect(problemOf(text)).toEqual(
      typeof expected === 'string' ? expected : expect.stringMatching(expected),
    );
  });

  it.each([
    ['brackets', '['.repeat(500_000), 'DOCUMENT_TOO_DEEP: nests deeper than 32 levels'],
    ['dashes', '- '.repeat(500_000), 'DOCUMENT_TOO_DEEP: nests deeper than 32 levels'],
    ['levels of indentation', STAIRS, 'DOCUMENT_TOO_DEEP: nests deeper than 32 levels'],
    ['lines', '- a\n'.repeat(200_000), /^DOCUMENT_TOO_LARGE: has more parts/],
  ])('refuses YAML of too many %s', (_, text, expected) => {
    expect(problemOf(text)).toEqual(
      typeof expected === 'string' ? expected : expect.stringMatching(expected),
    );
  });

  it.each([
    ['{"a": 1,}', /^DOCUMENT_MALFORMED: is no JSON: .*position 8/],
    ['', /^DOCUMENT_MALFORMED: is no JSON/],
    ['a: 1', /^DOCUMENT_MALFORMED: is no JSON/],
    ['{\n"a": 1,\n"a": 2}', /^DOCUMENT_MALFORMED: line 3, column 1: the key "a" stands there twice$/],
  ])('refuses the JSON %j', (text, expected) => {
    expect(problemOf(text, 'json')).toMatch(expected);
  });

  it('refuses what is too large before it reads any of it', () => {
    const { maxBytes } = DEFINITION_LIMITS;
    expect(problemOf('['.repeat(maxBytes + 1))).toMatch(/^DOCUMENT_TOO_LARGE: is larger than 1048576 bytes/);
    expect(problemOf(`"${'ä'.repeat(maxBytes / 2)}"`, 'json')).toMatch(/^DOCUMENT_TOO_LARGE/);
    expect(problemOf(`"${'a'.repeat(maxBytes - 2)}"`, 'json')).toBe('none');
  });

  it('does not let aliases stand for a huge value', () => {
    const text = [
      'a: &a [x, x, x, x, x, x, x, x]',
      'b: &b [*a, *a, *a, *a, *a, *a, *a, *a]',
      'c: &c [*b, *b, *b, *b, *b, *b, *b, *b]',
      'd: [*c, *c, *c, *c, *c, *c, *c, *c]',
    ].join('\n');
    expect(problemOf(text)).toMatch(/^DOCUMENT_MALFORMED: .*alias/i);
  });

  it('keeps a member named __proto__ a member', () => {
    for (const [text, format] of [
      ['__proto__: {isAdmin: true}', 'yaml'],
      ['{"__proto__": {"isAdmin": true}}', 'json'],
    ] as const) {
      const parsed = parseDocument(text, format);
      const value = parsed.ok ? (parsed.value as object) : {};
      expect(Object.keys(value)).toEqual(['__proto__']);
      expect('isAdmin' in value).toBe(false);
    }
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        for (const format of ['yaml', 'json'] as const)
          expect(typeof parseDocument(text, format).ok).toBe('boolean');
      }),
    );
    const signs = fc.array(
      fc.constantFrom(...'- ? : , [ ] { } # & * ! | > \' " % @ ` \n a ~ 0'.split(' '), ' '),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(signs, (parts) => {
        expect(typeof parseDocument(parts.join(''), 'yaml').ok).toBe('boolean');
      }),
      { numRuns: 1_000 },
    );
  });
});
