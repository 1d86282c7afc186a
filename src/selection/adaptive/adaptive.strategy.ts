import type { AttemptObservation } from '../../metrics/index.js';
import type { Candidate, RecordedChoice, Selection, SelectionRequest } from '../selection.types.js';
import type { StrategyParts } from '../catalog/strategy-parts.types.js';
import { Strategy } from '../strategy.js';
import { appraise } from './appraise.js';
import { Arm } from './arm.js';
import type { Belief } from './belief.js';
import { logOf, type Lesson, type Moment } from './cell.js';
import { CONTEXT_LEVELS, ContextDepth, Contexts } from './contexts.js';
import { drawChoice, EVIDENCE_NAMES } from './drawn-choice.js';
import { judgeDepth } from './judge-depth.js';
import { loadOf } from './load-effect.js';

/** What is known of one capability. */
interface Field {
  attempts: number;
  readonly contexts: Contexts;
  readonly depth: ContextDepth;
  /** A release that leaves is forgotten with its object. */
  readonly arms: WeakMap<Candidate, Arm>;
  /** Whom the last task could go to, and their arms: most often the next one can go to the same, which is the same list then. */
  lastCandidates: readonly Candidate[];
  lastArms: readonly Arm[];
}

/**
 * Learns which candidate is worth most: contextual Thompson sampling over the objective of `balanced`.
 *
 * Of each candidate it keeps what it believes of success, duration and cost, for the capability and for finer contexts, and draws
 * from it, so that who is probably the best gets most tasks, and who might be is tried as often as it is likely to be. Beliefs fade:
 * it follows agents that change. See `ContextDepth` for how fine the contexts are, `LoadEffect` for what tasks under way count, and
 * `drawChoice` for the draw.
 */
export class AdaptiveStrategy extends Strategy {
  readonly name = 'adaptive';
  override readonly evidenceNames = EVIDENCE_NAMES;
  readonly #fields = new Map<string, Field>();
  readonly #levels: number;
  /** Of the candidates of one call. */
  readonly #beliefs: Readonly<Belief>[] = [];

  /** @param levels of contexts that it learns, 1 to 4; 1 is free of context */
  constructor(
    private readonly parts: StrategyParts,
    levels: number = CONTEXT_LEVELS,
  ) {
    super();
    this.#levels = levels;
  }

  select(candidates: readonly Candidate[], request: SelectionRequest): Selection {
    if (candidates.length === 1) return ONLY_ONE;
    const field = this.#fieldOf(request.capability);
    const moment = this.#momentOf(field);
    const contexts = field.contexts.of(request, field.depth.level + 1);
    const arms = this.#armsOf(field, candidates, request);
    const beliefs = this.#beliefs;
    beliefs.length = arms.length;
    for (let at = 0; at < arms.length; at += 1) beliefs[at] = (arms[at] as Arm).believe(contexts, moment);
    const evidence = appraise(beliefs, candidates, this.parts.objective);
    return drawChoice(evidence, this.parts.random.below(2 ** 32));
  }

  override replay({ candidates, evidence = [], seed = 0 }: RecordedChoice): Selection {
    if (candidates.length === 1) return ONLY_ONE;
    return drawChoice(evidence, seed);
  }

  override onOutcome(candidate: Candidate, request: SelectionRequest, outcome: AttemptObservation): void {
    const { verdict, durationMs, costUsd, inFlight } = outcome;
    if (verdict === 'excused' || !isAmount(durationMs) || !isAmount(costUsd)) return;
    const field = this.#fieldOf(request.capability);
    const arm = this.#armOf(field, candidate, request);
    field.attempts += 1;
    const moment = this.#momentOf(field);
    const hasSucceeded = verdict === 'succeeded';
    const lesson: Lesson = { hasSucceeded, logMs: logOf(durationMs), costUsd, load: loadOf(inFlight) };
    const contexts = field.contexts.of(request, this.#levels);
    judgeDepth(field.depth, arm, lesson, { contexts, moment });
    arm.learn(lesson, contexts, moment);
  }

  #fieldOf(capability: string): Field {
    let field = this.#fields.get(capability);
    if (field === undefined) {
      field = {
        attempts: 0,
        contexts: new Contexts(),
        depth: new ContextDepth(),
        arms: new WeakMap(),
        lastCandidates: [],
        lastArms: [],
      };
      this.#fields.set(capability, field);
    }
    return field;
  }

  #momentOf({ attempts }: Field): Moment {
    return { attempts, nowMs: this.parts.clock.monotonicMs() };
  }

  #armsOf(field: Field, candidates: readonly Candidate[], request: SelectionRequest): readonly Arm[] {
    if (field.lastCandidates !== candidates) {
      field.lastCandidates = candidates;
      field.lastArms = Array.from(candidates, (candidate) => this.#armOf(field, candidate, request));
    }
    return field.lastArms;
  }

  /** What is known of a candidate begins with what was measured before this process started, or is declared. */
  #armOf(field: Field, candidate: Candidate, { capability }: SelectionRequest): Arm {
    let arm = field.arms.get(candidate);
    if (arm === undefined) {
      arm = new Arm(this.parts.book.estimate(candidate, capability), this.#momentOf(field));
      field.arms.set(candidate, arm);
    }
    return arm;
  }
}

/** Nothing is drawn where there is nothing to choose. */
const ONLY_ONE: Selection = Object.freeze({ index: 0, reason: 'the only one that can take it' });

function isAmount(value: number): boolean {
  return value >= 0 && value < Infinity;
}
