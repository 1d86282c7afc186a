import fc from 'fast-check';
import { CadreError } from '../../common/index.js';
import type { Scope } from '../plan/plan.types.js';
import { compileCondition, compileTemplate } from './compile-template.js';
import { EXPRESSION_LIMITS } from './expression-limits.js';
import type { KnownNames } from './expression.types.js';

const NAMES: KnownNames = { steps: new Set(['a']), extra: new Set(['x', 'constructor', 'toString']) };

function scopeWith(input: unknown): Scope {
  return { input, steps: {}, run: { id: 'run-1', workflow: 'w', startedAt: '' }, x: {} };
}

function codesOf(template: unknown): string[] {
  return compileTemplate(template, NAMES).problems.map(({ code }) => code);
}

/** The reason why an expression over this input fails. */
function failureOf(expression: string, input: unknown): string {
  const { value, problems } = compileTemplate(`\${ ${expression} }`, NAMES);
  expect(problems).toEqual([]);
  try {
    return `gave ${typeof value?.evaluate(scopeWith(input))}`;
  } catch (error) {
    return String((error as CadreError).details['reason']);
  }
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

describe('expressions that refer to nothing', () => {
  it('are evaluated in the run where that takes long, so that thousands of them are checked at once', () => {
    const list = JSON.stringify(numbers(200));
    const once = compileTemplate(`\${ size(${list}.map(a, ${list}.exists(b, a + b > 1000))) }`, NAMES);
    expect([once.problems, once.value?.constant]).toEqual([[], undefined]);
    expect(once.value?.evaluate(scopeWith(null))).toBe(200);
    const tooMuch = `[${'1,'.repeat(450)}]`;
    expect(failureOf(`${tooMuch}.map(a, ${tooMuch}.map(b, a + b))`, null)).toMatch(/^it takes more than/);
  });
});

describe('prototypes and the host', () => {
  it('cannot be reached through members', () => {
    const input = { list: [], text: 'a', data: {} };
    for (const path of [
      '__proto__',
      'constructor',
      'prototype',
      'toString',
      'hasOwnProperty',
      '__defineGetter__',
      'length',
    ]) {
      for (const owner of [
        'input',
        'input.list',
        'input.text',
        'input.data',
        'x',
        'run',
        '[1]',
        '{"a": 1}',
      ]) {
        expect(
          compileTemplate(`\${ has(${owner}["${path}"]) }`, NAMES).value?.evaluate(scopeWith(input)) ?? false,
        ).toBe(false);
        const { value } = compileTemplate(`\${ ${owner}["${path}"] }`, NAMES);
        if (value) expect(() => value.evaluate(scopeWith(input))).toThrow(/there is no|is a list/);
      }
    }
  });

  it('cannot be reached through variables that nobody set', () => {
    expect(failureOf('constructor', {})).toBe('there is no "constructor" here');
    expect(failureOf('toString.name', {})).toBe('there is no "toString" here');
    expect(failureOf('has(constructor.name) ? 1 : toString', {})).toBe('there is no "toString" here');
  });

  it('cannot be reached through calls', () => {
    const calls = [
      'eval("1")',
      'input.constructor("a")',
      'input.call()',
      'x.toString()',
      'x.valueOf()',
      'Function("a")()',
      'process.exit()',
      'cel.bind(y, 1, y)',
      'type(1)',
      'google.protobuf.Timestamp',
      'globalThis',
      'this',
      'console.log(1)',
      'x.at(0)',
      'b"e30=".json()',
      'import("fs")',
      '`a`',
      'x => x',
      'x = 1',
      'x; 1',
      'optional.of(1)',
    ];
    for (const call of calls) expect(codesOf(`\${ ${call} }`)).not.toEqual([]);
  });

  it('cannot be changed by objects that an expression makes', () => {
    const { value } = compileTemplate('${ {"__proto__": {"polluted": input}, "constructor": 1} }', NAMES);
    const made = value?.evaluate(scopeWith(true)) as Record<string, unknown>;
    expect(Object.keys(made)).toEqual(['__proto__', 'constructor']);
    expect(made['polluted']).toBeUndefined();
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    const nested = compileTemplate('${ {"__proto__": [1, input]} }', NAMES).value?.evaluate(scopeWith(2));
    expect(JSON.stringify(nested)).toBe('{"__proto__":[1,2]}');
  });

  it('cannot be reached through regular expressions, which may take for ever', () => {
    const [problem] = compileTemplate('${ input.matches("(a+)+$") }', NAMES).problems;
    expect(problem?.message).toContain(
      'Regular expressions can take for ever; write contains(), startsWith() or endsWith().',
    );
  });
});

describe('what is written', () => {
  it('is bounded in length', () => {
    const fits = `\${${'x'.padEnd(EXPRESSION_LIMITS.maxLength)}}`;
    expect(codesOf(fits)).toEqual([]);
    expect(codesOf(`\${ ${fits.slice(2)}`)).toEqual(['EXPRESSION_TOO_LARGE']);
  });

  it('is bounded in size and depth', () => {
    const { maxNodes, maxDepth } = EXPRESSION_LIMITS;
    expect(codesOf(`\${ ${'1+'.repeat(maxNodes)}1 }`)).toEqual(['EXPRESSION_TOO_LARGE']);
    expect(codesOf(`\${ ${'!'.repeat(4_000)}true }`)).toEqual(['EXPRESSION_TOO_LARGE']);
    expect(codesOf(`\${ ${'('.repeat(maxDepth + 1)}1${')'.repeat(maxDepth + 1)} }`)).toEqual([
      'EXPRESSION_TOO_LARGE',
    ]);
    expect(codesOf(`\${ x${'.a'.repeat(maxDepth + 1)} }`)).toEqual(['EXPRESSION_TOO_LARGE']);
    expect(codesOf(`\${ ${'true ? 1 : '.repeat(maxDepth + 1)}1 }`)).toEqual(['EXPRESSION_TOO_LARGE']);
  });

  it('has at most two loops within one another', () => {
    expect(codesOf('${ input.map(a, input.map(b, a + b)).map(c, c) }')).toEqual([]);
    expect(codesOf('${ input.map(a, input.all(b, input.exists(c, true))) }')).toEqual([
      'EXPRESSION_TOO_LARGE',
    ]);
  });

  it('is bounded as a template', () => {
    const nest = (depth: number): unknown => (depth === 0 ? '${ x }' : [nest(depth - 1)]);
    expect(codesOf(nest(EXPRESSION_LIMITS.maxTemplateDepth))).toEqual([]);
    expect(codesOf(nest(EXPRESSION_LIMITS.maxTemplateDepth + 1))).toEqual(['EXPRESSION_TOO_LARGE']);
    expect(codesOf(nest(200))).toEqual(['EXPRESSION_INVALID']);
    const { maxTemplateValues } = EXPRESSION_LIMITS;
    expect(codesOf(new Array(maxTemplateValues).fill('${ x }'))).toEqual(['EXPRESSION_TOO_LARGE']);
    expect(codesOf('${ x }'.repeat(maxTemplateValues))).toEqual(['EXPRESSION_TOO_LARGE']);
  });

  it('is left alone when more is wrong with it than anybody reads', () => {
    expect(codesOf(new Array(5_000).fill('${ y }'))).toHaveLength(EXPRESSION_LIMITS.maxProblems);
  });

  it('is taken apart in bounded time', () => {
    expect(codesOf(`\${ ${'""" \\'.repeat(100_000)}`)).toEqual(['EXPRESSION_TOO_LARGE']);
    expect(codesOf(`\${ ${"'".repeat(100_001)}`)).toEqual(['EXPRESSION_TOO_LARGE']);
    expect(codesOf(`\${ ${'steps.a-'.repeat(500)} }`)).toEqual(['EXPRESSION_TOO_LARGE']);
  });

  it('never does more than have problems', () => {
    const bits = [
      '${',
      '}',
      '"',
      "'",
      '"""',
      '\\',
      '//',
      '$',
      '{',
      '(',
      ')',
      '[',
      ']',
      '.',
      ',',
      '?',
      ':',
      '-',
      '!',
      ' ',
      '\n',
      'steps',
      'a-b',
      'input',
      'map',
      'has',
      'cel.bind',
      'in',
      '1',
      '0x',
      '1e',
      'é',
      'b"',
      "r'",
      '&&',
      '==',
    ];
    const text = fc.array(fc.constantFrom(...bits), { maxLength: 20 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, fc.boolean(), (source, isWrapped) => {
        const template = isWrapped ? `\${${source}}` : source;
        const { value, problems } = compileTemplate(template, NAMES);
        expect(value === undefined).toBe(problems.length > 0);
        expect(compileCondition(template, NAMES).problems.length).toBeGreaterThanOrEqual(
          problems.length > 0 ? 1 : 0,
        );
      }),
      { numRuns: 500 },
    );
  });
});

describe('what is evaluated', () => {
  const tooMuch = `it takes more than ${EXPRESSION_LIMITS.maxWork} operations; let it go over less data, or let an agent do this`;
  const textTooLong = `it makes a text of more than ${EXPRESSION_LIMITS.maxTextLength} characters`;

  it('is bounded in work', () => {
    const list = numbers(100_000);
    const text = 'x'.repeat(1_000_000);
    const few = numbers(1_000);
    const expressions: Record<string, unknown> = {
      'size(input.map(a, input.map(b, a * b)))': list,
      'input.exists(a, input.exists(b, b.x == a))': list,
      'input.map(a, a in input)': list,
      'input.map(a, input + input)': list,
      'input.list.map(a, input.text.split(""))': { list: few, text },
      'input.list.map(a, size(input.text + "y"))': { list: few, text },
      'input.list.map(a, input.text + "y" == input.text + "z")': { list: few, text },
    };
    for (const [expression, input] of Object.entries(expressions)) {
      expect(failureOf(expression, input)).toBe(tooMuch);
    }
  });

  it('pays for what a search compares, which hostile texts make quadratic', () => {
    const text = 'x'.repeat(200_000);
    const part = `${'x'.repeat(50_000)}y${'x'.repeat(50_000)}`;
    for (const call of ['contains', 'indexOf', 'lastIndexOf', 'split']) {
      expect(failureOf(`input.text.${call}(input.part)`, { text, part })).toBe(tooMuch);
      expect(failureOf(`input.text.${call}("a sentence that is looked for")`, { text })).not.toBe(tooMuch);
    }
    expect(failureOf('input.text.startsWith(input.part)', { text, part })).toBe('gave boolean');
  });

  it('cannot cover up that it was too much', () => {
    const heavy = 'input.split("") == []';
    const text = 'x'.repeat(1_000_001);
    expect(failureOf(`${heavy} || true`, text)).toBe(tooMuch);
    expect(failureOf(`false && ${heavy}`, text)).toBe('gave boolean');
    expect(failureOf(`${heavy} && false`, text)).toBe(tooMuch);
    expect(failureOf(`[1, 2].exists(c, c == 2 || ${heavy})`, text)).toBe(tooMuch);
    expect(failureOf(`has([${heavy}][0].a)`, text)).toBe(tooMuch);
  });

  it('goes over a long list once', () => {
    const list = numbers(100_000);
    expect(failureOf('input.filter(a, a > 5 && has(a.x)).map(a, {"n": a})', list)).toBe('gave object');
  });

  it('makes bounded texts', () => {
    const text = 'x'.repeat(EXPRESSION_LIMITS.maxTextLength - 10);
    expect(failureOf('input + "0123456789"', text)).toBe('gave string');
    expect(failureOf('input + "0123456789!"', text)).toBe(textTooLong);
    expect(failureOf('["a", "b", "c"].join(input)', text)).toBe(textTooLong);
    expect(failureOf('[input, input]', text)).toBe(textTooLong);
    expect(failureOf('[{"a": input}, {"a": input}]', text)).toBe(textTooLong);
    expect(failureOf('[input]', { [text]: 1, [`${text}!`]: 1 })).toBe(textTooLong);
  });

  it('writes bounded texts', () => {
    const text = 'x'.repeat(EXPRESSION_LIMITS.maxTextLength - 10);
    const { value } = compileTemplate('${ input } and no more', NAMES);
    expect(value?.evaluate(scopeWith('x'))).toBe('x and no more');
    expect(() => value?.evaluate(scopeWith(text))).toThrow(textTooLong);
    expect(() => value?.evaluate(scopeWith([text, text]))).toThrow(textTooLong);
    expect(compileTemplate(`\${ 1 } ${text} and no more`, NAMES).problems[0]?.message).toContain(textTooLong);
  });

  it('makes bounded results, counting what stands in several places each time', () => {
    const input = { big: numbers(2_000).map((n) => [n]), list: numbers(1_000) };
    expect(failureOf('input.list.map(a, input.big)', input)).toBe(
      'its result holds more than 1000000 values',
    );
    expect(failureOf('[input.big, input.big, {"a": input.big}]', input)).toBe('gave object');
  });

  it('fails in its own words over data that is no JSON', () => {
    const loop: unknown[] = [];
    loop.push(loop);
    expect(failureOf('[input]', loop)).toContain('Maximum call stack size exceeded');
    expect(failureOf('-input.a', { a: () => 1 })).toBe('- cannot be put before a function');
    expect(failureOf('input.a', Object.defineProperty({}, 'a', { get: () => 1 }))).toBe('gave number');
    const { value } = compileTemplate('a ${ input }', NAMES);
    expect(() => value?.evaluate(scopeWith({ toJSON: () => 1n }))).toThrow(CadreError);
  });

  it('names the expression, cut', () => {
    const { value } = compileTemplate(`\${ input.a + "${'x'.repeat(500)}" }`, NAMES);
    expect(() => value?.evaluate(scopeWith({}))).toThrow(
      `The expression "input.a + "${'x'.repeat(189)}…" failed: there is no input.a.`,
    );
  });
});
