import { Strategy } from '../strategy.js';
import type { Candidate, RecordedChoice, Selection, SelectionRequest } from '../selection.types.js';
import { Turns } from './turns.js';

/** The candidate whose last turn for this capability is longest ago. */
export class RoundRobinStrategy extends Strategy {
  readonly name = 'round-robin';
  override readonly evidenceNames = ['lastTurn'];
  readonly #turns = new Turns();

  select(candidates: readonly Candidate[], { capability }: SelectionRequest): Selection {
    return decide(this.#turns.lastTurns(capability, candidates));
  }

  override replay({ evidence = [] }: RecordedChoice): Selection {
    return decide(evidence);
  }

  override onChosen(candidate: Candidate, { capability }: SelectionRequest): void {
    this.#turns.take(capability, candidate);
  }
}

function decide(lastTurns: readonly number[]): Selection {
  let index = 0;
  let oldest = Infinity;
  for (let at = 0; at < lastTurns.length; at += 1) {
    const turn = lastTurns[at] as number;
    if (turn >= oldest) continue;
    oldest = turn;
    index = at;
  }
  const reason = oldest === 0 ? 'had no turn yet' : 'its last turn is longest ago';
  return { index, reason, evidence: lastTurns };
}
