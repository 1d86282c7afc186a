import type { Candidate } from '../selection.types.js';

/**
 * Remembers when each candidate last had its turn, for each capability. Candidates that come and go need no bookkeeping,
 * and a release that leaves is forgotten with its object.
 */
export class Turns {
  readonly #lastTurn = new Map<string, WeakMap<Candidate, number>>();
  #count = 0;

  /** For each candidate, in their order: 0 when it never had a turn; higher the more recent its last one. */
  lastTurns(capability: string, candidates: readonly Candidate[]): number[] {
    const turns = this.#lastTurn.get(capability);
    return candidates.map((candidate) => turns?.get(candidate) ?? 0);
  }

  take(capability: string, candidate: Candidate): void {
    let turns = this.#lastTurn.get(capability);
    if (turns === undefined) this.#lastTurn.set(capability, (turns = new WeakMap()));
    turns.set(candidate, ++this.#count);
  }
}
