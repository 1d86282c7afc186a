import type { RandomSource } from '../../common/index.js';

// By name once: under jest each look at a global goes through the context of the test, and these are millions.
const { ceil, log, max, min, sqrt } = Math;

/** Draws one time; its mean is 1. */
export type Draw = () => number;

/** Distributions with a mean of 1, by their squared coefficient of variation. */
export const draws = {
  /** 0. */
  constant: (): Draw => () => 1,
  /** 1. */
  exponential:
    (random: RandomSource): Draw =>
    () =>
      -log(1 - random.next()),
  /** 1 / `stages`. */
  erlang:
    (random: RandomSource, stages: number): Draw =>
    () => {
      let product = 1;
      for (let stage = 0; stage < stages; stage++) product *= 1 - random.next();
      return -log(product) / stages;
    },
  /** `scv`, above 1: one of two exponential times, with balanced means. */
  hyperexponential: (random: RandomSource, scv: number): Draw => {
    const short = (1 + sqrt((scv - 1) / (scv + 1))) / 2;
    return () => {
      const share = random.next() < short ? short : 1 - short;
      return -log(1 - random.next()) / (2 * share);
    };
  },
};

export interface SimulatedQueue {
  readonly servers: number;
  readonly utilizationRatio: number;
  readonly arrivals: number;
  readonly between: Draw;
  readonly service: Draw;
}

/** What the arrivals of a queue waited, in mean service times; the first tenth is not counted, as the queue starts empty. */
export interface SimulatedWaits {
  readonly mean: number;
  readonly waitedShare: number;
  /** The wait that 95 % did not exceed, to a hundredth. */
  readonly p95: number;
}

/**
 * One line before several servers, first come first served, exactly: each arrival gets the server that is free first (Kiefer and Wolfowitz,
 * 1955; for one server Lindley, 1952).
 */
export function simulateQueue({
  servers,
  utilizationRatio,
  arrivals,
  between,
  service,
}: SimulatedQueue): SimulatedWaits {
  const gap = 1 / (utilizationRatio * servers);
  const freeAt = new Float64Array(servers);
  const warmUp = arrivals / 10;
  const hundredths = new Uint32Array(20_000);
  let at = 0;
  let sum = 0;
  let waited = 0;
  for (let arrival = 0; arrival < arrivals; arrival++) {
    at += gap * between();
    const wait = max(freeAt[0]! - at, 0);
    const end = at + wait + service();
    // The times stay sorted: the first one leaves, the new one moves down to its place.
    let place = 0;
    for (; place + 1 < servers && freeAt[place + 1]! < end; place++) freeAt[place] = freeAt[place + 1]!;
    freeAt[place] = end;
    if (arrival < warmUp) continue;
    sum += wait;
    if (wait > 0) waited += 1;
    hundredths[min(ceil(wait * 100), hundredths.length - 1)]! += 1;
  }
  const counted = arrivals - ceil(warmUp);
  return { mean: sum / counted, waitedShare: waited / counted, p95: quantile(hundredths, counted * 0.95) };
}

function quantile(hundredths: Uint32Array, wanted: number): number {
  let place = 0;
  for (let seen = hundredths[0]!; seen < wanted;) seen += hundredths[++place]!;
  return place / 100;
}
