import type { Arm } from './arm.js';
import { logMsUnder, newBelief, type Belief } from './belief.js';
import type { Lesson, Moment } from './cell.js';
import type { ContextDepth } from './contexts.js';

/** Where and when a lesson was learned. */
export interface Place {
  /** From the coarsest on. */
  readonly contexts: readonly number[];
  readonly moment: Moment;
}

/** Has each level of contexts say how likely it held what happened, before anything is learned from it. */
export function judgeDepth(depth: ContextDepth, arm: Arm, lesson: Lesson, { contexts, moment }: Place): void {
  const { coarse, fine } = scratch;
  arm.believeOverAll(moment, coarse);
  arm.believeOverAll(moment, fine);
  for (let level = 1; level < contexts.length; level += 1) {
    arm.believeIn(contexts[level] as number, fine, moment);
    depth.judge(level, advantageOf(fine, coarse, lesson));
  }
}

/** Made over for each attempt: to make new ones takes as long as to judge. */
const scratch = { coarse: newBelief(), fine: newBelief() };

/**
 * How much more likely a finer belief held what happened, as a difference of logarithms. Both are given the variances of the coarse
 * one: only where they expect it counts.
 */
function advantageOf(fine: Belief, coarse: Belief, lesson: Lesson): number {
  const { hasSucceeded, logMs, costUsd, load } = lesson;
  const likelihood = ({ successRatio }: Belief): number => (hasSucceeded ? successRatio : 1 - successRatio);
  let advantage = Math.log(likelihood(fine) / likelihood(coarse));
  if (hasSucceeded && coarse.logMsWeight > 0) {
    advantage += closer(logMs, logMsUnder(load, fine), logMsUnder(load, coarse)) / (2 * coarse.logMsVariance);
  }
  if (coarse.costWeight > 0 && coarse.costVariance > 0) {
    advantage += closer(costUsd, fine.costUsd, coarse.costUsd) / (2 * coarse.costVariance);
  }
  return Number.isNaN(advantage) ? 0 : advantage;
}

function closer(seen: number, one: number, other: number): number {
  return (seen - other) ** 2 - (seen - one) ** 2;
}
