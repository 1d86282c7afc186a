import { QUOTA_BOUNDS, tryQuotas } from './trial.js';

const TIMEOUT_MS = 180_000;

describe('quotas on three nodes', () => {
  it(
    'hold while a node is killed: rate, tasks at once, and budgets of tenants',
    async () => {
      const report = await tryQuotas({
        seed: 1,
        kills: 1,
        clients: 24,
        bounds: QUOTA_BOUNDS,
        isPatient: false,
      });
      expect(report.violations).toEqual([]);
      // It was asked for more than there was, so that the bounds have been reached.
      expect(report.mostAtOnce).toBe(QUOTA_BOUNDS.maxConcurrentTasks);
      expect(report.refused).toBeGreaterThan(0);
      expect(report.cut).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );
});
