import type { AttemptVerdict } from '../attempt-observation.types.js';

/** How the agent was found: by the strategy; the first one, as the strategy misbehaved; the one that was tried before. */
export type DecisionKind = 'chosen' | 'defaulted' | 'retried';

/** A release that could have taken the task. */
export interface DecisionCandidate {
  readonly agent: string;
  readonly version: string;
  /** As it was when the choice was made, the task itself not counted. */
  readonly inFlight: number;
  readonly maxConcurrentTasks: number;
  readonly score?: number | undefined;
  readonly propensity?: number | undefined;
}

/** A release that could not, and why. */
export interface DecisionExclusion {
  readonly agent: string;
  readonly version: string;
  readonly code: string;
  readonly reason: string;
}

/** What came of the attempt that followed. */
export interface DecisionOutcome {
  readonly verdict: AttemptVerdict;
  readonly errorCode?: string | undefined;
  readonly durationMs: number;
  /** Milliseconds that the task waited for an agent before this attempt, after the one before it. */
  readonly queuedMs: number;
  readonly costUsd: number;
}

/** A choice that was carried out: all that it went by, and what came of it. Enough to repeat it. Never changed. */
export interface Decision {
  readonly taskId: string;
  /** 1 for the first attempt of the task. */
  readonly attempt: number;
  /** When the attempt began, in milliseconds since the epoch. */
  readonly at: number;
  readonly runId?: string | undefined;
  readonly workflow?: string | undefined;
  readonly tenant?: string | undefined;
  readonly capability: string;
  readonly inputType: string;
  /** Rough size of the input as JSON, in bytes. */
  readonly inputBytes: number;
  /** When the task came to its first choice; strategies go by it. */
  readonly requestedAt: number;
  readonly priority: 'normal' | 'urgent';
  readonly criticality: 'normal' | 'critical';
  readonly kind: DecisionKind;
  readonly strategy: string;
  readonly reason: string;
  readonly chosen: { readonly agent: string; readonly version: string };
  /** The probability with which it was chosen, given the candidates. */
  readonly propensity: number;
  /** What chance was drawn from. */
  readonly seed?: number | undefined;
  readonly candidates: readonly DecisionCandidate[];
  readonly excluded: readonly DecisionExclusion[];
  /** What the numbers in `evidence` are, for each candidate. */
  readonly evidenceNames?: readonly string[] | undefined;
  /** What the strategy went by: those of the first candidate, then those of the second, and so on. */
  readonly evidence?: readonly number[] | undefined;
  readonly outcome: DecisionOutcome;
}

/** What the strategy knew of the candidate at this place, by name. */
export function evidenceAt(
  { evidence, evidenceNames = [] }: Decision,
  index: number,
): Record<string, number> {
  const { length } = evidenceNames;
  const known = evidenceNames.map((name, at) => [name, evidence?.[index * length + at]] as const);
  return Object.fromEntries(known.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
