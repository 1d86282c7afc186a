import { SeededRandom } from '../../common/index.js';
import { resolveObjective, typicalOf, worthOf, type ObjectiveOptions } from '../../selection/index.js';
import { behaviorIn, type Behavior, type Situation } from './behavior.js';
import { constant, logNormal } from './distribution.js';
import { streamOf, type SimulatedAgent } from './simulated-agent.js';
import type { SimulationResult } from './simulation-result.js';

/**
 * What the tasks of a simulation were worth by an objective, and what they would have been worth with an oracle: one that knows how
 * each agent behaves, and gives each task to the best. Expected worth counts, not luck, so little of it is needed to tell strategies
 * apart.
 * @publicApi
 */
export interface Worth {
  /** Mean over the tasks, 0 to 1. */
  readonly reached: number;
  readonly possible: number;
  /** The share of what was possible that was lost, 0 to 1. */
  readonly regretRatio: number;
}

/** @publicApi */
export function measureWorth(
  result: SimulationResult,
  agents: readonly SimulatedAgent[],
  options?: ObjectiveOptions,
): Worth {
  const objective = resolveObjective(options);
  let reached = 0;
  let possible = 0;
  for (const { number, arrivedAtMs, inputType, agent } of result.tasks) {
    const situation: Situation = { taskNumber: number, atMs: arrivedAtMs, inputType, inputBytes: 0 };
    const behaviors = agents.map(({ behavior }) => behaviorIn(behavior, situation));
    const typicalMs = objective.typicalMs ?? typicalOf(behaviors.map(({ latencyMs }) => latencyMs.mean));
    const typicalUsd = objective.typicalUsd ?? typicalOf(behaviors.map(({ costUsd }) => costUsd?.mean ?? 0));
    const worths = behaviors.map(({ latencyMs, costUsd, failureRatio = 0 }) =>
      worthOf(
        { successRatio: 1 - failureRatio, durationMs: latencyMs.mean, costUsd: costUsd?.mean ?? 0 },
        objective,
        typicalMs,
        typicalUsd,
      ),
    );
    possible += Math.max(...worths);
    reached += worths[agents.findIndex(({ name }) => name === agent)] ?? 0;
  }
  const { length } = result.tasks;
  return {
    reached: reached / length,
    possible: possible / length,
    regretRatio: 1 - reached / possible,
  };
}

/** A behavior drawn at random: anything from quick, cheap and sure to slow, dear and unsure. */
export function anyBehavior(seed: number): Behavior {
  const random = new SeededRandom(streamOf(seed));
  const between = (least: number, most: number): number => least * (most / least) ** random.next();
  return {
    latencyMs: logNormal(between(100, 2_000)),
    costUsd: constant(between(0.001, 0.05)),
    failureRatio: random.next() / 2,
  };
}
