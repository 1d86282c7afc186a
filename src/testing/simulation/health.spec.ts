import type { AttemptObservation } from '../../metrics/index.js';
import { poisson } from './arrivals.js';
import { changing, type Behaving } from './behavior.js';
import { exponential } from './distribution.js';
import { simulate } from './simulate.js';

const TASKS = 10_000;
const latencyMs = exponential(50);

/** Three agents, of which one behaves like this; 10 000 tasks, 100 a second. */
async function failuresOf(behavior: Behaving, seed: number, strategy: string) {
  let triedLate = 0;
  const onAttempt = ({ release, startedAt }: AttemptObservation): void => {
    if (release.name === 'ada' && startedAt - START_AT > 60_000) triedLate += 1;
  };
  const agents = ['ada', 'bob', 'cyd'].map((name) => ({
    name,
    slots: 20,
    behavior: name === 'ada' ? behavior : { latencyMs },
  }));
  const { tasks } = await simulate({
    agents,
    arrivals: poisson(100),
    tasks: TASKS,
    seed,
    health: {},
    options: { strategy },
    observers: [{ onAttempt }],
    startAt: START_AT,
  });
  return { failed: tasks.filter(({ status }) => status !== 'succeeded').length, triedLate };
}

const START_AT = Date.UTC(2030, 0, 1);
const SEEDS = [1, 2];

describe.each(['round-robin', 'least-loaded'])('one of three agents that breaks, by %s', (strategy) => {
  it.each(SEEDS)('costs at most 1 %% of the tasks when it does so at once (seed %i)', async (seed) => {
    const breaking = changing({ latencyMs }, { fromTask: 2_000, behavior: { latencyMs, failureRatio: 1 } });
    const { failed, triedLate } = await failuresOf(breaking, seed, strategy);
    expect(failed).toBeLessThanOrEqual(TASKS / 100);
    // Of some 4 000 tasks of the last 40 s, a third of which would be its own.
    expect(triedLate).toBeLessThan(20);
  });

  it.each(SEEDS)('costs no task when it does so by and by (seed %i)', async (seed) => {
    const { failed } = await failuresOf(
      ({ taskNumber }) => ({ latencyMs, failureRatio: taskNumber / TASKS }),
      seed,
      strategy,
    );
    expect(failed).toBe(0);
  });
});
