import { ORCHESTRATION_DEFAULTS, resolveOrchestrationOptions } from './orchestration.options.js';

describe('resolveOrchestrationOptions', () => {
  it('fills in the defaults', () => {
    expect(resolveOrchestrationOptions()).toEqual(ORCHESTRATION_DEFAULTS);
    expect(resolveOrchestrationOptions({ abortGraceMs: 0, maxQueuedTasks: undefined })).toEqual({
      ...ORCHESTRATION_DEFAULTS,
      abortGraceMs: 0,
    });
  });

  it.each([
    ['maxQueuedTasks', -1, 1_000_000],
    ['maxQueuedTasks', 1.5, 1_000_000],
    ['abortGraceMs', 600_001, 600_000],
    ['shutdownGraceMs', NaN, 600_000],
    ['shutdownGraceMs', '5', 600_000],
  ])('refuses %s = %p', (field, value, most) => {
    expect(() => resolveOrchestrationOptions({ [field]: value })).toThrow(
      expect.objectContaining({
        code: 'ORCHESTRATION_OPTION_INVALID',
        kind: 'definition',
        message: `orchestration.${field} is ${String(value)}; it must be a whole number from 0 to ${most}.`,
        details: { field },
      }),
    );
  });
});
