import {
  constant,
  changing,
  logNormal,
  poisson,
  simulate,
  type SimulatedAgent,
} from '../../src/testing/index.js';
import { drawShares } from './share-plot.js';

/** The strategies, each with a picture of its own. */
export const STRATEGIES = [
  'adaptive',
  'first',
  'random',
  'round-robin',
  'least-loaded',
  'fastest',
  'most-reliable',
  'cheapest',
  'balanced',
] as const;

const TASKS = 2_000;

/** The task from which the quick agent is slow. */
const TURN = 1_000;

const quick = { latencyMs: logNormal(200), costUsd: constant(0.05), failureRatio: 0.05 };

/** Of each virtue one; the quick one becomes slow in the middle. */
const AGENTS: readonly SimulatedAgent[] = [
  {
    name: 'steady',
    slots: 16,
    behavior: { latencyMs: logNormal(600), costUsd: constant(0.03), failureRatio: 0.05 },
  },
  {
    name: 'quick',
    slots: 16,
    behavior: changing(quick, { fromTask: TURN, behavior: { ...quick, latencyMs: logNormal(1_600) } }),
  },
  {
    name: 'sure',
    slots: 16,
    behavior: { latencyMs: logNormal(900), costUsd: constant(0.06), failureRatio: 0.005 },
  },
  {
    name: 'cheap',
    slots: 16,
    behavior: { latencyMs: logNormal(1_000), costUsd: constant(0.01), failureRatio: 0.1 },
  },
];

/** The picture of what a strategy does, as SVG; the same each time. */
export async function drawStrategy(strategy: string): Promise<string> {
  const result = await simulate({
    agents: AGENTS,
    arrivals: poisson(8),
    tasks: TASKS,
    seed: 7,
    // Who was chosen first is to be seen, not who came to help.
    options: { strategy, maxFallbacks: 0 },
  });
  return drawShares({
    title: strategy,
    subtitle: [
      `mean response ${Math.round(result.meanResponseMs)} ms`,
      `${((result.costUsd / TASKS) * 100).toFixed(1)} US cents a task`,
      `${(result.successRatio * 100).toFixed(1)} % succeed`,
    ].join(' · '),
    names: AGENTS.map(({ name }) => name),
    chosen: result.tasks.map(({ agent }) => AGENTS.findIndex(({ name }) => name === agent)),
    mark: { at: TURN, text: '“quick” becomes slow' },
  });
}
