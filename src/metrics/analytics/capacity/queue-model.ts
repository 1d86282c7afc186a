/** What comes to a queue, and how long each keeps a server. */
export interface QueueLoad {
  readonly arrivalsPerSecond: number;
  readonly meanServiceMs: number;
  /** Variance of the service times over their squared mean: 0 always the same, 1 exponential. */
  readonly serviceScv: number;
  /** The same of the times between arrivals: 1 for arrivals that know nothing of each other (Poisson). */
  readonly arrivalScv: number;
}

/** How long work is expected to wait for a server, in the long run. Waits are infinite where the queue only grows. */
export interface WaitPrediction {
  readonly servers: number;
  /** Share of the servers that is busy; from 1 on the queue grows without end. */
  readonly utilizationRatio: number;
  /** Probability that an arrival finds every server busy. */
  readonly waitProbability: number;
  readonly meanWaitMs: number;
}

/** Servers that are busy on average if there are enough, in erlangs. */
export function offeredLoadOf({ arrivalsPerSecond, meanServiceMs }: QueueLoad): number {
  return (arrivalsPerSecond * meanServiceMs) / 1_000;
}

/**
 * The stationary wait at a number of servers with one queue, first come first served.
 *
 * Exact for Poisson arrivals and exponential service (Erlang C), and for any service on one server (Pollaczek–Khinchine). Otherwise the
 * approximation of Allen and Cunneen: the wait of M/M/c times the mean of both variabilities (Allen, Probability, Statistics, and Queueing
 * Theory, 2nd ed., 1990, section 5.3; how good it is: Whitt, Production and Operations Management 2, 1993).
 */
export function predictWait(load: QueueLoad, servers: number): WaitPrediction {
  let blocked = 1;
  for (let count = 1; count <= servers; count++) blocked = blockedWithOneMore(blocked, count, load);
  return predictionAt(load, servers, blocked);
}

/**
 * The wait that a share of arrivals, such as 0.95, does not exceed. Those who wait at all, by Erlang C, are taken to wait exponentially long. Exact for M/M/c, right in the
 * limit of a high load for all others (Kingman, 1962; Whitt, 1993), and least sure for deterministic service and for small quantiles.
 */
export function waitQuantileMs({ waitProbability, meanWaitMs }: WaitPrediction, quantile: number): number {
  if (!Number.isFinite(meanWaitMs)) return Infinity;
  const above = 1 - quantile;
  return waitProbability <= above ? 0 : (meanWaitMs / waitProbability) * Math.log(waitProbability / above);
}

/** More servers than this are not searched for. */
export const MAX_SERVERS = 100_000;

/** The prediction with the fewest servers, at most {@link MAX_SERVERS}, that is good enough; waits shrink with each server. */
export function fewestServers(
  load: QueueLoad,
  isEnough: (prediction: WaitPrediction) => boolean,
): WaitPrediction | undefined {
  let blocked = 1;
  for (let servers = 1; servers <= MAX_SERVERS; servers++) {
    blocked = blockedWithOneMore(blocked, servers, load);
    const prediction = predictionAt(load, servers, blocked);
    if (isEnough(prediction)) return prediction;
  }
  return undefined;
}

/**
 * Erlang B with one server more, from Erlang B without it. Every step is a share between 0 and 1, so nothing overflows, and what is too
 * small to be told from 0 is 0 (Jagerman, Bell System Technical Journal 53, 1974).
 */
function blockedWithOneMore(blocked: number, servers: number, load: QueueLoad): number {
  const offered = offeredLoadOf(load) * blocked;
  return offered / (servers + offered);
}

function predictionAt(load: QueueLoad, servers: number, blocked: number): WaitPrediction {
  const offered = offeredLoadOf(load);
  if (offered === 0) return { servers, utilizationRatio: 0, waitProbability: 0, meanWaitMs: 0 };
  const utilizationRatio = offered / servers;
  if (utilizationRatio >= 1) return { servers, utilizationRatio, waitProbability: 1, meanWaitMs: Infinity };
  const waitProbability = blocked / (1 - utilizationRatio * (1 - blocked));
  const variability = (load.arrivalScv + load.serviceScv) / 2;
  const meanWaitMs = (waitProbability * load.meanServiceMs * variability) / (servers - offered);
  return { servers, utilizationRatio, waitProbability, meanWaitMs };
}
