import type { AttemptObservation } from '../metrics/index.js';
import type { Candidate, RecordedChoice, Selection, SelectionRequest } from './selection.types.js';

/**
 * What ranks candidates; the shape of a class with `@SelectionStrategy`.
 *
 * `select` must not wait and must not change anything: it is also asked who would be chosen. What it remembers of its choices
 * it learns in {@link onChosen}, which is called for choices that are carried out. All candidates have passed the filters, so
 * one that throws, or gives no valid answer, stops no task: the first candidate gets it.
 * @publicApi
 */
export interface RanksCandidates {
  /** What each of the numbers in {@link Selection.evidence} is, in their order. */
  readonly evidenceNames?: readonly string[];

  /** Chooses among at least one candidate, each of which can take the task now. */
  select(candidates: readonly Candidate[], request: SelectionRequest): Selection;

  /** Chooses again from the record of a choice and nothing else, so that the choice can be repeated and explained. */
  replay?(recorded: RecordedChoice): Selection;

  /** Learns that a candidate got a task. */
  onChosen?(candidate: Candidate, request: SelectionRequest): void;

  /** Learns what came of an attempt, whichever strategy had chosen its agent. */
  onOutcome?(candidate: Candidate, request: SelectionRequest, outcome: AttemptObservation): void;
}

/** A way of ranking under the name that tasks call it by: the port of every strategy. */
export abstract class Strategy implements RanksCandidates {
  abstract readonly name: string;
  readonly evidenceNames?: readonly string[];

  abstract select(candidates: readonly Candidate[], request: SelectionRequest): Selection;

  replay?(recorded: RecordedChoice): Selection;

  onChosen?(candidate: Candidate, request: SelectionRequest): void;

  onOutcome?(candidate: Candidate, request: SelectionRequest, outcome: AttemptObservation): void;
}
