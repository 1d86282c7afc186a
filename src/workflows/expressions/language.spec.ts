import { SCOPE, evaluate, valuesOf, failuresOf } from '../../testing/setups/expression-values.js';

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

describe('literals', () => {
  it('make lists and objects', () => {
    const values = {
      '[n, "a", null, true, 1.5]': [7, 'a', null, true, 1.5],
      '{"a": n, "b": {"c": list}, "d": []}': { a: 7, b: { c: [3, 1, 2] }, d: [] },
      '{"a" + text.substring(8): 1}': { a: 1 },
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
