import { typicalOf } from './objective.js';

/** Of each candidate: its last turn, how many attempts count, and the latency that is expected of it, 0 when unknown. */
export const EVIDENCE_NAMES = ['lastTurn', 'sampleCount', 'latencyMs'] as const;

const COUNT = EVIDENCE_NAMES.length;

export interface Load {
  readonly inFlight: number;
  readonly maxConcurrentTasks: number;
}

export const lastTurnAt = (evidence: readonly number[], at: number): number => evidence[COUNT * at] as number;
const sampleCountAt = (evidence: readonly number[], at: number): number => evidence[COUNT * at + 1] as number;
const latencyAt = (evidence: readonly number[], at: number): number => evidence[COUNT * at + 2] as number;

/**
 * The delay that is to be expected of each candidate, as scores: the shortest is the highest. When no latency is known, how much of
 * its slots is free.
 * @param isCrowd only two of them are compared
 */
export function delayScoresOf(
  loads: readonly Load[],
  evidence: readonly number[],
  isCrowd: boolean,
): number[] {
  const latencies = loads.map((_, at) => latencyAt(evidence, at));
  if (!latencies.some((latencyMs) => latencyMs > 0)) {
    return loads.map(({ inFlight, maxConcurrentTasks }) => 1 - inFlight / maxConcurrentTasks);
  }
  const typicalMs = typicalOf(latencies);
  const newestTurn = isCrowd ? 0 : newestTurnOf(evidence);
  return loads.map(({ inFlight, maxConcurrentTasks }, at) => {
    const known = latencies[at] as number;
    // Of two, only chance brings together those who look best: there is nothing to temper.
    const latencyMs = isCrowd
      ? known || typicalMs
      : temper(
          known,
          typicalMs,
          sampleCountAt(evidence, at),
          (newestTurn - lastTurnAt(evidence, at)) / loads.length,
        );
    return -((inFlight + 1) * latencyMs) / maxConcurrentTasks;
  });
}

function newestTurnOf(evidence: readonly number[]): number {
  let newest = 0;
  for (let at = 0; at < evidence.length; at += COUNT) newest = Math.max(newest, evidence[at] as number);
  return newest;
}

/** As so many attempts counts what is declared, while there are none. */
const HEARSAY = 5;

/** Standard errors. */
const CHANCE = 2.5;

/** Turns for each candidate after which what is known of one that had none counts for 1/e. */
const MEMORY_TURNS = 100;

/**
 * A latency without the part of its distance from the typical one that may be chance: as far as the mean of so many latencies that
 * vary as the exponential distribution does is off at most, within so many standard errors. The bounds are those of Wilson and
 * Hilferty, "The Distribution of Chi-Square" (1931), as such means are often far too short, and seldom far too long. Agents that are
 * alike would else be told apart by their luck, and tasks wait for those that looked quick.
 *
 * What is left of the distance counts less, the longer the last turn is ago: who was unlucky would else never be asked again, and
 * never known better.
 * @param idleTurns since the last one, for each candidate
 */
function temper(latencyMs: number, typicalMs: number, sampleCount: number, idleTurns: number): number {
  if (latencyMs === 0) return typicalMs;
  const count = sampleCount > 0 ? sampleCount : HEARSAY;
  const middle = 1 - 1 / (9 * count);
  const width = CHANCE / (3 * Math.sqrt(count));
  const ratio = latencyMs / typicalMs;
  const most = cubeOf(middle + width);
  const least = cubeOf(middle - width);
  if (ratio <= most && ratio >= least) return typicalMs;
  const beyondChance = ratio / (ratio > most ? most : least);
  return typicalMs * beyondChance ** Math.exp(-idleTurns / MEMORY_TURNS);
}

function cubeOf(value: number): number {
  return value * value * value;
}
