import { messageOf } from '../common/index.js';
import type { AttemptObservation, DecisionKind } from '../metrics/index.js';
import type { Release } from '../registry/index.js';
import { excludeBusy, type FilterResult } from './filters/filter-releases.js';
import { MadeChoice, type ChoiceParts } from './made-choice.js';
import type { Strategy } from './strategy.js';
import type { Choice, Exclusion, Selection, SelectionRequest } from './selection.types.js';

/** How a choice was made and what it went by. */
export interface ChoiceBasis {
  readonly kind: DecisionKind;
  /** What the strategy went by; see {@link Selection}. */
  readonly evidence?: readonly number[] | undefined;
}

/** How it is when a release is tried again. */
export const RETRIED: ChoiceBasis = Object.freeze({ kind: 'retried' });

/** A choice and the release it names. */
export interface ChosenRelease {
  readonly release: Release;
  readonly choice: Choice;
  readonly basis: ChoiceBasis;
  /** What is wrong with the strategy's answer, in whose place the first candidate was taken. */
  readonly problem?: string;
}

interface Answer {
  readonly selection: Selection;
  readonly problem?: string;
}

/**
 * Lets a strategy choose among those who can take the task now. At least one must.
 *
 * A strategy only ranks: whomever it may choose can serve. So one that throws, or names no candidate, stops no task; the first
 * candidate gets it, and the reason says so.
 */
export function chooseRelease(
  strategy: Strategy,
  filtered: FilterResult,
  request: SelectionRequest,
  aside: readonly Exclusion[] = [],
): ChosenRelease {
  const { free } = filtered;
  const { selection, problem } = ask(strategy, free, request);
  const release = free[selection.index] as Release;
  const choice = toChoice(strategy, filtered, aside, { release, selection });
  const kind = problem === undefined ? 'chosen' : 'defaulted';
  return { release, choice, basis: { kind, evidence: selection.evidence }, problem };
}

const TRIED_AGAIN = Object.freeze({ reason: 'is tried again' });

/** The choice for a task that goes on with the release it was tried with before. */
export function chooseAgain(
  release: Release,
  strategy: Strategy,
  filtered: FilterResult,
  aside: readonly Exclusion[] = [],
): Choice {
  return toChoice(strategy, filtered, aside, { release, selection: TRIED_AGAIN });
}

/** The choice when nobody can take the task now. */
export function chooseNobody(
  strategy: Strategy,
  { busy, excluded }: FilterResult,
  aside: readonly Exclusion[] = [],
): Choice {
  const reason = busy.length > 0 ? 'every candidate is busy' : 'no candidate is available';
  return { strategy: strategy.name, reason, candidates: [], excluded: excludedOf(busy, excluded, aside) };
}

/** Tells a strategy that its choice is carried out. It answers what is wrong when that fails. */
export function teach(strategy: Strategy, release: Release, request: SelectionRequest): string | undefined {
  if (strategy.onChosen === undefined) return undefined;
  // The slot is taken already: nothing a strategy does may keep it from coming back.
  return contain(() => strategy.onChosen?.(release, request));
}

/** Tells a strategy what came of an attempt. It answers what is wrong when that fails. */
export function teachOutcome(
  strategy: Strategy,
  request: SelectionRequest,
  outcome: AttemptObservation,
): string | undefined {
  return contain(() => strategy.onOutcome?.(outcome.release, request, outcome));
}

/** What was thrown; it has learned nothing then, which harms only its own choices. What it rejects with later is its own affair. */
function contain(learn: () => unknown): string | undefined {
  try {
    const learned = learn();
    if (learned instanceof Promise) learned.catch(() => {});
    return undefined;
  } catch (error) {
    return `failed to learn: ${messageOf(error)}`;
  }
}

function ask(strategy: Strategy, free: readonly Release[], request: SelectionRequest): Answer {
  let problem: string | undefined;
  try {
    const selection = strategy.select(free, request);
    problem = findProblem(selection, free.length);
    if (problem === undefined) return { selection };
  } catch (error) {
    problem = `failed: ${messageOf(error)}`;
  }
  const reason = `the first one, as the strategy "${strategy.name}" ${problem}`;
  return { selection: { index: 0, reason }, problem };
}

/** What is wrong with an answer; `undefined` when nothing is. */
function findProblem(selection: Selection, count: number): string | undefined {
  const { index, scores, propensity = 1 } = selection;
  if (!(Number.isInteger(index) && index >= 0 && index < count)) {
    if (isPromise(selection)) return 'answered with a promise; it must not wait';
    return `answered with no position from 0 to ${count - 1}`;
  }
  if (scores !== undefined && typeof scores !== 'function' && !areScores(scores, count))
    return 'gave scores that are no number for each candidate';
  if (typeof propensity === 'function' || (propensity > 0 && propensity <= 1)) return undefined;
  return 'gave a propensity that is no probability above 0';
}

function areScores(scores: readonly number[], count: number): boolean {
  if (scores.length !== count) return false;
  for (const score of scores) if (typeof score !== 'number' || Number.isNaN(score)) return false;
  return true;
}

/** What it rejects with later is nobody's business. */
function isPromise(answer: unknown): boolean {
  if (!(answer instanceof Promise)) return false;
  answer.catch(() => {});
  return true;
}

function toChoice(
  strategy: Strategy,
  { free, busy, excluded }: FilterResult,
  aside: readonly Exclusion[],
  made: Pick<ChoiceParts, 'release' | 'selection'>,
): Choice {
  const excludedToo = excludedOf(busy, excluded, aside);
  return new MadeChoice({ strategy: strategy.name, free, excluded: excludedToo, ...made });
}

function excludedOf(
  busy: readonly Release[],
  excluded: readonly Exclusion[],
  aside: readonly Exclusion[],
): readonly Exclusion[] {
  if (busy.length === 0 && aside.length === 0) return excluded;
  return [...excluded, ...busy.map(excludeBusy), ...aside];
}
