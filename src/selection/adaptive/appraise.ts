import type { Candidate } from '../selection.types.js';
import { typicalOf, type Objective } from '../strategies/objective.js';
import { durationUnder, type Belief } from './belief.js';
import { EVIDENCE_NAMES } from './drawn-choice.js';
import { loadOf } from './load-effect.js';

/** How far off the logarithm of an unknown duration may be, as a variance: a factor of about e. */
const UNKNOWN_LOG_VARIANCE = 1;

/**
 * What candidates are expected to be worth under the load that each has now, and how far that may be off: by the deviations of
 * success, duration and cost, taken as independent, to the first order. One of whom nothing is known is taken to be as fast and as
 * cheap as the median, with much doubt.
 */
export function appraise(
  beliefs: readonly Readonly<Belief>[],
  candidates: readonly Pick<Candidate, 'inFlight'>[],
  objective: Objective,
): number[] {
  const { length: count } = beliefs;
  if (durations.length < count)
    [durations, costs] = [new Float64Array(2 * count), new Float64Array(2 * count)];
  for (let at = 0; at < count; at += 1) {
    const belief = beliefs[at] as Belief;
    durations[at] = durationUnder(loadOf((candidates[at] as Candidate).inFlight), belief);
    costs[at] = belief.costUsd;
  }
  const typicalMs = objective.typicalMs ?? typicalOf(durations, count);
  const typicalUsd = objective.typicalUsd ?? typicalOf(costs, count);
  const width = EVIDENCE_NAMES.length;
  if (blank.length < width * count) blank = new Array<number>(width * count).fill(UNWRITTEN);
  const evidence = blank.slice(0, width * count);
  for (let at = 0; at < count; at += 1) {
    const belief = beliefs[at] as Belief;
    const known = durations[at] as number;
    const durationMs = Number.isNaN(known) ? typicalMs : Math.min(known, Number.MAX_VALUE);
    const costUsd = Number.isNaN(belief.costUsd) ? typicalUsd : belief.costUsd;
    const speed = typicalMs / (typicalMs + durationMs);
    const thrift = typicalUsd / (typicalUsd + costUsd);
    const merit = objective.success + objective.speed * speed + objective.thrift * thrift;
    const { successRatio, successWeight } = belief;
    const successVariance = (successRatio * (1 - successRatio)) / (successWeight + 1);
    const speedVariance = (speed * (1 - speed)) ** 2 * logVarianceOf(belief);
    const thriftVariance = varianceOfThrift(belief, thrift, typicalUsd);
    const meritVariance = objective.speed ** 2 * speedVariance + objective.thrift ** 2 * thriftVariance;
    const variance =
      merit ** 2 * successVariance + successRatio ** 2 * meritVariance + successVariance * meritVariance;
    const start = width * at;
    evidence[start] = successRatio;
    evidence[start + 1] = durationMs;
    evidence[start + 2] = costUsd;
    evidence[start + 3] = successRatio * merit;
    // Never quite sure: a deviation of 0 would end all doubt, and divide by it.
    evidence[start + 4] = Math.max(Math.sqrt(variance), 1e-9);
  }
  return evidence;
}

/** Of the candidates of one call; lists made for each would cost as much as all the rest. */
let durations = new Float64Array(64);
let costs = new Float64Array(64);

/** No integer, so that lists copied from the one below hold plain doubles from the start. */
const UNWRITTEN = 0.5;
let blank: readonly number[] = new Array<number>(5 * 64).fill(UNWRITTEN);

/** Of the mean of the logarithm, and of half of its variance, which the mean of the duration has in it. */
function logVarianceOf({ logMsVariance, logMsWeight }: Belief): number {
  if (logMsWeight === 0) return UNKNOWN_LOG_VARIANCE;
  return (logMsVariance + logMsVariance ** 2 / 2) / logMsWeight;
}

function varianceOfThrift({ costVariance, costWeight }: Belief, thrift: number, typicalUsd: number): number {
  // A cost that is not known may be anything: evenly spread over all thrifts there are.
  if (costWeight === 0) return 1 / 12;
  const slope = thrift ** 2 / typicalUsd;
  return (slope ** 2 * costVariance) / costWeight;
}
