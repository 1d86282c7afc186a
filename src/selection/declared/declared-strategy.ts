import type { AgentManifest } from '../../agents/index.js';
import type { AgentStatus } from '../../status/index.js';
import { spellOut } from '../made-choice.js';
import type { Candidate, Selection } from '../selection.types.js';
import type { RanksCandidates, Strategy } from '../strategy.js';

const MAX_REASON_LENGTH = 500;

/** Numbers of evidence for each candidate that are kept; more are not evidence but data. */
const MAX_EVIDENCE = 32;

/**
 * A strategy of the user's under its name. It sees candidates by views that it cannot change, in a list of its own, and its answer
 * is copied: whatever it does to either later reaches nobody.
 */
export function toStrategy(name: string, ranks: RanksCandidates): Strategy {
  return {
    name,
    evidenceNames: ranks.evidenceNames,
    select: (candidates, request) => {
      const views = Object.freeze(candidates.map(viewOf));
      return copyOf(ranks.select(views, Object.freeze(request)), candidates.length);
    },
    replay: ranks.replay && ((recorded) => copyOf(ranks.replay!(recorded), recorded.candidates.length)),
    onChosen: ranks.onChosen && ((candidate, request) => ranks.onChosen!(viewOf(candidate), request)),
    onOutcome:
      ranks.onOutcome &&
      ((candidate, request, outcome) => ranks.onOutcome!(viewOf(candidate), request, outcome)),
  };
}

/** The same view of a candidate each time, so that strategies can remember it by its object. */
const views = new WeakMap<Candidate, CandidateView>();

function viewOf(candidate: Candidate): CandidateView {
  let view = views.get(candidate);
  if (view === undefined) views.set(candidate, (view = new CandidateView(candidate)));
  return view;
}

class CandidateView implements Candidate {
  readonly id: string;
  readonly manifest: AgentManifest;
  readonly #candidate: Candidate;

  constructor(candidate: Candidate) {
    this.id = candidate.id;
    this.manifest = candidate.manifest;
    this.#candidate = candidate;
    Object.freeze(this);
  }

  get name(): string {
    return this.manifest.name;
  }

  get version(): string {
    return this.manifest.version;
  }

  get status(): AgentStatus {
    return this.#candidate.status;
  }

  get inFlight(): number {
    return this.#candidate.inFlight;
  }
}

function copyOf(answer: Selection, count: number): Selection {
  // Refused by whoever asked.
  if (answer instanceof Promise) return answer;
  const { index, reason, scores, propensity, propensities, seed, evidence } = spellOut(answer);
  return {
    index,
    reason: toText(reason),
    scores: scores && Array.from(scores),
    propensity,
    propensities: areNumbers(propensities, count) ? Array.from(propensities) : undefined,
    seed: typeof seed === 'number' ? seed : undefined,
    evidence: areNumbers(evidence, count * MAX_EVIDENCE) ? Array.from(evidence) : undefined,
  };
}

/** Classes come from JavaScript too. */
function toText(reason: unknown): string {
  return String(reason).slice(0, MAX_REASON_LENGTH);
}

function areNumbers(list: readonly number[] | undefined, maxLength: number): list is readonly number[] {
  return Array.isArray(list) && list.length <= maxLength && list.every((entry) => Number.isFinite(entry));
}
