import { AdaptiveStrategy } from '../../selection/index.js';
import { mixOf, poisson } from '../simulation/arrivals.js';
import { byInputType, changing, type Behavior } from '../simulation/behavior.js';
import { anyBehavior, measureWorth } from '../simulation/contest.js';
import { constant, logNormal } from '../simulation/distribution.js';
import { simulate, type Simulation } from '../simulation/simulate.js';
import type { SimulatedAgent } from '../simulation/simulated-agent.js';
import type { SimulationResult } from '../simulation/simulation-result.js';

/** Five agents, each anything from quick, cheap and sure to slow, dear and unsure. */
export const anyAgents = (seed: number): SimulatedAgent[] =>
  [0, 1, 2, 3, 4].map((at) => ({ name: `agent-${at}`, behavior: anyBehavior(100 * seed + at) }));

/** One try for each task, so that what was chosen counts and nothing else; more slots than there are tasks. */
export function playContest(
  strategy: string,
  agents: readonly SimulatedAgent[],
  rest: Partial<Simulation> = {},
): Promise<SimulationResult> {
  return simulate({
    agents: agents.map((agent) => ({ ...agent, slots: 1_000 })),
    arrivals: poisson(10),
    tasks: 2_000,
    options: { strategy, maxFallbacks: 0, timeoutMs: 86_400_000 },
    ...rest,
  });
}

export const GOOD: Behavior = { latencyMs: logNormal(300), costUsd: constant(0.01), failureRatio: 0.02 };
export const FAIR: Behavior = { latencyMs: logNormal(500), costUsd: constant(0.01), failureRatio: 0.04 };

/** What may become of the best of three agents. */
export const DEGRADATIONS = {
  fails: { ...GOOD, failureRatio: 0.8 },
  'slows down': { ...GOOD, latencyMs: logNormal(3_000) },
  'gets dear': { ...GOOD, costUsd: constant(0.2) },
} as const satisfies Record<string, Behavior>;

/** The share of the tasks that the best agent has in the 200 before it degrades, and from 200 after that on. */
export async function sharesOfDegraded(
  degradation: keyof typeof DEGRADATIONS,
  seed: number,
): Promise<{ readonly before: number; readonly after: number }> {
  const best = changing(GOOD, { fromTask: 1_000, behavior: DEGRADATIONS[degradation] });
  const agents = [
    { name: 'best', behavior: best },
    { name: 'second', behavior: FAIR },
    { name: 'third', behavior: { ...FAIR, failureRatio: 0.2 } },
  ];
  const objective = { success: 1, speed: 1, thrift: 1 };
  const result = await playContest('adaptive', agents, { seed, tasks: 1_400, objective });
  return { before: result.between(800, 1_000).shareOf('best'), after: result.between(1_200).shareOf('best') };
}

/** The form of `adaptive` that is free of context. */
export const CONTEXT_FREE: Partial<Simulation> = { strategies: (parts) => [new AdaptiveStrategy(parts, 1)] };

/** What `adaptive` loses over two types of input of which each has its own best agent, and what its context-free form loses. */
export async function regretsOfContext(
  seed: number,
): Promise<{ readonly aware: number; readonly free: number }> {
  const poor = { ...GOOD, failureRatio: 0.6 };
  const agents = [
    { name: 'reader', behavior: byInputType({ letter: GOOD }, poor) },
    { name: 'viewer', behavior: byInputType({ photo: GOOD }, poor) },
  ];
  const rest = { seed, inputs: mixOf({ letter: 1, photo: 1 }), tasks: 1_000 };
  const aware = await playContest('adaptive', agents, rest);
  const free = await playContest('adaptive', agents, { ...rest, ...CONTEXT_FREE });
  return {
    aware: measureWorth(aware, agents).regretRatio,
    free: measureWorth(free, agents).regretRatio,
  };
}
