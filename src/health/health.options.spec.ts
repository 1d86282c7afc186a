import { HEALTH_DEFAULTS, resolveHealthOptions } from './health.options.js';

describe('the options of health', () => {
  it('are those of the defaults where nothing is said', () => {
    expect(resolveHealthOptions().checks).toEqual({ ...HEALTH_DEFAULTS.checks, isOn: true });
    expect(resolveHealthOptions({ checks: { intervalMs: undefined } }).checks.intervalMs).toBe(30_000);
  });

  it('take what is given', () => {
    expect(resolveHealthOptions({ checks: { intervalMs: 1_000 } }).checks).toMatchObject({
      intervalMs: 1_000,
      failureThreshold: 3,
    });
  });

  it('switch a part off by false, and by nothing else', () => {
    expect(resolveHealthOptions({ checks: false }).checks.isOn).toBe(false);
    expect(() => resolveHealthOptions({ checks: 0 as never })).toThrow(
      'health.checks is 0; it must be an object, or false to switch it off.',
    );
    expect(() => resolveHealthOptions({ checks: null as never })).toThrow('health.checks is null');
  });

  it('compare no durations, or those that differ enough', () => {
    const resolve = (latencyFactor: number) => resolveHealthOptions({ outliers: { latencyFactor } });
    expect([resolve(0), resolve(1.1)].map(({ outliers }) => outliers.latencyFactor)).toEqual([0, 1.1]);
    expect(() => resolve(1.05)).toThrow('health.outliers.latencyFactor is 1.05; it must be 0, or a number');
  });

  it.each([
    ['intervalMs', 0, 'a whole number from 1000 to 86400000'],
    ['intervalMs', Infinity, 'a whole number from 1000 to 86400000'],
    ['jitterRatio', 1.5, 'a number from 0 to 1'],
    ['failureThreshold', 2.5, 'a whole number from 1 to 100'],
    ['successThreshold', '3', 'a whole number from 1 to 100'],
  ])('name a wrong %s', (field, value, rule) => {
    expect(() => resolveHealthOptions({ checks: { [field]: value } })).toThrow(
      expect.objectContaining({
        code: 'HEALTH_OPTION_INVALID',
        message: `health.checks.${field} is ${value}; it must be ${rule}.`,
      }),
    );
  });
});
