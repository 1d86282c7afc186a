import type { Release } from '../registry/index.js';
import { excludeBusy, type FilterResult } from './filters.js';
import type { SelectionStrategy } from './selection-strategy.js';
import type { Choice, ConsideredCandidate, Exclusion, SelectionRequest } from './selection.types.js';

/** A choice and the release it names. */
export interface ChosenRelease {
  readonly release: Release;
  readonly choice: Choice;
}

/** Lets a strategy choose among those who can take the task now. At least one must. */
export function chooseRelease(
  strategy: SelectionStrategy,
  { free, busy, excluded }: FilterResult,
  request: SelectionRequest,
  aside: readonly Exclusion[] = [],
): ChosenRelease {
  const { index, reason, scores } = strategy.select(free, request);
  const release = free[index] as Release;
  const choice: Choice = {
    strategy: strategy.name,
    chosen: { agent: release.name, version: release.version },
    reason,
    candidates: free.map((candidate, at) => consider(candidate, scores?.[at])),
    excluded: excludedOf(busy, excluded, aside),
  };
  return { release, choice };
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
  excluded: Exclusion[],
  aside: readonly Exclusion[],
): Exclusion[] {
  if (busy.length === 0 && aside.length === 0) return excluded;
  return [...excluded, ...busy.map(excludeBusy), ...aside];
}
