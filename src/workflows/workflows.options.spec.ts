import { resolveWorkflowsOptions, WORKFLOW_DEFAULTS, type WorkflowsOptions } from './workflows.options.js';

describe('the options of workflows', () => {
  it('have a default each, and take what is within their bounds', () => {
    expect(resolveWorkflowsOptions()).toEqual(WORKFLOW_DEFAULTS);
    const given = { maxActiveRuns: 1, maxOutputBytes: 1_024, parkAfterMs: 0, keepEndedRunsMs: 60_000 };
    expect(resolveWorkflowsOptions(given)).toEqual(given);
    expect(resolveWorkflowsOptions({ keepEndedRunsMs: Infinity }).keepEndedRunsMs).toBe(Infinity);
  });

  it.each<[WorkflowsOptions, string]>([
    [{ maxActiveRuns: 0 }, 'workflows.maxActiveRuns is 0; it must be a whole number from 1 to 10000'],
    [
      { maxOutputBytes: 1.5 },
      'workflows.maxOutputBytes is 1.5; it must be a whole number from 1024 to 67108864',
    ],
    [{ parkAfterMs: Infinity }, 'workflows.parkAfterMs is Infinity'],
    [{ keepEndedRunsMs: 59_999 }, 'workflows.keepEndedRunsMs is 59999; it must be a whole number from 60000'],
    [{ keepEndedRunsMs: Number.NaN }, 'workflows.keepEndedRunsMs is NaN'],
    [{ keepEndedRunsMs: '30d' as never }, 'workflows.keepEndedRunsMs is 30d'],
  ])('refuse %j', (options, message) => {
    expect(() => resolveWorkflowsOptions(options)).toThrow(message);
  });
});
