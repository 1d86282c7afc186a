import { SeededRandom, type RandomSource } from '../../common/index.js';
import type { PerformanceBook, PerformanceEstimate } from '../../metrics/index.js';
import type { Candidate, RecordedChoice, Selection, SelectionRequest } from '../selection.types.js';
import { Strategy } from '../strategy.js';
import { delayScoresOf, EVIDENCE_NAMES, lastTurnAt, type Load } from './expected-delay.js';
import { Turns } from './turns.js';

/** More candidates than this are not all compared. */
const COMPARES_AT_MOST = 32;

/**
 * The candidate with the shortest expected delay: `(tasks under way + 1) × latency / slots`. One whose latency is not known is
 * taken to be as slow as the median of the others; when nobody's is, the smallest share of slots in use counts. Among equals, it
 * is the one whose last turn is longest ago.
 *
 * With many candidates, the better of two drawn at random gets the task: it is nearly as good (Mitzenmacher, "The Power of Two
 * Choices in Randomized Load Balancing", 2001), and nodes that know nothing of each other's tasks do not all run to the one that
 * looks best. There one bad turn is enough to keep away: the peak EWMA of the latency, which rises at once as Finagle's does, counts
 * as soon as it is out of the ordinary.
 */
export class LeastLoadedStrategy extends Strategy {
  readonly name = 'least-loaded';
  override readonly evidenceNames = EVIDENCE_NAMES;
  readonly #turns = new Turns();

  /** @param comparesAtMost candidates up to which all are compared */
  constructor(
    private readonly book: PerformanceBook,
    private readonly random: RandomSource,
    private readonly comparesAtMost: number = COMPARES_AT_MOST,
  ) {
    super();
  }

  select(candidates: readonly Candidate[], { capability }: SelectionRequest): Selection {
    const isCrowd = candidates.length > this.comparesAtMost;
    const turns = this.#turns.lastTurns(capability, candidates);
    const width = EVIDENCE_NAMES.length;
    const evidence = new Array<number>(width * candidates.length);
    for (let at = 0; at < candidates.length; at += 1) {
      const estimate = this.book.estimate(candidates[at] as Candidate, capability);
      evidence[width * at] = turns[at] as number;
      evidence[width * at + 1] = estimate.sampleCount;
      evidence[width * at + 2] = isCrowd ? wary(estimate) : (estimate.meanDurationMs ?? 0);
    }
    const seed = isCrowd ? this.random.below(2 ** 32) : undefined;
    return decide(candidates.map(loadOf), evidence, seed);
  }

  override replay({ candidates, evidence = [], seed }: RecordedChoice): Selection {
    return decide(candidates, evidence, seed);
  }

  override onChosen(candidate: Candidate, { capability }: SelectionRequest): void {
    this.#turns.take(capability, candidate);
  }
}

/** The peak of some hundred latencies that vary as the exponential distribution does lies about so far above their mean. */
const ORDINARY_PEAK = 5;

function wary({ meanDurationMs = 0, peakEwmaMs = 0 }: PerformanceEstimate): number {
  return Math.max(meanDurationMs, peakEwmaMs / ORDINARY_PEAK);
}

function loadOf({ inFlight, manifest }: Candidate): Load {
  return { inFlight, maxConcurrentTasks: manifest.maxConcurrentTasks };
}

/** Compares all, or two of them that are drawn from the seed. */
function decide(loads: readonly Load[], evidence: readonly number[], seed: number | undefined): Selection {
  const scores = delayScoresOf(loads, evidence, seed !== undefined);
  const isBetter = (one: number, other: number): boolean => {
    const difference = (scores[one] as number) - (scores[other] as number);
    if (difference !== 0) return difference > 0;
    const byTurn = lastTurnAt(evidence, one) - lastTurnAt(evidence, other);
    return byTurn !== 0 ? byTurn < 0 : one < other;
  };
  if (seed !== undefined) return chooseOfTwo(loads, evidence, { scores, isBetter, seed });
  let index = 0;
  for (let at = 1; at < loads.length; at += 1) if (isBetter(at, index)) index = at;
  return { index, scores, reason: describe(loads[index] as Load), evidence };
}

function chooseOfTwo(
  loads: readonly Load[],
  evidence: readonly number[],
  rest: {
    readonly scores: readonly number[];
    readonly isBetter: (one: number, other: number) => boolean;
    readonly seed: number;
  },
): Selection {
  const { length } = loads;
  const { scores, isBetter, seed } = rest;
  const random = new SeededRandom(seed);
  const one = random.below(length);
  const other = (one + 1 + random.below(length - 1)) % length;
  const index = isBetter(one, other) ? one : other;
  let beaten = 0;
  for (let at = 0; at < length; at += 1) if (at !== index && isBetter(index, at)) beaten += 1;
  return {
    index,
    scores,
    reason: `the better of two: ${describe(loads[index] as Load)}`,
    // Each pair is as likely as the others, and it is chosen out of those with one that it beats.
    propensity: (2 * beaten) / (length * (length - 1)),
    seed,
    evidence,
  };
}

function describe({ inFlight, maxConcurrentTasks }: Load): string {
  return `${inFlight} of ${maxConcurrentTasks} slots in use`;
}
