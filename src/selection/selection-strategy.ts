import type { AttemptObservation } from '../metrics/index.js';
import type { Candidate, Selection, SelectionRequest } from './selection.types.js';

/**
 * Ranks candidates: the port that every strategy implements.
 *
 * `select` must not wait and must not change anything: it is also asked who would be chosen. What a strategy remembers of
 * its choices it learns in {@link onChosen}, which is called for choices that are carried out. All candidates have passed
 * the filters, so a strategy that throws or answers with no valid position stops no task: the first candidate gets it.
 * @publicApi
 */
export abstract class SelectionStrategy {
  /** What tasks call it by. */
  abstract readonly name: string;

  /** Chooses among at least one candidate, each of which can take the task now. */
  abstract select(candidates: readonly Candidate[], request: SelectionRequest): Selection;

  /** Learns that a candidate got a task. */
  onChosen?(candidate: Candidate, request: SelectionRequest): void;

  /** Learns what came of an attempt, whichever strategy had chosen its agent. */
  onOutcome?(candidate: Candidate, request: SelectionRequest, outcome: AttemptObservation): void;
}
