import { readInstantMs } from './instants.js';

describe('readInstantMs', () => {
  it.each([
    ['1970-01-01T00:00:01Z', 1_000],
    ['2028-02-29T08:00:00Z', Date.UTC(2028, 1, 29, 8)],
    ['2030-01-31T08:00:00.5+02:00', Date.UTC(2030, 0, 31, 6, 0, 0, 500)],
    [0, 0],
    [1_700_000_000_000.4, 1_700_000_000_000],
    [8_640_000_000_000_000, 8_640_000_000_000_000],
  ])('reads %p', (value, instantMs) => {
    expect(readInstantMs(value)).toBe(instantMs);
  });

  it.each([
    '2030-01-31',
    '2030-01-31T08:00:00',
    '2030-13-31T08:00:00Z',
    '2030-02-29T08:00:00Z',
    '2030-04-31T23:00:00-05:00',
    'tomorrow',
    '',
    -1,
    Number.NaN,
    9e15,
    null,
    true,
    [0],
  ])('refuses %p', (value) => {
    expect(readInstantMs(value)).toBeUndefined();
  });
});
