import { SelectionStrategy } from '../selection-strategy.js';
import type { Candidate, Selection, SelectionRequest } from '../selection.types.js';
import { Turns } from './turns.js';

/** The candidate with the smallest share of its slots in use; among equals, the one whose last turn is longest ago. */
export class LeastLoadedStrategy extends SelectionStrategy {
  readonly name = 'least-loaded';
  readonly #turns = new Turns();

  select(candidates: readonly Candidate[], { capability }: SelectionRequest): Selection {
    const scores = new Array<number>(candidates.length);
    let index = 0;
    let best = -Infinity;
    let oldest = Infinity;
    for (let at = 0; at < candidates.length; at += 1) {
      const candidate = candidates[at] as Candidate;
      const freeShare = 1 - candidate.inFlight / candidate.manifest.maxConcurrentTasks;
      scores[at] = freeShare;
      if (freeShare < best) continue;
      const turn = this.#turns.lastTurn(capability, candidate);
      if (freeShare > best || turn < oldest) {
        best = freeShare;
        oldest = turn;
        index = at;
      }
    }
    const chosen = candidates[index] as Candidate;
    return {
      index,
      scores,
      reason: `${chosen.inFlight} of ${chosen.manifest.maxConcurrentTasks} slots in use`,
    };
  }

  override onChosen(candidate: Candidate, { capability }: SelectionRequest): void {
    this.#turns.take(capability, candidate);
  }
}
