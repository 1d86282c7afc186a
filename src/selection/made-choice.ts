import { inspect } from 'node:util';
import type { Release } from '../registry/index.js';
import type { Choice, ConsideredCandidate, Exclusion, Selection } from './selection.types.js';

/** What a choice is made of: who could have been chosen, and what the strategy said. */
export interface ChoiceParts {
  readonly strategy: string;
  readonly release: Release;
  readonly free: readonly Release[];
  readonly excluded: readonly Exclusion[];
  readonly selection: Omit<Selection, 'index' | 'evidence'>;
}

/**
 * A choice of somebody. Every task carries one, and hardly anybody reads it: what takes longest to say, how likely it was and how
 * each candidate stood, is worked out when it is first asked for, from what was noted when the choice was made.
 */
export class MadeChoice implements Choice {
  readonly strategy: string;
  readonly chosen: { readonly agent: string; readonly version: string };
  readonly seed: number | undefined;
  readonly excluded: readonly Exclusion[];
  readonly #selection: ChoiceParts['selection'];
  readonly #free: readonly Release[];
  /** Of each candidate, before the chosen one gets the task. */
  readonly #inFlight: readonly number[];
  #reason: string | undefined;
  #propensity: number | undefined;
  #candidates: readonly ConsideredCandidate[] | undefined;

  constructor({ strategy, release, free, excluded, selection }: ChoiceParts) {
    this.strategy = strategy;
    this.chosen = release.identity;
    this.seed = selection.seed;
    this.excluded = excluded;
    this.#selection = selection;
    this.#free = free;
    this.#inFlight = inFlightOf(free);
  }

  get reason(): string {
    return (this.#reason ??= reasonOf(this.#selection));
  }

  get propensity(): number {
    return (this.#propensity ??= propensityOf(this.#selection));
  }

  get candidates(): readonly ConsideredCandidate[] {
    if (this.#candidates !== undefined) return this.#candidates;
    const scores = scoresOf(this.#selection);
    this.#candidates = this.#free.map((release, at) => this.#consider(release, at, scores?.[at]));
    return this.#candidates;
  }

  /** The whole of it, as a plain object. */
  toJSON(): Choice {
    const { strategy, chosen, reason, propensity, seed, candidates, excluded } = this;
    return { strategy, chosen, reason, propensity, seed, candidates, excluded };
  }

  [inspect.custom](): Choice {
    return this.toJSON();
  }

  #consider(
    { name: agent, version, manifest }: Release,
    at: number,
    score: number = Number.NaN,
  ): ConsideredCandidate {
    return {
      agent,
      version,
      inFlight: this.#inFlight[at] as number,
      maxConcurrentTasks: manifest.maxConcurrentTasks,
      // JSON has no infinity.
      score: Number.isFinite(score) ? score : undefined,
      propensity: this.#selection.propensities?.[at],
    };
  }
}

/** By place: lists of candidates are frozen most often, and a callback for each member of such a list takes three times as long. */
function inFlightOf(releases: readonly Release[]): number[] {
  const counts = new Array<number>(releases.length);
  for (let at = 0; at < counts.length; at += 1) counts[at] = (releases[at] as Release).inFlight;
  return counts;
}

/** A selection in which nothing is left to a function. */
export interface SpelledSelection extends Selection {
  readonly reason: string;
  readonly scores?: readonly number[];
  readonly propensity: number;
}

/** Calls the functions of a selection. */
export function spellOut(selection: Selection): SpelledSelection {
  const { index, propensities, seed, evidence } = selection;
  const [reason, propensity, scores] = [reasonOf(selection), propensityOf(selection), scoresOf(selection)];
  return { index, reason, scores, propensity, propensities, seed, evidence };
}

/** How each candidate stood with a strategy, where it ranks by numbers. */
export function scoresOf(selection: Pick<Selection, 'scores'>): readonly number[] | undefined {
  return typeof selection.scores === 'function' ? selection.scores() : selection.scores;
}

/** Why a strategy selected whom it selected. */
export function reasonOf(selection: Pick<Selection, 'reason'>): string {
  return typeof selection.reason === 'function' ? selection.reason() : selection.reason;
}

/** With which probability a strategy selected whom it selected. */
export function propensityOf(selection: Pick<Selection, 'propensity'>): number {
  return typeof selection.propensity === 'function' ? selection.propensity() : (selection.propensity ?? 1);
}
