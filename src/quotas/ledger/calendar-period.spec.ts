import { periodEnd, periodStart } from './calendar-period.js';

const AT = Date.UTC(2028, 1, 29, 23, 59, 59, 999);

describe('a period of the calendar', () => {
  it.each([
    ['minute', Date.UTC(2028, 1, 29, 23, 59)],
    ['hour', Date.UTC(2028, 1, 29, 23)],
    ['day', Date.UTC(2028, 1, 29)],
    ['month', Date.UTC(2028, 1)],
  ] as const)('of a %s begins on the clock of UTC and ends where the next begins', (period, start) => {
    expect(periodStart(period, AT)).toBe(start);
    expect(periodStart(period, start)).toBe(start);
    expect(periodEnd(period, AT)).toBe(Date.UTC(2028, 2));
    expect(periodStart(period, AT + 1)).toBe(Date.UTC(2028, 2));
  });
});
