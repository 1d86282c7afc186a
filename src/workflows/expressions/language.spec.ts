import type { Scope } from '../plan/plan.types.js';
import { compileTemplate } from './compile-template.js';
import type { KnownNames } from './expression.types.js';

const EXTRA = ['item', 'n', 'list', 'text', 'data', 'at', 'nothing', 'half', 'people'];
const NAMES: KnownNames = { steps: new Set(['done', 'left-out', 'later']), extra: new Set(EXTRA) };

const SCOPE: Scope = {
  input: { n: 7, price: 2.5, list: [1, 2, 3] },
  steps: {
    done: { output: { a: null }, status: 'succeeded', error: null },
    'left-out': { output: null, status: 'skipped', error: { code: 'X', message: 'no' } },
  },
  run: { id: 'run-1', workflow: 'brief', startedAt: '2026-01-31T09:00:00.000Z' },
  item: 'outer',
  n: 7,
  half: 0.5,
  list: [3, 1, 2],
  text: 'Smile 😀!',
  data: { a: 1, 'odd key': 2, constructor: 3, gone: undefined },
  at: '2026-01-31T09:05:06.007Z',
  nothing: null,
  people: [{ name: 'Ann', age: 30 }, { name: 'Bo' }, { name: 'Cy', age: null }],
};

function evaluate(expression: string): unknown {
  const { value, problems } = compileTemplate(`\${ ${expression} }`, NAMES);
  if (problems.length > 0) return problems.map(({ message }) => message).join('\n');
  return value?.evaluate(SCOPE);
}

/** Why an expression fails, without the words that name it. */
function failureOf(expression: string): string {
  try {
    return `gave ${JSON.stringify(evaluate(expression))}`;
  } catch (error) {
    const { code, kind, retryable, details } = error as Record<string, unknown>;
    expect({ code, kind, retryable }).toEqual({
      code: 'EXPRESSION_FAILED',
      kind: 'execution',
      retryable: false,
    });
    return (details as { reason: string }).reason;
  }
}

/** What each of the keys gives. */
function valuesOf(expected: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.keys(expected).map((expression) => [expression, evaluate(expression)]));
}

/** Why each of the keys fails. */
function failuresOf(expected: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.keys(expected).map((expression) => [expression, failureOf(expression)]));
}

describe('numbers', () => {
  it('of JSON work with those that are written out', () => {
    const values = {
      'input.n + 1': 8,
      '1 + input.n': 8,
      'input.price * 2': 5,
      'input.n - 0.5': 6.5,
      'input.n / 2': 3.5,
      'input.n % 2': 1,
      '-input.n': -7,
      'input.n == 7': true,
      '7 != input.n': false,
      'input.n > 6.5': true,
      '7 <= input.n': true,
      'input.n >= 8': false,
      'n < 8 && half < 1': true,
      'input.list == [1, 2, 3]': true,
      '[[1], [2]] == [[1.0], [2.0]]': true,
      '2 in input.list': true,
      '{"a": input.n} == {"a": 7}': true,
      'input.list[n - 6]': 2,
      'input.list[2.0]': 3,
      'size(input.list) > n ? 1 : half': 0.5,
    };
    expect(valuesOf(values)).toEqual(values);
  });

  it('that are whole on both sides stay whole, as in CEL', () => {
    const values = { '7 / 2': 3, '-7 / 2': -3, '7 % 4': 3, '2 * 3 - 1': 5, 'size(list) / 2': 1, '-(2)': -2 };
    expect(valuesOf(values)).toEqual(values);
  });

  it('are refused where JSON or CEL cannot carry them', () => {
    const failures = {
      'n / 0': 'it divides by zero',
      'n % 0': 'it divides by zero',
      'n * 1e308 * 1e10': 'it gives Infinity, which is no JSON',
      'int(n) + 9007199254740993':
        'it gives a whole number that JSON cannot carry exactly; write string(number)',
      'int(n) * 9223372036854775807': 'a whole number is larger than 64 bits hold',
    };
    expect(failuresOf(failures)).toEqual(failures);
    const values = { 'string(9007199254740993)': '9007199254740993' };
    expect(valuesOf(values)).toEqual(values);
    expect(evaluate('9223372036854775808')).toContain('larger than 64 bits');
  });

  it('are converted by name only', () => {
    const values = {
      'string(n) + "!"': '7!',
      'string(half)': '0.5',
      'string(true)': 'true',
      'string(text)': 'Smile 😀!',
      'int("42") + 1': 43,
      'int("+7")': 7,
      'int(-1.9)': -1,
      'int(3)': 3,
      'int(timestamp("1970-01-01T00:00:01.5Z"))': 1,
      'double("1.5e1")': 15,
      'double(".5")': 0.5,
      'double(2) / 4': 0.5,
      'bool("true")': true,
      'bool("false")': false,
      'bool(true)': true,
      'dyn(n)': 7,
    };
    expect(valuesOf(values)).toEqual(values);
    const failures = {
      'text + n': '+ does not work between a text and a number; write string(number) to join it to a text',
      'string(list)': 'string() cannot convert a list',
      'int(text)': 'int() cannot convert a text like this',
      'int(nothing)': 'int() cannot convert null',
      'double(text)': 'double() cannot convert a text like this',
      'bool(text)': 'bool() cannot convert a text like this',
      'bool(n)': 'bool() cannot convert a number',
      'text * 2': '* does not work between a text and a number',
      '-data': '- cannot be put before an object',
      '-text': '- cannot be put before a text',
      'n < text': '< does not work between a number and a text',
      'nothing + nothing': '+ does not work between null and null',
    };
    expect(failuresOf(failures)).toEqual(failures);
  });
});

describe('equality', () => {
  it('goes all the way down and is false between different kinds', () => {
    const values = {
      'data == data': true,
      'list == [3, 1]': false,
      'list == [3, 1, 1]': false,
      '{"a": 1} == {"a": 1, "b": 2}': false,
      '{"a": 1} == {"b": 1}': false,
      'n == "7"': false,
      'nothing == null': true,
      'list == nothing': false,
      'text == "Smile 😀?"': false,
      'text == "x"': false,
      'true == (n == 7)': true,
      'timestamp(at) == timestamp("2026-01-31T10:05:06.007+01:00")': true,
      'duration("60s") == duration("1m")': true,
      'data == {"a": 1, "odd key": 2, "constructor": 3}': true,
    };
    expect(valuesOf(values)).toEqual(values);
  });

  it('asks lists and objects what they hold', () => {
    const values = {
      '"a" in data': true,
      '"gone" in data': false,
      '"toString" in data': false,
      '1 in data': false,
      '"x" in ["x", 1]': true,
      '[1] in [[1]]': true,
    };
    expect(valuesOf(values)).toEqual(values);
    const failures = {
      '"S" in text':
        '"in" needs a list or an object on its right, not a text; for a part of a text write text.contains(part)',
      '1 in nothing': '"in" needs a list or an object on its right, not null',
    };
    expect(failuresOf(failures)).toEqual(failures);
  });
});

describe('order', () => {
  it('is that of numbers, texts, instants, durations, false before true', () => {
    const values = {
      '"a" < "b"': true,
      '"b" <= "a"': false,
      '"a" >= "a"': true,
      'false < true': true,
      'timestamp(at) > timestamp(run.startedAt)': true,
      'duration("2m") > duration("90s")': true,
    };
    expect(valuesOf(values)).toEqual(values);
  });
});

describe('logic', () => {
  it('takes the first side that decides', () => {
    const values = {
      'true || nothing.x': true,
      'n == 7 || nothing.x': true,
      'nothing.x || n == 7': true,
      'n == 8 && nothing.x': false,
      'nothing.x && n == 8': false,
      '!(n == 8)': true,
      'n == 7 ? "yes" : nothing.x': 'yes',
      'n == 8 ? nothing.x : 0': 0,
    };
    expect(valuesOf(values)).toEqual(values);
  });

  it('fails where no side decides', () => {
    const failures = {
      'nothing.x || n == 8': 'nothing is null, so there is no nothing.x',
      'n == 8 || n': '|| needs true or false, not a number',
      'n && n == 7': '&& needs true or false, not a number',
      '!n': '! needs true or false, not a number',
      'n ? 1 : 2': 'a ? b : c needs true or false, not a number',
    };
    expect(failuresOf(failures)).toEqual(failures);
  });
});

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

describe('functions of texts', () => {
  it('work as in CEL', () => {
    const values = {
      'size(text)': 8,
      'text.size()': 8,
      'size(data)': 3,
      'size(list)': 3,
      'text.contains("mil")': true,
      'text.startsWith("Sm")': true,
      'text.endsWith("?")': false,
      '"ÀBc".lowerAscii()': 'Àbc',
      '"àBc".upperAscii()': 'àBC',
      '" a ".trim()': 'a',
      'text.indexOf("l")': 3,
      'text.indexOf("S", 1)': -1,
      'text.lastIndexOf("i")': 2,
      'text.substring(1)': 'mile 😀!',
      'text.substring(1, 3)': 'mi',
      '"a,b,c".split(",")': ['a', 'b', 'c'],
      '["a", "b"].join("-")': 'a-b',
      '["a", "b"].join()': 'ab',
      'list.map(x, string(x)).join(", ")': '3, 1, 2',
      'text + "!"': 'Smile 😀!!',
      'list + [4]': [3, 1, 2, 4],
    };
    expect(valuesOf(values)).toEqual(values);
  });

  it('say what they need', () => {
    const failures = {
      'size(n)': 'size() needs a text, not a number',
      'n.contains("a")': 'contains() needs a text, not a number',
      'text.contains(n)': 'contains() needs a text, not a number',
      'text.indexOf("a", 10)': 'indexOf() got the position 10 in a text of 9 characters',
      'text.substring(-1)': 'substring() got the position -1 in a text of 9 characters',
      'text.substring(3, 2)': 'substring() cannot end at 2, before its start at 3',
      'text.substring("a")': 'substring() needs a whole number, not a text',
      'list.join()': 'join() needs a list of texts, but one is a number; write list.map(x, string(x)) first',
      'text.join()': 'join() needs a list of texts, not a text',
      'list.split(",")': 'split() needs a text, not a list',
    };
    expect(failuresOf(failures)).toEqual(failures);
  });
});

describe('time', () => {
  it('is written into results as texts', () => {
    const values = {
      'timestamp(at)': '2026-01-31T09:05:06.007Z',
      'timestamp(0)': '1970-01-01T00:00:00.000Z',
      'timestamp(timestamp(at)) + duration("1h")': '2026-01-31T10:05:06.007Z',
      'duration("90s") + timestamp(0)': '1970-01-01T00:01:30.000Z',
      'timestamp(at) - duration("1s")': '2026-01-31T09:05:05.007Z',
      'timestamp(at) - timestamp(run.startedAt)': '306.007s',
      'duration("1h30m")': '5400s',
      'duration("-1.5s")': '-1.5s',
      'duration("+2d")': '172800s',
      'duration(duration("1s")) + duration("500ms")': '1.5s',
      'duration("1s") - duration("2s")': '-1s',
      '-duration("1s")': '-1s',
      'string(duration("1s")) + string(timestamp(0))': '1s1970-01-01T00:00:00.000Z',
      '[timestamp(0), duration("1s"), n]': ['1970-01-01T00:00:00.000Z', '1s', 7],
    };
    expect(valuesOf(values)).toEqual(values);
  });

  it('has parts, in UTC', () => {
    const parts = [
      'FullYear',
      'Month',
      'Date',
      'DayOfMonth',
      'DayOfWeek',
      'Hours',
      'Minutes',
      'Seconds',
      'Milliseconds',
    ];
    expect(parts.map((part) => evaluate(`timestamp(at).get${part}()`))).toEqual([
      2026, 0, 31, 30, 6, 9, 5, 6, 7,
    ]);
    const values = {
      'duration("1h30m").getHours()': 1,
      'duration("1h30m").getMinutes()': 90,
      'duration("90s").getSeconds()': 90,
      'duration("1.5s").getMilliseconds()': 1_500,
    };
    expect(valuesOf(values)).toEqual(values);
  });

  it('is refused where it is none', () => {
    const needsInstant =
      'timestamp() needs an instant such as "2026-01-31T09:00:00Z", or seconds since the start of 1970';
    const needsDuration = 'duration() needs a text such as "90s", "1h30m" or "500ms"';
    const failures = {
      'timestamp(text)': needsInstant,
      'timestamp("2026-01-31T09:00:00" + text.substring(9))': needsInstant,
      'timestamp("2026-13-31T09:00:00Z" + text.substring(9))': needsInstant,
      'timestamp(list)': needsInstant,
      'timestamp(n * 1e12)': 'an instant is not within the years 1 to 9999',
      'timestamp(at) + duration("36500d") + duration("36500d")': 'gave "2225-12-14T09:05:06.007Z"',
      'duration(text)': needsDuration,
      'duration("" + text.substring(9))': needsDuration,
      'duration("1s!" + text.substring(9))': needsDuration,
      'duration("99999d" + text.substring(9))': needsDuration,
      'duration(n)': needsDuration,
      'at.getHours()': 'getHours() needs an instant or a duration, not a text; write timestamp(text) first',
      'duration(string(n) + "s").getFullYear()':
        'getFullYear() needs an instant, not a duration; write timestamp(text) first',
      'timestamp(at) + n': '+ does not work between an instant and a number',
      'duration("1s") < timestamp(at)': '< does not work between a duration and an instant',
    };
    expect(failuresOf(failures)).toEqual(failures);
  });
});

describe('literals', () => {
  it('make lists and objects', () => {
    const values = {
      '[n, "a", null, true, 1.5]': [7, 'a', null, true, 1.5],
      '{"a": n, "b": {"c": list}, "d": []}': { a: 7, b: { c: [3, 1, 2] }, d: [] },
      '{"a" + text.substring(9): 1}': { a: 1 },
    };
    expect(valuesOf(values)).toEqual(values);
    const failures = { '{n: 1}': 'the name of a member needs a text, not a number' };
    expect(failuresOf(failures)).toEqual(failures);
  });

  it('keep what was found in the data as it is', () => {
    expect((evaluate('[people, n]') as unknown[])[0]).toBe(SCOPE['people']);
    expect(evaluate('n > 1 ? people : list')).toBe(SCOPE['people']);
  });

  it('have a form in JSON', () => {
    expect(evaluate('b"ab"')).toContain('bytes (b"…") and unsigned numbers (1u) have no form in JSON');
    expect(evaluate('1u')).toContain('have no form in JSON');
  });
});

describe('an unknown function', () => {
  it('is named, with what may have been meant', () => {
    expect(evaluate('text.containz("a")')).toContain(
      'there is no function containz(). Did you mean "contains"?',
    );
    expect(evaluate('sizes(text)')).toContain('there is no function sizes(). Did you mean "size"?');
    expect(evaluate('contains(text, "a")')).toContain(
      'contains() is written behind its subject: subject.contains(…)',
    );
    expect(evaluate('map(list, x)')).toContain('map() is written behind its subject: subject.map(…)');
    expect(evaluate('text.int()')).toContain('int() is written around its subject: int(subject)');
    expect(evaluate('size()')).toContain('size() takes 1 arguments, not 0');
    expect(evaluate('text.contains()')).toContain('.contains() takes 1 arguments, not 0');
    expect(evaluate('text.substring()')).toContain('.substring() takes 1 or 2 arguments, not 0');
  });
});
