import { drawExponential, type RandomSource } from '../../common/index.js';
import { checkAmount } from './simulation.errors.js';

/**
 * When tasks come: milliseconds since the start, ascending. It may go on for ever; the simulation takes as many as it is to have.
 * @publicApi
 */
export type Arrivals = (random: RandomSource) => Iterable<number>;

/** Independent callers, so many tasks a second on average. @throws SIMULATION_INVALID for a rate that is not above 0 @publicApi */
export function poisson(ratePerSecond: number): Arrivals {
  const meanMs = 1_000 / checkAmount('ratePerSecond', ratePerSecond, Number.MIN_VALUE);
  return function* (random) {
    for (let atMs = 0; ;) yield (atMs += meanMs * drawExponential(random));
  };
}

/** One task every so many milliseconds. @throws SIMULATION_INVALID for a negative gap @publicApi */
export function evenly(gapMs: number): Arrivals {
  checkAmount('gapMs', gapMs, 0);
  return function* () {
    for (let count = 1; ; count += 1) yield count * gapMs;
  };
}

/** When tasks came once, as instants in any unit of milliseconds; the first one begins. @publicApi */
export function recorded(instants: readonly number[]): Arrivals {
  const sorted = instants.toSorted((one, other) => one - other);
  return () => sorted.map((instant) => instant - (sorted[0] as number));
}

/**
 * What a simulated task brings.
 * @publicApi
 */
export interface SimulatedInput {
  /** The name of its data type. */
  readonly type: string;
  /** Rough size as JSON; default 0, which is a few bytes. */
  readonly bytes?: number;
}

/**
 * What the tasks of a simulation bring.
 * @publicApi
 */
export interface SimulatedInputs {
  /** Every data type there may be. */
  readonly types: readonly string[];
  next(taskNumber: number, random: RandomSource): SimulatedInput;
}

/**
 * Inputs of several types, in the given shares.
 * @example mixOf({ invoice: 3, photo: 1 })
 * @throws SIMULATION_INVALID for a negative share, or when all are 0
 * @publicApi
 */
export function mixOf(shares: Readonly<Record<string, number>>): SimulatedInputs {
  const entries = Object.entries(shares);
  for (const [type, share] of entries) checkAmount(`the share of ${type}`, share, 0);
  const total = entries.reduce((sum, [, share]) => sum + share, 0);
  checkAmount('the sum of the shares', total, Number.MIN_VALUE);
  return {
    types: entries.map(([type]) => type),
    next: (_, random) => {
      let left = random.next() * total;
      for (const [type, share] of entries) if ((left -= share) < 0) return { type };
      return { type: entries.at(-1)?.[0] as string };
    },
  };
}
