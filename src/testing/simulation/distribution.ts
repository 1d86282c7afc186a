import { drawExponential, drawNormal, type RandomSource } from '../../common/index.js';
import { checkAmount } from './simulation.errors.js';

/**
 * A quantity that varies from task to task: a latency, a cost.
 * @publicApi
 */
export interface Distribution {
  readonly mean: number;
  /** Deviation over mean: 0 for what never varies, 1 for the exponential distribution. */
  readonly variation: number;
  draw(random: RandomSource): number;
}

/** Always the same. @throws SIMULATION_INVALID for a negative value @publicApi */
export function constant(value: number): Distribution {
  return { mean: checkAmount('value', value, 0), variation: 0, draw: () => value };
}

/** Anything between two values, evenly. @throws SIMULATION_INVALID for values below 0 or in the wrong order @publicApi */
export function uniform(least: number, most: number): Distribution {
  const width = checkAmount('most', most, checkAmount('least', least, 0)) - least;
  const mean = least + width / 2;
  return {
    mean,
    variation: mean === 0 ? 0 : width / Math.sqrt(12) / mean,
    draw: (random) => least + width * random.next(),
  };
}

/** Waiting times without memory, the usual model of service. @throws SIMULATION_INVALID for a negative mean @publicApi */
export function exponential(mean: number): Distribution {
  checkAmount('mean', mean, 0);
  return { mean, variation: 1, draw: (random) => mean * drawExponential(random) };
}

/**
 * Mostly near its mean, at times far above it, as the latencies of services are.
 *
 * @param variation deviation over mean, 0 to 100; default 0.5
 * @throws SIMULATION_INVALID
 * @publicApi
 */
export function logNormal(mean: number, variation = 0.5): Distribution {
  checkAmount('mean', mean, 0);
  const spread = Math.sqrt(Math.log(1 + checkAmount('variation', variation, 0, 100) ** 2));
  const median = mean * Math.exp((-spread * spread) / 2);
  return { mean, variation, draw: (random) => median * Math.exp(spread * drawNormal(random)) };
}

/** One of the values that were measured, each as likely as the others. @throws SIMULATION_INVALID when there are none @publicApi */
export function measured(values: readonly number[]): Distribution {
  checkAmount('the count of values', values.length, 1);
  for (const value of values) checkAmount('value', value, 0);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return {
    mean,
    variation: mean === 0 ? 0 : Math.sqrt(variance) / mean,
    draw: (random) => values[random.below(values.length)] as number,
  };
}

/** The same quantity, so many times as large. @throws SIMULATION_INVALID for a negative factor @publicApi */
export function scaled(distribution: Distribution, factor: number): Distribution {
  checkAmount('factor', factor, 0);
  const { mean, variation } = distribution;
  return { mean: mean * factor, variation, draw: (random) => factor * distribution.draw(random) };
}
