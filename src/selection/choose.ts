import { messageOf } from '../common/index.js';
import type { AttemptObservation } from '../metrics/index.js';
import type { Release } from '../registry/index.js';
import { excludeBusy, type FilterResult } from './filters.js';
import type { SelectionStrategy } from './selection-strategy.js';
import type {
  Choice,
  ConsideredCandidate,
  Exclusion,
  Selection,
  SelectionRequest,
} from './selection.types.js';

/** A choice and the release it names. */
export interface ChosenRelease {
  readonly release: Release;
  readonly choice: Choice;
}

/**
 * Lets a strategy choose among those who can take the task now. At least one must.
 *
 * A strategy only ranks: whomever it may choose can serve. So one that throws, or names no candidate, stops no task; the first
 * candidate gets it, and the reason says so.
 */
export function chooseRelease(
  strategy: SelectionStrategy,
  filtered: FilterResult,
  request: SelectionRequest,
  aside: readonly Exclusion[] = [],
): ChosenRelease {
  const { free } = filtered;
  const { index, reason, scores } = ask(strategy, free, request);
  const release = free[index] as Release;
  return { release, choice: toChoice(strategy, filtered, aside, { release, reason, scores }) };
}

/** The choice for a task that goes on with the release it was tried with before. */
export function chooseAgain(
  release: Release,
  strategy: SelectionStrategy,
  filtered: FilterResult,
  aside: readonly Exclusion[] = [],
): Choice {
  return toChoice(strategy, filtered, aside, { release, reason: 'is tried again' });
}

/** The choice when nobody can take the task now. */
export function chooseNobody(
  strategy: SelectionStrategy,
  { busy, excluded }: FilterResult,
  aside: readonly Exclusion[] = [],
): Choice {
  const reason = busy.length > 0 ? 'every candidate is busy' : 'no candidate is available';
  return { strategy: strategy.name, reason, candidates: [], excluded: excludedOf(busy, excluded, aside) };
}

/** Tells a strategy that its choice is carried out. What it throws, now or later, is its own affair. */
export function teach(strategy: SelectionStrategy, release: Release, request: SelectionRequest): void {
  if (strategy.onChosen === undefined) return;
  // The slot is taken already: nothing a strategy does may keep it from coming back.
  contain(() => strategy.onChosen?.(release, request));
}

/** Tells a strategy what came of an attempt. What it throws, now or later, is its own affair. */
export function teachOutcome(
  strategy: SelectionStrategy,
  request: SelectionRequest,
  outcome: AttemptObservation,
): void {
  contain(() => strategy.onOutcome?.(outcome.release, request, outcome));
}

function contain(learn: () => unknown): void {
  try {
    const learned = learn();
    if (learned instanceof Promise) learned.catch(() => {});
  } catch {
    // It has learned nothing, which harms only its own choices.
  }
}

function ask(strategy: SelectionStrategy, free: readonly Release[], request: SelectionRequest): Selection {
  let problem: string;
  try {
    const selection = strategy.select(free, request);
    if (Number.isInteger(selection.index) && free[selection.index] !== undefined) return selection;
    problem = `answered with no position from 0 to ${free.length - 1}`;
  } catch (error) {
    problem = `failed: ${messageOf(error)}`;
  }
  return { index: 0, reason: `the first one, as the strategy "${strategy.name}" ${problem}` };
}

function toChoice(
  strategy: SelectionStrategy,
  { free, busy, excluded }: FilterResult,
  aside: readonly Exclusion[],
  { release, reason, scores }: { release: Release; reason: string; scores?: readonly number[] },
): Choice {
  return {
    strategy: strategy.name,
    chosen: { agent: release.name, version: release.version },
    reason,
    candidates: free.map((candidate, at) => consider(candidate, scores?.[at])),
    excluded: excludedOf(busy, excluded, aside),
  };
}

function consider(release: Release, score: number | undefined): ConsideredCandidate {
  return {
    agent: release.name,
    version: release.version,
    inFlight: release.inFlight,
    maxConcurrentTasks: release.manifest.maxConcurrentTasks,
    score,
  };
}

function excludedOf(
  busy: readonly Release[],
  excluded: readonly Exclusion[],
  aside: readonly Exclusion[],
): readonly Exclusion[] {
  if (busy.length === 0 && aside.length === 0) return excluded;
  return [...excluded, ...busy.map(excludeBusy), ...aside];
}
