import { METRICS_DEFAULTS, resolveMetricsOptions } from './metrics.options.js';

describe('resolveMetricsOptions', () => {
  it('fills in the defaults', () => {
    expect(resolveMetricsOptions()).toEqual(METRICS_DEFAULTS);
    expect(resolveMetricsOptions({ memoryAttempts: 7, priorWeight: undefined })).toEqual({
      ...METRICS_DEFAULTS,
      memoryAttempts: 7,
    });
  });

  it.each([
    ['memoryAttempts', 1, 2, 1_000_000],
    ['memoryMs', NaN, 1_000, 31_536_000_000],
    ['peakDecayMs', 3_600_001, 10, 3_600_000],
    ['priorWeight', '5', 0.001, 1_000],
    ['flushEveryMs', 0, 100, 600_000],
  ])('refuses %s = %p', (field, value, least, most) => {
    expect(() => resolveMetricsOptions({ [field]: value })).toThrow(
      expect.objectContaining({
        code: 'METRICS_OPTION_INVALID',
        kind: 'definition',
        message: `metrics.${field} is ${String(value)}; it must be a number from ${least} to ${most}.`,
        details: { field },
      }),
    );
  });

  it.each([
    [{ maxNames: 2.5 }, 'metrics.maxNames is 2.5; it must be a whole number from 1 to 1000.'],
    [{ maxSeries: 0 }, 'metrics.maxSeries is 0; it must be a whole number from 1 to 100000.'],
    [
      { retention: { minuteMs: 1 } },
      'metrics.retention.minuteMs is 1; it must be a number from 3600000 to 604800000.',
    ],
  ])('refuses %p', (options, message) => {
    expect(() => resolveMetricsOptions(options)).toThrow(expect.objectContaining({ message }));
  });

  it('takes a retention in part', () => {
    expect(resolveMetricsOptions({ retention: { dayMs: 864e5 } }).retention).toEqual({
      ...METRICS_DEFAULTS.retention,
      dayMs: 864e5,
    });
  });
});
