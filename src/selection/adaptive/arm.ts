import type { PerformanceEstimate } from '../../metrics/index.js';
import { LOG_VARIANCE, newBelief, refine, resetBelief, type Belief } from './belief.js';
import { Cell, hasFaded, logOf, usdOf, type Lesson, type Moment } from './cell.js';
import { LoadEffect } from './load-effect.js';

/** What was known before weighs at most as much as so many attempts. */
const PRIOR_MOST = 20;

/** What is declared weighs as much as so many. */
const DECLARED = 2;

/** More contexts than this are not kept for one agent; the oldest ones go. */
const MOST_CONTEXTS = 500;

/** Contexts that beliefs are held of at a time. */
const MOST_HELD = 32;

interface Held {
  readonly belief: Belief;
  moment: Moment;
  /** How much the agent's arm had learned. */
  lessons: number;
}

/** What is known of one agent at one capability, over all and in each context. */
export class Arm {
  readonly #loadEffect = new LoadEffect();
  readonly #root: Cell;
  readonly #contexts = new Map<number, Cell>();
  #lessons = 0;
  /** What is believed, by the finest context that it is believed in, until something is learned. */
  readonly #beliefs = new Map<number, Held>();

  /** @param estimate what was measured before, or is declared */
  constructor(estimate: PerformanceEstimate, moment: Moment) {
    this.#root = new Cell(moment);
    adopt(this.#root, estimate);
  }

  /**
   * What is believed of the agent in the last of these contexts. It is worked out anew when something was learned, or when what is
   * known has faded by a hundredth; the same object each time, so take from it what you need.
   * @param contexts from the coarsest on, of which the first is over all
   */
  believe(contexts: readonly number[], moment: Moment): Readonly<Belief> {
    const finest = contexts[contexts.length - 1] as number;
    const held = this.#beliefs.get(finest) ?? this.#hold(finest, moment);
    if (held.lessons === this.#lessons && !hasFaded(held.moment, moment)) return held.belief;
    held.moment = moment;
    held.lessons = this.#lessons;
    this.believeOverAll(moment, held.belief);
    for (let level = 1; level < contexts.length; level += 1) {
      this.believeIn(contexts[level] as number, held.belief, moment);
    }
    return held.belief;
  }

  /**
   * What is believed of the agent over all, to be brought down to finer contexts.
   * @param belief is made over into it
   */
  believeOverAll(moment: Moment, belief: Belief): void {
    resetBelief(belief, this.#loadEffect.exponent);
    refine(belief, this.#root, this.#root.fadingAt(moment), true);
  }

  /** Brings what is believed in the next coarser context down to a finer one; without experience it stays as it is. */
  believeIn(context: number, belief: Belief, moment: Moment): void {
    const cell = this.#contexts.get(context);
    if (cell !== undefined) refine(belief, cell, cell.fadingAt(moment), false);
  }

  /** @param contexts as in {@link believe} */
  learn(lesson: Lesson, contexts: readonly number[], moment: Moment): void {
    this.#lessons += 1;
    const { exponent } = this.#loadEffect;
    this.#root.learn(lesson, moment, exponent);
    for (let level = 1; level < contexts.length; level += 1) {
      this.#cellOf(contexts[level] as number, moment).learn(lesson, moment, exponent);
    }
    if (lesson.hasSucceeded) this.#loadEffect.learn(lesson.load, lesson.logMs);
  }

  #hold(finest: number, moment: Moment): Held {
    if (this.#beliefs.size >= MOST_HELD) this.#beliefs.clear();
    const held: Held = { belief: newBelief(), moment, lessons: -1 };
    this.#beliefs.set(finest, held);
    return held;
  }

  #cellOf(context: number, moment: Moment): Cell {
    let cell = this.#contexts.get(context);
    if (cell !== undefined) return cell;
    if (this.#contexts.size >= MOST_CONTEXTS) {
      this.#contexts.delete(this.#contexts.keys().next().value as number);
    }
    this.#contexts.set(context, (cell = new Cell(moment)));
    return cell;
  }
}

function adopt(cell: Cell, estimate: PerformanceEstimate): void {
  const { successAlpha, successBeta, sampleCount, meanDurationMs, meanCostUsd } = estimate;
  // Beta(1, 1) is believed of everybody anyway.
  const succeeded = Math.max(successAlpha - 1, 0);
  const failed = Math.max(successBeta - 1, 0);
  const share = Math.min(PRIOR_MOST / (succeeded + failed || 1), 1);
  cell.succeeded = succeeded * share;
  cell.failed = failed * share;
  const weight = Math.min(sampleCount + DECLARED, PRIOR_MOST);
  if (meanDurationMs !== undefined) {
    cell.durations = weight;
    cell.meanLogMs = logOf(meanDurationMs) - LOG_VARIANCE / 2;
    cell.spreadLogMs = weight * LOG_VARIANCE;
  }
  if (meanCostUsd !== undefined) {
    cell.costs = weight;
    cell.meanUsd = usdOf(meanCostUsd);
    cell.spreadUsd = weight * cell.meanUsd ** 2 * LOG_VARIANCE;
  }
}
