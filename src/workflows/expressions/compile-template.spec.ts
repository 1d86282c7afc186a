import type { Scope, StepView } from '../plan/plan.types.js';
import { compileCondition, compileTemplate } from './compile-template.js';
import type { KnownNames, TemplateProblem } from './expression.types.js';

const NAMES: KnownNames = {
  input: new Set(['topic', 'company', 'count']),
  steps: new Set(['research', 'step-1']),
  extra: new Set(['item']),
};

const REPORT = { findings: ['a', 'b'], sources: [] };

function succeeded(output: unknown): StepView {
  return { output, status: 'succeeded', error: null };
}

const SCOPE: Scope = {
  input: { topic: 'AI', company: null, count: 2 },
  steps: { research: succeeded(REPORT), 'step-1': succeeded('first') },
  run: { id: 'run-1', workflow: 'brief', startedAt: '2026-01-31T09:00:00.000Z' },
  item: { n: 1 },
};

function render(template: unknown, scope = SCOPE): unknown {
  const { value, problems } = compileTemplate(template, NAMES);
  expect(problems).toEqual([]);
  return value?.evaluate(scope);
}

function problemsOf(template: unknown): readonly TemplateProblem[] {
  const compiled = compileTemplate(template, NAMES);
  expect(compiled.value).toBeUndefined();
  return compiled.problems;
}

describe('a template', () => {
  it('gives the very value of a text that is one expression', () => {
    expect(render('${ steps.research.output }')).toBe(REPORT);
    expect(render('${steps.research.output.findings}')).toBe(REPORT.findings);
  });

  it('writes values into a longer text', () => {
    expect(render('on ${ input.topic }: ${ input.count }, ${ input.company }, ${ 1 > 0 }')).toBe(
      'on AI: 2, , true',
    );
    expect(render('${ input.topic } ')).toBe('AI ');
    expect(render('got ${ steps.research.output }')).toBe('got {"findings":["a","b"],"sources":[]}');
  });

  it('fills in texts at any depth and leaves the rest as it is', () => {
    const template = {
      report: '${ steps.research.output }',
      list: [1, '${ item.n }', { none: null }],
      odd: true,
    };
    expect(render(template)).toEqual({ report: REPORT, list: [1, 1, { none: null }], odd: true });
  });

  it('leaves out members that are undefined, as JSON does', () => {
    expect(render({ a: undefined, b: '${ input.count }' })).toEqual({ b: 2 });
  });

  it('takes $${ for ${ itself', () => {
    expect(render('$${ input.topic }')).toBe('${ input.topic }');
    expect(render('$$${ ${ input.topic }$${}')).toBe('$${ AI${}');
    expect(render('$ {a} $')).toBe('$ {a} $');
  });

  it('finds the end of an expression behind braces, texts with braces and comments', () => {
    expect(render('${ {"a": {"b": "}"}} }')).toEqual({ a: { b: '}' } });
    expect(render(`\${ '}' + "{" + r'\\\\' + """}"}""" + '''}'}''' }!`)).toBe('}{\\\\}"}}\'}!');
    expect(render('${ "\\"}" } and ${ 1 // a }\n }')).toBe('"} and 1');
  });

  it('knows its value where it refers to nothing, and shares it frozen', () => {
    const { value } = compileTemplate({ a: [1, 'x'], b: 'n = ${ 1 + 1 }', c: '${ [3] }' }, NAMES);
    expect(value?.constant?.value).toEqual({ a: [1, 'x'], b: 'n = 2', c: [3] });
    expect(value?.evaluate(SCOPE)).toBe(value?.constant?.value);
    expect(Object.isFrozen((value!.constant!.value as { c: number[] }).c)).toBe(true);
  });

  it('does not keep the template it was given', () => {
    const template = { a: ['x'] };
    const { value } = compileTemplate(template, NAMES);
    template.a[0] = 'changed';
    expect(value?.evaluate(SCOPE)).toEqual({ a: ['x'] });
  });

  it('tells of which step it is the whole output, or which member of the input', () => {
    const whole = (template: unknown): unknown => {
      const { wholeOutputOf, wholeInputMember } = compileTemplate(template, NAMES).value!;
      return { wholeOutputOf, wholeInputMember };
    };
    expect(whole('${ steps.research.output }')).toEqual({ wholeOutputOf: 'research' });
    expect(whole('${ steps["step-1"]["output"] }')).toEqual({ wholeOutputOf: 'step-1' });
    expect(whole('${ input.topic }')).toEqual({ wholeInputMember: 'topic' });
    for (const other of [
      '${ steps.research.status }',
      '${ steps.research.output.a }',
      '${ input }',
      '${ item }',
    ]) {
      expect(whole(other)).toEqual({});
    }
    expect(whole('${ input.topic } ')).toEqual({});
    expect(whole('${ input.topic[0] }')).toEqual({});
  });

  it('tells what it refers to, also within computed parts', () => {
    const { stepIds, inputMembers } = compileTemplate(
      { a: '${ size(steps.research.output.findings) > input.count }', b: ['x ${ steps.step-1.output }'] },
      NAMES,
    );
    expect([...stepIds]).toEqual(['research', 'step-1']);
    expect([...inputMembers]).toEqual(['count']);
  });

  it('makes a member of its own of __proto__', () => {
    const template = JSON.parse('{"__proto__": {"polluted": "${ input.topic }"}}') as unknown;
    const value = render(template) as Record<string, unknown>;
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(value['polluted']).toBeUndefined();
  });
});

describe('the problems of a template', () => {
  it('are all reported at once, each with its place', () => {
    const problems = problemsOf({
      a: '${ 1 + }',
      b: ['x', '${ steps.reserch.output }'],
      'odd key': '${ nput.a } ${ x }',
    });
    expect(problems.map(({ path, code }) => [path, code])).toEqual([
      ['.a', 'EXPRESSION_INVALID'],
      ['.b[1]', 'REFERENCE_UNKNOWN'],
      ["['odd key']", 'REFERENCE_UNKNOWN'],
      ["['odd key']", 'REFERENCE_UNKNOWN'],
    ]);
  });

  it('say where an expression does not parse', () => {
    expect(problemsOf('${ input.topic + }')[0]?.message).toBe(
      '"input.topic +" is no expression: Unexpected token: EOF, at character 16',
    );
    expect(problemsOf('${ steps.step-1.output + steps.step-1.output ) }')[0]?.message).toContain(
      'at character 44',
    );
    expect(problemsOf('${}')[0]?.message).toContain('Unexpected token: EOF');
  });

  it('say what is not closed and how to write the characters themselves', () => {
    expect(problemsOf('costs ${ 3')).toEqual([
      {
        path: '',
        code: 'EXPRESSION_INVALID',
        message: '"${" is not closed in "${ 3"; for the characters themselves write "$${"',
      },
    ]);
  });

  it('name what is not JSON', () => {
    expect(problemsOf({ at: [new Date(0)] })).toEqual([
      { path: '.at[0]', code: 'EXPRESSION_INVALID', message: 'a Date instance is not JSON' },
    ]);
    expect(problemsOf(undefined)[0]?.message).toBe('undefined is not JSON');
  });

  it('suggest the step, the member or the variable that was meant', () => {
    const messages: Record<string, string> = {
      'steps.reserch.output': 'there is no step "reserch" to refer to. Did you mean "research"?',
      'steps.research.outptu':
        'steps.research has no "outptu"; it has output, status, error. Did you mean "output"?',
      'steps.step-1[0]': 'steps.step-1 has no "0"; it has output, status, error.',
      'input.tpic': 'input has no "tpic"; it has topic, company, count. Did you mean "topic"?',
      'run.di': 'run has no "di"; it has id, workflow, startedAt. Did you mean "id"?',
      itm: 'there is no "itm" here; there is input, steps, run, item. Did you mean "item"?',
      'research.output':
        'there is no "research" here; there is input, steps, run, item. Write steps.research.output for what the step gave.',
      topic:
        'there is no "topic" here; there is input, steps, run, item. Write input.topic for the member of the input.',
    };
    for (const [expression, message] of Object.entries(messages)) {
      const expected = { path: '', code: 'REFERENCE_UNKNOWN', message: `in "${expression}": ${message}` };
      expect(problemsOf(`\${ ${expression} }`)).toEqual([expected]);
    }
    expect(problemsOf('${ now }')[0]?.message).toContain('there is run.startedAt, but no clock');
  });

  it('lists no members where there are too many, and any member will do where none are known', () => {
    const members = Array.from({ length: 6 }, (_, index) => `member_${index}`);
    const many = compileTemplate('${ input.x }', { ...NAMES, input: new Set(members) });
    expect(many.problems[0]?.message).toBe('in "input.x": input has no "x".');
    const none = compileTemplate('${ input.x }', { ...NAMES, input: new Set() });
    expect(none.problems[0]?.message).toBe('in "input.x": input has no "x"; it has no members.');
    expect(compileTemplate('${ input.x }', { steps: NAMES.steps, extra: NAMES.extra }).problems).toEqual([]);
  });

  it('refuse to name a step by data, which could be one that has not ended', () => {
    for (const expression of ['steps', 'steps[input.topic].output', 'steps[0]', 'size(steps)']) {
      expect(problemsOf(`\${ ${expression} }`)[0]?.message).toContain(
        'only be used with the id of one of them',
      );
    }
  });

  it('find what is wrong with an expression that refers to nothing before the run', () => {
    expect(problemsOf('${ 1 + "a" }')).toEqual([
      {
        path: '',
        code: 'EXPRESSION_INVALID',
        message:
          'The expression "1 + "a"" failed: + does not work between a number and a text; write string(number) to join it to a text.',
      },
    ]);
  });
});

describe('a condition', () => {
  it('is true or false, or one expression, with space around it or not', () => {
    const test = (condition: unknown): boolean | undefined =>
      compileCondition(condition, NAMES).value?.test(SCOPE);
    expect(test('${ size(steps.research.output.findings) > 0 }')).toBe(true);
    expect(test('\n ${ input.topic == "B" }\n')).toBe(false);
    expect(test(true)).toBe(true);
    expect(test('${ 1 > 2 }')).toBe(false);
    expect(test('${ !(input.count in [1, 2]) }')).toBe(false);
  });

  it('knows its value where it refers to nothing', () => {
    expect(compileCondition(false, NAMES).value?.constant).toBe(false);
    expect(compileCondition('${ 2 > 1 }', NAMES).value?.constant).toBe(true);
    expect(compileCondition('${ input.count > 1 }', NAMES).value?.constant).toBeUndefined();
  });

  it('cannot be anything else', () => {
    const message = (condition: unknown): string | undefined =>
      compileCondition(condition, NAMES).problems[0]?.message;
    expect(message('input.count > 1')).toBe('"input.count > 1" is a text; write a condition as ${ … }');
    expect(message('${ input.count } > 1')).toContain('gives a text');
    expect(message('${ "true" }')).toContain('gives a text');
    expect(message(1)).toContain('gives a number');
    expect(message(['${ input.count }'])).toContain('gives a list');
    expect(message({ a: '${ input.count }' })).toContain('gives an object');
    expect(message('${ size(input.topic) }')).toContain('gives a number');
    expect(message('${ [input.topic] }')).toContain('gives a list');
    expect(message('${ input.topic + "" }')).toContain('gives a sum');
    expect(message('${ input.topic.split(",") }')).toContain('gives a list');
    expect(message('${ input.topic.map(x, x) }')).toContain('gives a list');
    expect(message('${ nope }')).toContain('there is no "nope"');
  });

  it('fails at run time when it is neither true nor false', () => {
    const { value } = compileCondition('${ input.count }', NAMES);
    expect(() => value?.test(SCOPE)).toThrow(
      'The expression "${ input.count }" failed: a condition gives true or false, this one gives a number.',
    );
  });

  it('tells what it refers to', () => {
    const { stepIds, inputMembers } = compileCondition('${ steps.research.output == input.topic }', NAMES);
    expect([...stepIds, ...inputMembers]).toEqual(['research', 'topic']);
  });
});
