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
});
