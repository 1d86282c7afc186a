import fc from 'fast-check';
import { DurationError, parseDurationMs } from './durations.js';

describe('parseDurationMs', () => {
  it.each([
    ['0s', 0],
    ['500ms', 500],
    ['10s', 10_000],
    ['1.5m', 90_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
    ['36500d', 3_153_600_000_000],
  ])('reads %s', (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms);
  });

  it('rounds to whole milliseconds', () => {
    expect(parseDurationMs('0.6ms')).toBe(1);
    expect(parseDurationMs('1.001s')).toBe(1_001);
  });

  it.each(['', '10', 's', '10 s', ' 10s', '10s\n', '-1s', '1e3s', '1.2345s', '10S', '10sec', '٣s', '36501d'])(
    'refuses %j',
    (text) => {
      expect(() => parseDurationMs(text)).toThrow(DurationError);
    },
  );

  it('refuses what is no text, as a document may hold it', () => {
    expect(() => parseDurationMs(30 as never)).toThrow('"30" is not a duration');
    expect(() => parseDurationMs(undefined as never)).toThrow('"undefined" is not a duration');
  });

  it('shows only the start of a long text', () => {
    const read = (): number => parseDurationMs('9'.repeat(10_000));
    expect(read).toThrow(expect.objectContaining({ code: 'DURATION_INVALID', kind: 'input' }));
    expect(read).toThrow(expect.objectContaining({ details: { value: '9'.repeat(40) } }));
  });

  it('reads every whole number of seconds up to the bound', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999_999 }), (seconds) => {
        expect(parseDurationMs(`${seconds}s`)).toBe(seconds * 1_000);
      }),
    );
  });
});
