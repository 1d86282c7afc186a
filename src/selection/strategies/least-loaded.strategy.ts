import { SeededRandom, type RandomSource } from '../../common/index.js';
import type { PerformanceBook, PerformanceEstimate } from '../../metrics/index.js';
import type { Candidate, RecordedChoice, Selection, SelectionRequest } from '../selection.types.js';
import { Strategy } from '../strategy.js';
import { typicalOf } from './objective.js';
import { Turns } from './turns.js';

interface Load {
  readonly inFlight: number;
  readonly maxConcurrentTasks: number;
}

/** More candidates than this are not all compared. */
const COMPARES_AT_MOST = 32;

/** Of each candidate: its last turn, how many attempts count, and the latency that is expected of it, 0 when unknown. */
const EVIDENCE_COUNT = 3;

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
  override readonly evidenceNames = ['lastTurn', 'sampleCount', 'latencyMs'];
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
    const evidence = new Array<number>(EVIDENCE_COUNT * candidates.length);
    for (let at = 0; at < candidates.length; at += 1) {
      const estimate = this.book.estimate(candidates[at] as Candidate, capability);
      evidence[EVIDENCE_COUNT * at] = turns[at] as number;
      evidence[EVIDENCE_COUNT * at + 1] = estimate.sampleCount;
      evidence[EVIDENCE_COUNT * at + 2] = isCrowd ? wary(estimate) : (estimate.meanDurationMs ?? 0);
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
  const scores = scoresOf(loads, evidence, seed !== undefined);
  const isBetter = (one: number, other: number): boolean => {
    const difference = (scores[one] as number) - (scores[other] as number);
    if (difference !== 0) return difference > 0;
    const byTurn = (evidence[EVIDENCE_COUNT * one] as number) - (evidence[EVIDENCE_COUNT * other] as number);
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

function scoresOf(loads: readonly Load[], evidence: readonly number[], isCrowd: boolean): number[] {
  const latencies = loads.map((_, at) => evidence[EVIDENCE_COUNT * at + 2] as number);
  if (!latencies.some((latencyMs) => latencyMs > 0)) {
    return loads.map(({ inFlight, maxConcurrentTasks }) => 1 - inFlight / maxConcurrentTasks);
  }
  const typicalMs = typicalOf(latencies);
  return loads.map(({ inFlight, maxConcurrentTasks }, at) => {
    const sampleCount = evidence[EVIDENCE_COUNT * at + 1] as number;
    const known = latencies[at] as number;
    // Of two, only chance brings together those who look best: there is nothing to temper.
    const latencyMs = isCrowd ? known || typicalMs : temper(known, typicalMs, sampleCount);
    return -((inFlight + 1) * latencyMs) / maxConcurrentTasks;
  });
}

/** What is declared counts as so many attempts. */
const HEARSAY = 5;

/** Standard errors. */
const CHANCE = 2.5;

/**
 * A latency without the part of its distance from the typical one that may be chance: of the logarithm, that is so many
 * standard errors of a mean of latencies that vary as the exponential distribution does. Agents that are alike would else be
 * told apart by their luck, and tasks wait for those that looked quick.
 */
function temper(latencyMs: number, typicalMs: number, sampleCount: number): number {
  if (latencyMs === 0) return typicalMs;
  const distance = Math.log(latencyMs / typicalMs);
  const beyondChance = Math.abs(distance) - CHANCE / Math.sqrt(sampleCount + HEARSAY);
  return beyondChance > 0 ? typicalMs * Math.exp(Math.sign(distance) * beyondChance) : typicalMs;
}

function describe({ inFlight, maxConcurrentTasks }: Load): string {
  return `${inFlight} of ${maxConcurrentTasks} slots in use`;
}
