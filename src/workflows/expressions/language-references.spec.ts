import type { Scope } from '../plan/plan.types.js';
import {
  NAMES,
  SCOPE,
  evaluate,
  failureOf,
  valuesOf,
  failuresOf,
} from '../../testing/setups/expression-values.js';
import { compileTemplate } from './compile-template.js';

describe('references', () => {
  it('reach members, items and odd names', () => {
    const values = {
      'data["odd key"]': 2,
      'data.constructor': 3,
      'data[item == "outer" ? "a" : "b"]': 1,
      'people[0].name': 'Ann',
      'people[size(people) - 2].name': 'Bo',
      '[people[0]][0].age': 30,
      '{"a": {"b": 1}}.a.b': 1,
      'steps.left-out.status': 'skipped',
      'steps . left-out . error.code': 'X',
      'steps["left-out"].output': null,
      '"steps.left-out" + text.substring(0, 0)': 'steps.left-out',
    };
    expect(valuesOf(values)).toEqual(values);
  });

  it('name what is missing, and what may have been meant', () => {
    const failures = {
      'people[3]': 'there is no people[3]: the list has 3 items',
      'people[-1].name': 'there is no people[-1]: the list has 3 items',
      'people[n]': 'there is no people[7]: the list has 3 items',
      'people[half]': 'the position in people needs a whole number, not 0.5',
      'people[1.5]': 'the position in people needs a whole number, not 1.5',
      'people[nothing]': 'the position in people needs a whole number, not null',
      'people.length': 'people is a list and has no member "length"; write size(people)',
      'people.name': 'people is a list and has no member "name"; write a position, such as people[0]',
      'people[0].nme': 'there is no people[0].nme. Did you mean "name" or "age"?',
      'people[1]["n me"]': 'there is no people[1]["n me"]. Did you mean "name"?',
      'data[0]': 'data is an object, not a list: there is no data[0]',
      'data.gone': 'there is no data.gone.',
      'data.toString': 'there is no data.toString.',
      'text.x.y': 'text is a text, so there is no text.x',
      'steps.done.output.a.b': 'steps.done.output.a is null, so there is no steps.done.output.a.b',
      'steps.left-out.output.b':
        'steps.left-out.output is null, so there is no steps.left-out.output.b (the step was skipped)',
      'steps.later.output': 'the step "later" has not ended when this is evaluated',
      'list.map(x, x.y)': 'x is a number, so there is no x.y',
      '(list + [1])[9]': 'there is no (list + [1])[9]: the list has 4 items',
      '[data][0].nope': 'there is no [data][0].nope.',
    };
    expect(failuresOf(failures)).toEqual(failures);
  });

  it('cut names that are too long to read', () => {
    expect(failureOf(`data["${'x'.repeat(100)}"]`)).toBe(`there is no data.${'x'.repeat(80)}….`);
  });

  it('tell of a variable that is not there yet', () => {
    const { value } = compileTemplate('${ item }', NAMES);
    const { item: _, ...others } = SCOPE;
    expect(() => value?.evaluate(others as Scope)).toThrow('there is no "item" here');
  });

  it('see what a scope inherits', () => {
    const inner = Object.assign(Object.create(SCOPE) as Scope, { item: 'inner' });
    expect(compileTemplate('${ item + run.id }', NAMES).value?.evaluate(inner)).toBe('innerrun-1');
  });
});

describe('has', () => {
  it('asks for a member without failing', () => {
    const values = {
      'has(data.a)': true,
      'has(data.b)': false,
      'has(data.b.c.d)': false,
      'has(steps.left-out.output.a)': false,
      'has(steps.done.output.a)': true,
      'has(list[2])': true,
      'has(list[3])': false,
      'has(list[n])': false,
      'has([data][0].a)': true,
      'people.filter(p, has(p.age)).map(p, p.name)': ['Ann', 'Cy'],
    };
    expect(valuesOf(values)).toEqual(values);
    const failures = { 'has(data[1 / (n - n)])': 'it divides by zero' };
    expect(failuresOf(failures)).toEqual(failures);
  });

  it('takes one member and nothing else', () => {
    for (const expression of ['has(1)', 'has()', 'has(data.a, data.b)', 'has(n)']) {
      expect(evaluate(expression)).toContain('has() asks for one member: has(input.topic)');
    }
  });
});

describe('loops', () => {
  it('go over the items of a list or the names of an object', () => {
    const values = {
      'list.all(x, x > 0)': true,
      'list.all(x, x > 1)': false,
      'list.exists(x, x == 2)': true,
      'list.exists(x, x == 9)': false,
      'list.exists_one(x, x > 2)': true,
      'list.exists_one(x, x > 1)': false,
      'list.filter(x, x > 1)': [3, 2],
      'list.map(x, x * 2)': [6, 2, 4],
      'list.map(x, x > 1, x * 2)': [6, 4],
      '{"b": 1, "c": 2}.map(k, k)': ['b', 'c'],
      'list.map(x, [1, 2].map(y, x * y))': [
        [3, 6],
        [1, 2],
        [2, 4],
      ],
      'list.map(item, item)': [3, 1, 2],
      'list.map(x, list.filter(x, x > 2).map(y, y + x))': [[6], [4], [5]],
      'people.exists(p, p.age > 20)': true,
    };
    expect(valuesOf(values)).toEqual(values);
  });

  it('cover up the failures of items that another one outweighs, as CEL has it', () => {
    const values = { 'people.exists(p, p.age == 30)': true, '[1, "a", 3].all(x, x < 2)': false };
    expect(valuesOf(values)).toEqual(values);
    const failures = {
      'people.exists(p, p.age == 31)': 'there is no p.age. Did you mean "name"?',
      'people.all(p, p.age != 31)': 'there is no p.age. Did you mean "name"?',
      'people.map(p, p.age)': 'there is no p.age. Did you mean "name"?',
    };
    expect(failuresOf(failures)).toEqual(failures);
  });

  it('say what they need', () => {
    const failures = {
      'n.map(x, x)': "map() goes over a list or the names of an object's members, not a number",
      'list.filter(x, x)': 'filter() needs true or false, not a number',
      'list.map(x, x, x)': 'the condition of map() needs true or false, not a number',
      'list.all(x, x)': 'all() needs true or false, not a number',
    };
    expect(failuresOf(failures)).toEqual(failures);
    expect(evaluate('list.map(x)')).toContain('.map() takes 2 or 3 arguments, not 1');
    expect(evaluate('list.all(x, true, 1)')).toContain('.all() takes 2 arguments, not 3');
    expect(evaluate('list.map(steps, steps)')).toContain(
      'map() needs a name of its own for the item: list.map(x, …)',
    );
    expect(evaluate('list.map(1, 2)')).toContain('invalid predicate iteration variable');
  });
});
