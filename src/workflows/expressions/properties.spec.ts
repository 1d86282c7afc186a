import { Environment } from '@marcbachmann/cel-js';
import fc from 'fast-check';
import type { Scope } from '../plan/plan.types.js';
import { compileTemplate } from './compile-template.js';
import type { KnownNames } from './expression.types.js';

/** The evaluator of cel-js, which this folder does not use: an independent judge where it knows what we know. */
const cel = new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false });

const MEMBERS = ['a', 'b', 'cd', 'odd key', '__proto__', 'length', ''];
const NAMES: KnownNames = { steps: new Set(['s', 'my-step']), extra: new Set(['item', 'index']) };

const member = fc.constantFrom(...MEMBERS);
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, false, 0, 1, 2.5, '', 'a', 'text'),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(member, tie('json'), { maxKeys: 4 }),
  ),
}));
const step = fc.record({ output: json, status: fc.constant('succeeded' as const), error: fc.constant(null) });
const scopes: fc.Arbitrary<Scope> = fc.record({
  input: json,
  steps: fc.record({ s: step, 'my-step': step }),
  run: fc.constant({ id: 'run-1', workflow: 'w', startedAt: '2026-01-01T00:00:00Z' }),
  item: json,
  index: fc.nat(3),
});

const segment = fc.oneof(
  fc.constantFrom('.a', '.b', '.cd', '.length', '.__proto__'),
  member.map((name) => `[${JSON.stringify(name)}]`),
  fc.nat(3).map((index) => `[${index}]`),
);
const roots = fc.constantFrom(
  'input',
  'item',
  'index',
  'run.id',
  'steps.s.output',
  'steps["my-step"].output',
);
const references = fc
  .tuple(roots, fc.array(segment, { maxLength: 4 }))
  .map(([root, segments]) => root + segments.join(''));

/** What an evaluation gives, or that it fails: the messages of two evaluators differ. */
function outcome(evaluate: () => unknown): { readonly value: unknown } | 'fails' {
  try {
    return { value: evaluate() };
  } catch {
    return 'fails';
  }
}

function ours(expression: string, scope: Scope): ReturnType<typeof outcome> {
  const { value, problems } = compileTemplate(`\${ ${expression} }`, NAMES);
  // Three loops within one another, which cel-js allows.
  fc.pre(!problems.some(({ code }) => code === 'EXPRESSION_TOO_LARGE'));
  return value ? outcome(() => value.evaluate(scope)) : 'fails';
}

function toJson(value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}

function theirs(expression: string, scope: Scope): ReturnType<typeof outcome> {
  return outcome(() => toJson(cel.evaluate(expression, scope)));
}

describe('a plain reference', () => {
  it('gives what CEL gives, by identity, or fails where CEL does', () => {
    let values = 0;
    fc.assert(
      fc.property(references, scopes, (reference, scope) => {
        const [mine, judge] = [ours(reference, scope), theirs(reference, scope)];
        if (mine === 'fails' || judge === 'fails') expect(mine).toEqual(judge);
        else expect(mine.value).toBe(judge.value);
        if (mine !== 'fails') values += 1;
      }),
      { numRuns: 500 },
    );
    // Or it would hold for want of anything to compare.
    expect(values).toBeGreaterThan(50);
  });

  it('gives the same within an expression as alone', () => {
    fc.assert(
      fc.property(references, scopes, (reference, scope) => {
        expect(ours(`true ? ${reference} : null`, scope)).toEqual(ours(reference, scope));
        const isThere = ours(reference, scope) !== 'fails';
        if (/[.[]/.test(reference)) expect(ours(`has(${reference})`, scope)).toEqual({ value: isThere });
      }),
    );
  });
});

describe('an expression', () => {
  type Grammar = Record<'int' | 'double' | 'text' | 'bool' | 'list', string>;

  /** What both evaluators know: cel-js refuses `int + double`, and so there is none of it here. */
  const grammar = fc.letrec<Grammar>((tie) => {
    const infix = (operand: fc.Arbitrary<string>, ...operators: string[]): fc.Arbitrary<string> =>
      fc
        .tuple(operand, fc.constantFrom(...operators), operand)
        .map(([left, operator, right]) => `(${left} ${operator} ${right})`);
    const loop = (name: string, body: fc.Arbitrary<string>): fc.Arbitrary<string> =>
      fc.tuple(tie('list'), body).map(([list, rest]) => `${list}.${name}(x, ${rest})`);
    const test = fc.oneof(infix(fc.constantFrom('x', '1.5', 'item.d'), '<', '>=', '=='), tie('bool'));
    const depthSize = 'small';
    return {
      int: fc.oneof(
        { depthSize },
        fc.constantFrom('0', '1', '7', '-3', 'size("héé")'),
        infix(tie('int'), '+', '-', '*', '/', '%'),
        tie('list').map((list) => `size(${list})`),
        tie('text').map((text) => `${text}.indexOf("a")`),
      ),
      double: fc.oneof(
        { depthSize },
        fc.constantFrom('0.5', '2.0', '-1.25', 'item.d', 'item.list[1]'),
        infix(tie('double'), '+', '-', '*'),
        tie('int').map((int) => `double(${int})`),
      ),
      text: fc.oneof(
        { depthSize },
        fc.constantFrom('"a"', "'b c'", '""', 'item.text'),
        infix(tie('text'), '+'),
        tie('int').map((int) => `string(${int})`),
        fc
          .tuple(tie('text'), fc.constantFrom('upperAscii()', 'trim()', 'substring(1)'))
          .map((all) => all.join('.')),
      ),
      bool: fc.oneof(
        { depthSize },
        fc.constantFrom('true', 'false', 'item.flag', 'has(item.d)', 'has(item.nope)', 'item.nope'),
        infix(tie('bool'), '&&', '||', '=='),
        infix(tie('int'), '<', '<=', '>', '>=', '==', '!='),
        infix(tie('double'), '<', '<=', '>', '>=', '==', '!='),
        infix(tie('text'), '<', '>=', '==', '!='),
        fc.tuple(tie('int'), tie('double')).map(([int, double]) => `(${int} < ${double})`),
        fc.tuple(tie('double'), tie('list')).map(([double, list]) => `(${double} in ${list})`),
        fc.tuple(tie('text'), tie('text')).map(([text, part]) => `${text}.contains(${part})`),
        tie('bool').map((bool) => `!${bool}`),
        loop('all', test),
        loop('exists', test),
        loop('exists_one', test),
      ),
      list: fc.oneof(
        { depthSize },
        fc.constantFrom('item.list', '[0.5, 1.5]', 'item.none'),
        loop('filter', test),
        loop('map', fc.constantFrom('x', 'x + 1.5', 'x * item.d')),
      ),
    };
  });
  const { int, double, text, bool, list } = grammar;
  const expressions = fc.oneof(
    int,
    double,
    text,
    bool,
    list,
    fc.tuple(bool, double, double).map(([condition, yes, no]) => `${condition} ? ${yes} : ${no}`),
  );

  it('gives what it gives by the evaluator of cel-js, where that has the same types', () => {
    const scope: Scope = {
      input: null,
      steps: {},
      run: { id: 'run-1', workflow: 'w', startedAt: '' },
      item: { d: 1.5, list: [0.5, 1.5, -2.5], none: [], text: ' a bc', flag: true },
    };
    let values = 0;
    fc.assert(
      fc.property(expressions, (expression) => {
        const mine = ours(expression, scope);
        if (mine !== 'fails') values += 1;
        expect(mine).toEqual(theirs(expression, scope));
      }),
      { numRuns: 500 },
    );
    expect(values).toBeGreaterThan(250);
  });
});
