import { playFailingAgent, TRIAL_TASKS } from '../trials/failing-agent.js';

const SEEDS = [1, 2];

describe.each(['round-robin', 'least-loaded', 'adaptive'])(
  'one of three agents that breaks, by %s',
  (strategy) => {
    it.each(SEEDS)('costs at most 1 %% of the tasks when it does so at once (seed %i)', async (seed) => {
      const damage = await playFailingAgent({ breakdown: 'at once', strategy, seed });
      expect(damage.failed).toBeLessThanOrEqual(TRIAL_TASKS / 100);
      // Of some 8 000 tasks that follow, a third of which would be its own.
      expect(damage.givenWhileOpen).toBe(0);
      expect(damage.trials).toBeLessThan(20);
    });

    it.each(SEEDS)('costs no task when it does so by and by (seed %i)', async (seed) => {
      const damage = await playFailingAgent({ breakdown: 'by and by', strategy, seed });
      expect(damage).toMatchObject({ failed: 0, givenWhileOpen: 0 });
    });
  },
);
