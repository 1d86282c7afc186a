import { SelectionStrategy } from '../selection-strategy.js';
import type { Candidate, Selection, SelectionRequest } from '../selection.types.js';
import { Turns } from './turns.js';

/** The candidate whose last turn for this capability is longest ago. */
export class RoundRobinStrategy extends SelectionStrategy {
  readonly name = 'round-robin';
  readonly #turns = new Turns();

  select(candidates: readonly Candidate[], { capability }: SelectionRequest): Selection {
    let index = 0;
    let oldest = Infinity;
    for (let at = 0; at < candidates.length; at += 1) {
      const turn = this.#turns.lastTurn(capability, candidates[at] as Candidate);
      if (turn < oldest) {
        oldest = turn;
        index = at;
      }
    }
    return { index, reason: oldest === 0 ? 'had no turn yet' : 'its last turn is longest ago' };
  }

  override onChosen(candidate: Candidate, { capability }: SelectionRequest): void {
    this.#turns.take(capability, candidate);
  }
}
