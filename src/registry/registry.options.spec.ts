import { checkDrainTimeoutMs, REGISTRY_DEFAULTS, resolveRegistryOptions } from './registry.options.js';

describe('the options of the registry', () => {
  it('have defaults, also for members that are undefined', () => {
    expect(resolveRegistryOptions()).toEqual(REGISTRY_DEFAULTS);
    expect(resolveRegistryOptions({ contractConflicts: undefined, drainTimeoutMs: undefined })).toEqual({
      contractConflicts: 'reject',
      unhealthyAtRegistration: 'register-as-failed',
      drainTimeoutMs: 30_000,
    });
  });

  it('are taken as given, bounds included, and frozen', () => {
    const given = {
      contractConflicts: 'warn',
      unhealthyAtRegistration: 'refuse',
      drainTimeoutMs: 0,
    } as const;
    expect(resolveRegistryOptions(given)).toEqual(given);
    expect(resolveRegistryOptions({ drainTimeoutMs: 3_600_000 }).drainTimeoutMs).toBe(3_600_000);
    expect(Object.isFrozen(resolveRegistryOptions(given))).toBe(true);
  });

  it.each([
    ['contractConflicts', 'ignore', 'registry.contractConflicts is ignore; it must be one of reject, warn.'],
    [
      'unhealthyAtRegistration',
      null,
      'registry.unhealthyAtRegistration is null; it must be one of register-as-failed, refuse.',
    ],
    [
      'drainTimeoutMs',
      -1,
      'registry.drainTimeoutMs is -1; it must be a number of milliseconds from 0 to 3600000.',
    ],
  ])('name %s when it is %s', (field, value, message) => {
    expect(() => resolveRegistryOptions({ [field]: value })).toThrow(
      expect.objectContaining({ code: 'REGISTRY_OPTION_INVALID', message, details: { field } }),
    );
  });

  it.each([3_600_001, NaN, Infinity, '5' as never])('refuse %p as a time to drain', (drainTimeoutMs) => {
    expect(() => checkDrainTimeoutMs(drainTimeoutMs)).toThrow('registry.drainTimeoutMs');
  });
});
