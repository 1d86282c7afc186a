import { BreakerChanged, type BreakerStateName } from '../../health/index.js';
import { poisson } from '../simulation/arrivals.js';
import type { Behaving } from '../simulation/behavior.js';
import { exponential } from '../simulation/distribution.js';
import { simulate } from '../simulation/simulate.js';

/** Tasks of a trial, a hundred a second. */
export const TRIAL_TASKS = 10_000;

/** The task from which an agent that breaks at once only fails. */
const BREAKS_AT = 2_000;

const latencyMs = exponential(50);

/** How the failures of the first of three agents set in: all at once, or a little more with each task, to the last that surely fails. */
const BREAKDOWNS = {
  'at once': ({ taskNumber }) => ({ latencyMs, failureRatio: taskNumber < BREAKS_AT ? 0 : 1 }),
  'by and by': ({ taskNumber }) => ({ latencyMs, failureRatio: taskNumber / TRIAL_TASKS }),
} as const satisfies Record<string, Behaving>;

export interface FailingAgentTrial {
  readonly breakdown: keyof typeof BREAKDOWNS;
  readonly strategy: string;
  readonly seed: number;
}

/** What an agent that breaks cost. */
export interface Damage {
  /** Tasks that did not succeed. */
  readonly failed: number;
  /** Attempts that the agent got while its circuit was open. */
  readonly givenWhileOpen: number;
  /** Attempts that it got to try whether its circuit can close. */
  readonly trials: number;
}

/** Three agents, of which one breaks, under circuit breakers, outlier detection and fallback as they are by default. */
export async function playFailingAgent({ breakdown, strategy, seed }: FailingAgentTrial): Promise<Damage> {
  let circuit: BreakerStateName = 'closed';
  const begun = { open: 0, 'half-open': 0, closed: 0 };
  const breaking: Behaving = (situation) => {
    begun[circuit] += 1;
    return BREAKDOWNS[breakdown](situation);
  };
  const agents = ['ada', 'bob', 'cyd'].map((name) => ({
    name,
    slots: 20,
    behavior: name === 'ada' ? breaking : { latencyMs },
  }));
  const { tasks } = await simulate({
    agents,
    arrivals: poisson(100),
    tasks: TRIAL_TASKS,
    seed,
    health: {},
    options: { strategy },
    onStart: (events) => {
      events.subscribe(BreakerChanged, ({ release, to }) => {
        if (release.name === 'ada') circuit = to;
      });
    },
  });
  const failed = tasks.filter(({ status }) => status !== 'succeeded').length;
  return { failed, givenWhileOpen: begun.open, trials: begun['half-open'] };
}
