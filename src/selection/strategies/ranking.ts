import { SeededRandom, type RandomSource } from '../../common/index.js';
import type { PerformanceBook, PerformanceEstimate } from '../../metrics/index.js';
import type { Candidate, RecordedChoice, Selection, SelectionRequest } from '../selection.types.js';
import { Strategy } from '../strategy.js';

/** A candidate of whom fewer attempts count than these is a stranger: what is expected of it is hearsay. */
const KNOWN_AFTER = 3;

/** The share of choices that go to a stranger while there is one, so that everybody is tried at some time. */
const TRIAL_RATIO = 0.1;

/** Stands for a figure that is not known; known ones are 0 or more. */
export const UNKNOWN = -1;

/** What ranked candidates are chosen by: for each, how many attempts of it count and its figure. */
type Evidence = readonly number[];

/**
 * A strategy that ranks by one figure of what is measured.
 *
 * A figure that is not known, neither measured nor declared, never wins over one that is. So that strangers become known, one
 * choice in ten goes to one of them, each as likely as the others, while there is one; but never that of an urgent or a
 * critical task. Equal figures are drawn for.
 */
export abstract class RankingStrategy extends Strategy {
  override readonly evidenceNames = ['sampleCount', 'figure'];
  /** Whether the smallest figure is the best. */
  protected abstract readonly isLeastBest: boolean;

  constructor(
    private readonly book: PerformanceBook,
    private readonly random: RandomSource,
  ) {
    super();
  }

  /** The figure of each, 0 or more, or {@link UNKNOWN}. */
  protected abstract figuresOf(estimates: readonly PerformanceEstimate[]): readonly number[];

  /** A known figure, for people. */
  protected abstract describe(figure: number): string;

  select(candidates: readonly Candidate[], request: SelectionRequest): Selection {
    const estimates = candidates.map((candidate) => this.book.estimate(candidate, request.capability));
    const figures = this.figuresOf(estimates);
    const evidence = new Array<number>(2 * candidates.length);
    for (let at = 0; at < candidates.length; at += 1) {
      evidence[2 * at] = (estimates[at] as PerformanceEstimate).sampleCount;
      evidence[2 * at + 1] = figures[at] as number;
    }
    return this.#decide(evidence, this.random.below(2 ** 32), request);
  }

  override replay({ evidence = [], seed = 0, request }: RecordedChoice): Selection {
    return this.#decide(evidence, seed, request);
  }

  #decide(evidence: Evidence, seed: number, { priority, criticality }: SelectionRequest): Selection {
    const sign = this.isLeastBest ? -1 : 1;
    const best = findBest(evidence, sign);
    const mayTry = priority !== 'urgent' && criticality !== 'critical';
    const strangers = mayTry ? findStrangers(evidence) : [];
    const random = new SeededRandom(seed);
    const trialRatio = strangers.length > 0 ? TRIAL_RATIO : 0;
    const isTrial = random.next() < trialRatio;
    const drawnFrom = isTrial ? strangers : best;
    const index = drawnFrom[random.below(drawnFrom.length)] as number;
    const propensities = new Array<number>(evidence.length / 2).fill(0);
    for (const at of best) propensities[at] = (1 - trialRatio) / best.length;
    for (const at of strangers) propensities[at]! += trialRatio / strangers.length;
    const figure = evidence[2 * index + 1] as number;
    return {
      index,
      reason: isTrial
        ? 'is tried, as little is known of it'
        : figure === UNKNOWN
          ? 'drawn, as nothing is known of any'
          : this.describe(figure),
      scores: scoresOf(evidence, sign),
      propensity: propensities[index],
      propensities,
      seed,
      evidence,
    };
  }
}

/** Where the best known figure is; everywhere, when none is known. */
function findBest(evidence: Evidence, sign: number): number[] {
  let best: number[] = [];
  let highest = -Infinity;
  for (let at = 0; 2 * at < evidence.length; at += 1) {
    const figure = evidence[2 * at + 1] as number;
    const score = figure === UNKNOWN ? -Infinity : sign * figure;
    if (score > highest) best = [];
    if (score >= highest) best.push(at);
    highest = Math.max(highest, score);
  }
  return best;
}

function findStrangers(evidence: Evidence): number[] {
  const strangers: number[] = [];
  for (let at = 0; 2 * at < evidence.length; at += 1) {
    if ((evidence[2 * at] as number) < KNOWN_AFTER) strangers.push(at);
  }
  return strangers;
}

function scoresOf(evidence: Evidence, sign: number): number[] {
  const scores = new Array<number>(evidence.length / 2);
  for (let at = 0; at < scores.length; at += 1) {
    const figure = evidence[2 * at + 1] as number;
    scores[at] = figure === UNKNOWN ? -Infinity : sign * figure;
  }
  return scores;
}

/** The mean of the posterior of success. */
export function successRatioOf({ successAlpha, successBeta }: PerformanceEstimate): number {
  return successAlpha / (successAlpha + successBeta);
}
