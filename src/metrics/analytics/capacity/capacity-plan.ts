import {
  fewestServers,
  predictWait,
  waitQuantileMs,
  type QueueLoad,
  type WaitPrediction,
} from './queue-model.js';

/** How long tasks may wait. */
export interface WaitTarget {
  readonly waitMs: number;
  /** The share of the tasks that may wait no longer, 0.5 to 0.999; without it the mean is meant. */
  readonly quantile?: number | undefined;
}

/** A prediction with what most tasks wait at most; infinite where the line only grows. */
export interface PredictedWait extends WaitPrediction {
  readonly p50WaitMs: number;
  readonly p95WaitMs: number;
  readonly p99WaitMs: number;
}

/** What is asked: whether those who serve are enough. */
export interface CapacityQuestion {
  readonly load: QueueLoad;
  /** Slots of all agents that can serve. */
  readonly servers: number;
  /** Slots that one more agent brings. */
  readonly slotsPerAgent: number;
  readonly target: WaitTarget;
}

/** How many agents are enough, and what they would change. */
export interface CapacityPlan {
  readonly now: PredictedWait;
  /** The fewest slots that meet the target; `undefined` where no number does that is searched for. */
  readonly enough: PredictedWait | undefined;
  /** Whole agents to add; below 0 so many can go. */
  readonly addAgents: number | undefined;
  /** With so many agents more, or less. */
  readonly after: PredictedWait | undefined;
}

/** The smallest change of the number of agents that meets a target, with the wait before and after. */
export function planCapacity({ load, servers, slotsPerAgent, target }: CapacityQuestion): CapacityPlan {
  const enough = fewestServers(load, (each) => waitOf(each, target) <= target.waitMs);
  const now = predictWaits(load, servers);
  if (enough === undefined) return { now, enough, addAgents: undefined, after: undefined };
  // The last agent that goes may take more slots than there are to spare: then it stays.
  const addAgents = Math.ceil((enough.servers - servers) / slotsPerAgent) + 0;
  const after = predictWaits(load, servers + addAgents * slotsPerAgent);
  return { now, enough: predictWaits(load, enough.servers), addAgents, after };
}

/** The prediction at a number of servers, with its quantiles. */
export function predictWaits(load: QueueLoad, servers: number): PredictedWait {
  const prediction = predictWait(load, servers);
  return {
    ...prediction,
    p50WaitMs: waitQuantileMs(prediction, 0.5),
    p95WaitMs: waitQuantileMs(prediction, 0.95),
    p99WaitMs: waitQuantileMs(prediction, 0.99),
  };
}

function waitOf(prediction: WaitPrediction, { quantile }: WaitTarget): number {
  return quantile === undefined ? prediction.meanWaitMs : waitQuantileMs(prediction, quantile);
}
