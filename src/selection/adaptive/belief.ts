import type { Cell } from './cell.js';

/**
 * What is believed of an agent in a context: success is Beta, the logarithm of the duration is normal with a normal-inverse-gamma
 * prior, the cost is taken as normal. Each as a mean and how many attempts it rests on.
 */
export interface Belief {
  successRatio: number;
  successWeight: number;
  /** Under the load below; `NaN` when no duration is known. */
  logMs: number;
  load: number;
  /** By which durations grow with the load; see `LoadEffect`. */
  loadExponent: number;
  logMsVariance: number;
  logMsWeight: number;
  /** `NaN` when no cost is known. */
  costUsd: number;
  costVariance: number;
  costWeight: number;
}

/** How many attempts a finer context takes over from the next coarser one. */
const HANDED_DOWN = 8;

/** Variance of the logarithm of durations before there are any: a deviation of about one half. */
export const LOG_VARIANCE = 0.25;

/** How many attempts the variances above weigh. */
export const VARIANCE_WEIGHT = 2;

/** A belief of nothing; see {@link resetBelief}. */
export function newBelief(): Belief {
  return {
    successRatio: 0.5,
    successWeight: 2,
    logMs: Number.NaN,
    load: 0,
    loadExponent: 0,
    logMsVariance: LOG_VARIANCE,
    logMsWeight: 0,
    costUsd: Number.NaN,
    costVariance: 0,
    costWeight: 0,
  };
}

/** Makes a belief one to be refined: any reliability is as likely as another, Beta(1, 1), and nothing is known of the rest. */
export function resetBelief(belief: Belief, loadExponent: number): void {
  belief.successRatio = 0.5;
  belief.successWeight = 2;
  belief.logMs = Number.NaN;
  belief.load = 0;
  belief.loadExponent = loadExponent;
  belief.logMsVariance = LOG_VARIANCE;
  belief.logMsWeight = 0;
  belief.costUsd = Number.NaN;
  belief.costVariance = 0;
  belief.costWeight = 0;
}

/** Brings the belief of the coarser context down to the cell of a finer one; `fading` is the cell's. */
export function refine(belief: Belief, cell: Cell, fading: number, isRoot: boolean): void {
  const handedDown = isRoot ? 2 : Math.min(HANDED_DOWN, belief.successWeight);
  const tries = (cell.succeeded + cell.failed) * fading;
  belief.successRatio = (belief.successRatio * handedDown + cell.succeeded * fading) / (handedDown + tries);
  belief.successWeight = handedDown + tries;
  refineDuration(belief, cell, fading, isRoot);
  refineCost(belief, cell, fading, isRoot);
}

function refineDuration(belief: Belief, cell: Cell, fading: number, isRoot: boolean): void {
  const before = isRoot ? 0 : Math.min(HANDED_DOWN, belief.logMsWeight);
  const count = cell.durations * fading;
  belief.logMsWeight = before + count;
  if (count === 0) return;
  const load = Number.isNaN(cell.meanLoad) ? 0 : cell.meanLoad;
  belief.logMs = blend(belief.logMs, before, cell.meanLogMs, count);
  belief.load = blend(belief.load, before, load, count);
  belief.logMsVariance = blendSpread(belief.logMsVariance, cell.spreadLogMs * fading, count);
}

function refineCost(belief: Belief, cell: Cell, fading: number, isRoot: boolean): void {
  const before = isRoot ? 0 : Math.min(HANDED_DOWN, belief.costWeight);
  const count = cell.costs * fading;
  belief.costWeight = before + count;
  if (count === 0) return;
  belief.costUsd = blend(belief.costUsd, before, cell.meanUsd, count);
  // Before there is more than one, a cost may as well be half as high or half as high again.
  const variance = isRoot ? belief.costUsd * belief.costUsd * LOG_VARIANCE : belief.costVariance;
  belief.costVariance = blendSpread(variance, cell.spreadUsd * fading, count);
}

/** The mean of what was believed, if anything was, and of what was seen. */
function blend(believed: number, weight: number, seen: number, count: number): number {
  return weight > 0 ? (believed * weight + seen * count) / (weight + count) : seen;
}

function blendSpread(variance: number, spread: number, count: number): number {
  return (variance * VARIANCE_WEIGHT + spread) / (VARIANCE_WEIGHT + count);
}

/** The logarithm that is to be expected of a duration under a load. */
export function logMsUnder(load: number, belief: Readonly<Belief>): number {
  return belief.logMs + belief.loadExponent * (load - belief.load);
}

/** The mean of a log-normal duration under a load. */
export function durationUnder(load: number, belief: Readonly<Belief>): number {
  return Math.exp(logMsUnder(load, belief) + Math.min(belief.logMsVariance, 4) / 2);
}
