import type { Candidate } from '../selection.types.js';

/**
 * Remembers when each candidate last had its turn, for each capability. Candidates that come and go need no bookkeeping,
 * and a release that leaves is forgotten with its object.
 */
export class Turns {
  readonly #records = new Map<string, { count: number; readonly lastTurns: WeakMap<Candidate, number> }>();

  /** For each candidate, in their order: 0 when it never had a turn, or which turn of the capability its last one was. */
  lastTurns(capability: string, candidates: readonly Candidate[]): number[] {
    const turns = this.#records.get(capability)?.lastTurns;
    return candidates.map((candidate) => turns?.get(candidate) ?? 0);
  }

  take(capability: string, candidate: Candidate): void {
    let record = this.#records.get(capability);
    if (record === undefined)
      this.#records.set(capability, (record = { count: 0, lastTurns: new WeakMap() }));
    record.count += 1;
    record.lastTurns.set(candidate, record.count);
  }
}
