import { Strategy } from '../strategy.js';
import type { Candidate, RecordedChoice, Selection, SelectionRequest } from '../selection.types.js';
import { Turns } from './turns.js';

interface Load {
  readonly inFlight: number;
  readonly maxConcurrentTasks: number;
}

/** The candidate with the smallest share of its slots in use; among equals, the one whose last turn is longest ago. */
export class LeastLoadedStrategy extends Strategy {
  readonly name = 'least-loaded';
  override readonly evidenceNames = ['lastTurn'];
  readonly #turns = new Turns();

  select(candidates: readonly Candidate[], { capability }: SelectionRequest): Selection {
    return decide(candidates.map(loadOf), this.#turns.lastTurns(capability, candidates));
  }

  override replay({ candidates, evidence = [] }: RecordedChoice): Selection {
    return decide(candidates, evidence);
  }

  override onChosen(candidate: Candidate, { capability }: SelectionRequest): void {
    this.#turns.take(capability, candidate);
  }
}

function loadOf({ inFlight, manifest }: Candidate): Load {
  return { inFlight, maxConcurrentTasks: manifest.maxConcurrentTasks };
}

function decide(loads: readonly Load[], lastTurns: readonly number[]): Selection {
  const scores = new Array<number>(loads.length);
  let index = 0;
  let best = -Infinity;
  for (let at = 0; at < loads.length; at += 1) {
    const { inFlight, maxConcurrentTasks } = loads[at] as Load;
    const freeShare = 1 - inFlight / maxConcurrentTasks;
    scores[at] = freeShare;
    const isOlder = freeShare === best && (lastTurns[at] as number) < (lastTurns[index] as number);
    if (!(freeShare > best || isOlder)) continue;
    best = freeShare;
    index = at;
  }
  const { inFlight, maxConcurrentTasks } = loads[index] as Load;
  const reason = `${inFlight} of ${maxConcurrentTasks} slots in use`;
  return { index, scores, reason, evidence: lastTurns };
}
