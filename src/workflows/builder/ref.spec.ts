import fc from 'fast-check';
import { z } from 'zod';
import { dataType } from '../../agents/index.js';
import { compileCondition, compileTemplate } from '../expressions/compile-template.js';
import type { Scope } from '../plan/plan.types.js';
import { at, errorOf, orElse, pathRef, present, sourceOf, statusOf, typed } from './ref.js';
import type { Ref, RefTo } from './ref.types.js';
import { render, renderCondition } from './render.js';
import { scopeOf } from './scope.js';
import { expr, text } from './tags.js';

interface Data {
  readonly name: string;
  readonly list: readonly { readonly n: number }[];
  readonly note?: string;
  readonly 'odd key': { readonly in: number };
}

const data = pathRef<Data>('input');
const { steps } = scopeOf(['write', 'look-up']) as { steps: Record<'write' | 'look-up', RefTo<Data | null>> };

/** What a wired value is in a run with this input. */
function valueIn(wired: unknown, input: unknown, outputs: Readonly<Record<string, unknown>> = {}): unknown {
  const names = { steps: new Set(['write', 'look-up']), extra: new Set<string>() };
  const { value, problems } = compileTemplate(render(wired, 'it'), names);
  expect(problems).toEqual([]);
  const views = Object.entries(outputs).map(([id, output]) => [
    id,
    { output, status: 'succeeded', error: null },
  ]);
  return value?.evaluate({
    input,
    steps: Object.fromEntries(views) as Scope['steps'],
    run: { id: 'r', workflow: 'w', startedAt: '' },
  });
}

const written = (ref: Ref<unknown>): unknown => render(ref, 'it');

describe('a reference', () => {
  it('is written as the path to what it stands for', () => {
    expect(written(data.name)).toBe('${ input.name }');
    expect(written(steps.write)).toBe('${ steps.write.output }');
    expect(written(steps['look-up'])).toBe('${ steps["look-up"].output }');
    expect(written(data['odd key'].in)).toBe('${ input["odd key"]["in"] }');
    expect(written(at(data.list, 2).n)).toBe('${ input.list[2].n }');
  });

  it('finds its value in a run, whatever the members are called', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 4 }),
        fc.jsonValue(),
        (path, leaf) => {
          const wired = path.reduce<Record<string, never>>(
            (ref, key) => ref[key] as never,
            pathRef('input') as never,
          );
          const input = path.reduceRight<unknown>((inner, key) => Object.fromEntries([[key, inner]]), leaf);
          expect(valueIn(wired, input)).toEqual(leaf);
        },
      ),
    );
  });

  it('is no text, so that a template without a tag is found out', () => {
    expect(() => `Hello ${data.name as unknown as string}`).toThrow(
      expect.objectContaining({ code: 'BUILDER_MISUSED', message: expect.stringContaining('text`…`') }),
    );
  });

  it('has no members by symbols, and is told apart from other objects', () => {
    expect((data as never)[Symbol.iterator]).toBeUndefined();
    expect(sourceOf({ expression: 'input' })).toBeUndefined();
    expect(sourceOf(null)).toBeUndefined();
  });
});

describe('at()', () => {
  it('takes positions of lists, also of what is computed', () => {
    expect(written(at(expr<Data[]>`[${data}, ${data}]`, 0).name)).toBe('${ ([input, input])[0].name }');
    expect(written(expr<Data>`[${data}][0]`)).toBe('${ [input][0] }');
    expect(written(present(expr<Data>`[${data}][0]`).name)).toBe('${ ([input][0]).name }');
    expect(() => at(data.list, -1)).toThrow(/no item -1/);
    expect(() => at('list' as never, 1)).toThrow(/at\(\) takes a reference/);
  });
});

describe('orElse()', () => {
  it('gives the value, or another where that is missing or null', () => {
    const note = orElse(data.note, 'none');
    expect(valueIn(note, { note: 'a' })).toBe('a');
    expect(valueIn(note, { note: null })).toBe('none');
    expect(valueIn(note, {})).toBe('none');
  });

  it('knows of steps without output, odd names and short lists', () => {
    const title = orElse(present(steps.write).name, data.name);
    expect(valueIn(title, { name: 'x' }, { write: { name: null } })).toBe('x');
    expect(valueIn(orElse(steps['look-up'], []), {}, { 'look-up': null })).toEqual([]);
    expect(valueIn(orElse(data['odd key'], { in: 1 }), {})).toEqual({ in: 1 });
    expect(valueIn(orElse(at(data.list, 1), { n: 7 }), { list: [] })).toEqual({ n: 7 });
    expect(valueIn(orElse(at(data.list, 1).n, -1.5), { list: [{ n: 0 }, { n: 3 }] })).toBe(3);
  });

  it('puts parentheses around what is computed', () => {
    const sum = orElse(expr<number>`1 + 2`, expr<number>`3 + 4`);
    expect(written(sum)).toBe('${ (1 + 2) != null ? 1 + 2 : (3 + 4) }');
    expect(written(expr`${sum} == 3`)).toBe('${ ((1 + 2) != null ? 1 + 2 : (3 + 4)) == 3 }');
  });
});

describe('typed(), statusOf() and errorOf()', () => {
  const Article = dataType('article', z.object({ title: z.string() }));

  it('know more of a reference', () => {
    expect(written(typed(steps.write, Article).title)).toBe('${ steps.write.output.title }');
    expect(written(statusOf(steps['look-up']))).toBe('${ steps["look-up"].status }');
    expect(written(present(errorOf(steps.write)).code)).toBe('${ steps.write.error.code }');
  });

  it('refuse what is no type and what is no step', () => {
    expect(() => typed(steps.write, z.string() as never)).toThrow(/takes a data type/);
    expect(() => statusOf(data.name)).toThrow(/statusOf\(\) takes a step/);
  });
});

describe('expr', () => {
  it('takes references and literals as operands', () => {
    const condition = expr`${data.name} in ["a", ${'b"\n'}] && ${expr`${1} == ${2.5}`} || ${true} != ${null}`;
    expect(renderCondition(condition, 'it')).toBe(
      '${ input.name in ["a", "b\\"\\n"] && (1 == 2.5) || true != null }',
    );
    expect(
      compileCondition(renderCondition(condition, 'it'), { steps: new Set(), extra: new Set() }).problems,
    ).toEqual([]);
  });

  it('writes any literal such that it is what it was', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), fc.boolean(), fc.constant(null)),
        (literal) => {
          fc.pre(typeof literal !== 'string' || literal.isWellFormed());
          expect(valueIn(expr<unknown>`[${literal}]`, {})).toEqual([literal]);
        },
      ),
    );
    expect(valueIn(expr<unknown>`${'${ input.name } }'}`, {})).toBe('${ input.name } }');
  });

  it('refuses texts within it, what is no JSON, and nothing', () => {
    expect(() => expr`${text`a ${data.name}` as never} == "a"`).toThrow(/cannot be part of an expression/);
    expect(() => expr`${Number.NaN} == 1`).toThrow(/cannot hold this value/);
    expect(() => expr`${{ a: [() => 1] } as never} == 1`).toThrow(/at \$\.a\[0\]/);
    expect(() => expr` `).toThrow(/holds nothing/);
  });
});

describe('text', () => {
  it('holds values of references between what is written', () => {
    const line = text`${data.name} has ${at(data.list, 0).n} of ${3}${null}${true}`;
    expect(written(line)).toBe('${ input.name } has ${ input.list[0].n } of 3true');
    expect(valueIn(line, { name: 'Ann', list: [{ n: 2 }] })).toBe('Ann has 2 of 3true');
  });

  it('may be part of another text', () => {
    const inner = text`costs ${data.name}$`;
    expect(valueIn(text`It ${inner}${data.name}`, { name: 'x' })).toBe('It costs x$x');
  });

  it('keeps dollars and braces of its own as they are', () => {
    const piece = fc.stringMatching(/^[${} a"]{0,6}$/);
    fc.assert(
      fc.property(piece, piece, piece, (before, between, after) => {
        const strings = Object.assign([before, between, `${after}.`], {
          raw: [],
        }) as unknown as TemplateStringsArray;
        expect(valueIn(text(strings, data.name, 'b${'), { name: 'x' })).toBe(
          `${before}x${between}b\${${after}.`,
        );
      }),
    );
  });

  it('refuses to be one reference alone, and has no members', () => {
    expect(() => text`${data.name}`).toThrow(/pass the reference itself/);
    expect(() => (text`a ${data.name}` as unknown as Data).name).toThrow(/a text has no members/);
    expect(() => present(text`a ${data.name}`)).toThrow(/present\(\) takes a reference/);
  });
});

describe('render()', () => {
  it('writes any JSON such that it evaluates to itself', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.stringify(valueIn(value, {}))).toBe(JSON.stringify(value));
      }),
    );
    expect(valueIn({ a: '${ input.x } $${', __proto__: null }, {})).toEqual({ a: '${ input.x } $${' });
  });

  it('writes references wherever they are, and leaves out what is undefined', () => {
    expect(render({ a: [data.name, 1], b: undefined, c: { d: text`x ${data.name}` } }, 'it')).toEqual({
      a: ['${ input.name }', 1],
      c: { d: 'x ${ input.name }' },
    });
  });

  it('refuses what JSON cannot carry, and what contains itself', () => {
    expect(() => render({ when: new Date(0) }, 'the output')).toThrow(
      /the output is no JSON at \$\.when: a Date/,
    );
    expect(() => render([1n], 'the output')).toThrow(/at \$\[0\]/);
    const circle: unknown[] = [];
    circle.push(circle);
    expect(() => render(circle, 'the output')).toThrow(/nests deeper than 32/);
  });
});
