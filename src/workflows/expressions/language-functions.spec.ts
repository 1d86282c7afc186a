import { evaluate, valuesOf, failuresOf } from '../../testing/setups/expression-values.js';

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
      'text.indexOf("a", 10)': 'indexOf() got the position 10 in a text of 8 characters',
      'text.substring(-1)': 'substring() got the position -1 in a text of 8 characters',
      'text.substring(3, 2)': 'substring() cannot end at 2, before its start at 3',
      'text.substring("a")': 'substring() needs a whole number, not a text',
      'list.join()': 'join() needs a list of texts, but one is a number; write list.map(x, string(x)) first',
      'text.join()': 'join() needs a list of texts, not a text',
      'list.split(",")': 'split() needs a text, not a list',
    };
    expect(failuresOf(failures)).toEqual(failures);
  });
});

describe('positions in a text', () => {
  it('count characters, as size() does, and never cut one in two', () => {
    const values = {
      'text.substring(0, size(text))': 'Smile 😀!',
      'text.substring(0, size(text) - 1)': 'Smile 😀',
      'text.substring(6, 7)': '😀',
      'text.substring(8)': '',
      'text.indexOf("!")': 7,
      'text.indexOf("!", 7)': 7,
      'text.indexOf("", 8)': 8,
      'text.lastIndexOf("!")': 7,
      'text.lastIndexOf("?")': -1,
      'text.substring(text.indexOf("!"))': '!',
      '"a😀".split("")': ['a', '😀'],
    };
    expect(valuesOf(values)).toEqual(values);
    const beyond = 'substring() got the position 9 in a text of 8 characters';
    expect(failuresOf({ 'text.substring(9)': beyond })).toEqual({ 'text.substring(9)': beyond });
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
      'timestamp("2026-01-31T09:00:00" + text.substring(8))': needsInstant,
      'timestamp("2026-13-31T09:00:00Z" + text.substring(8))': needsInstant,
      'timestamp("2026-02-30T09:00:00Z" + text.substring(8))': needsInstant,
      'timestamp(list)': needsInstant,
      'timestamp(n * 1e12)': 'an instant is not within the years 1 to 9999',
      'timestamp(at) + duration("36500d") + duration("36500d")': 'gave "2225-12-14T09:05:06.007Z"',
      'duration(text)': needsDuration,
      'duration("" + text.substring(8))': needsDuration,
      'duration("1s!" + text.substring(8))': needsDuration,
      'duration("99999d" + text.substring(8))': needsDuration,
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
