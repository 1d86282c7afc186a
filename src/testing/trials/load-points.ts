import { SeededRandom } from '../../common/index.js';
import { predictWait } from '../../metrics/index.js';
import { draws, simulateQueue } from './queue-simulation.js';

const SERVICE_MS = 1_000;
const SERVERS = [1, 2, 3, 5, 8, 16];

/** So many servers, of which this share is busy on average. */
export interface LoadPoint {
  readonly servers: number;
  readonly utilizationRatio: number;
  readonly seed: number;
}

/** 30 utilizations from 0.5 to 0.95. */
export const LOAD_POINTS: readonly LoadPoint[] = Array.from({ length: 30 }, (_, at) => ({
  servers: SERVERS[at % SERVERS.length]!,
  utilizationRatio: 0.5 + (at * 0.45) / 29,
  seed: at + 1,
}));

/**
 * So many arrivals that the simulated mean is within about 2 % (one standard deviation): its relative variance is about
 * 2 (Ca² + Cs²) / (arrivals (1 - utilization)²) (Whitt, Management Science 35, 1989).
 */
export function arrivalsFor(utilizationRatio: number, variability = 1): number {
  return Math.round((10_000 * variability) / (1 - utilizationRatio) ** 2);
}

/**
 * How far a predicted mean wait is off, as a share of the simulated one, or of a tenth of the service time where that is more: so
 * 10 % are 10 % of the wait, or 1 % of the service time.
 */
export function waitErrorOf(predictedMs: number, simulatedMs: number, serviceMs: number): number {
  return Math.abs(predictedMs - simulatedMs) / Math.max(simulatedMs, serviceMs / 10);
}

/** The error of what is predicted for Poisson arrivals and exponential service. */
export function waitErrorAt({ servers, utilizationRatio, seed }: LoadPoint): number {
  const random = new SeededRandom(seed);
  const simulated = simulateQueue({
    servers,
    utilizationRatio,
    arrivals: arrivalsFor(utilizationRatio),
    between: draws.exponential(random),
    service: draws.exponential(random),
  });
  const load = {
    arrivalsPerSecond: (servers * utilizationRatio * 1_000) / SERVICE_MS,
    meanServiceMs: SERVICE_MS,
    serviceScv: 1,
    arrivalScv: 1,
  };
  return waitErrorOf(predictWait(load, servers).meanWaitMs, simulated.mean * SERVICE_MS, SERVICE_MS);
}
