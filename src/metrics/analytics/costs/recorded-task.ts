import type { AttemptVerdict } from '../../attempt-observation.types.js';

/** A choice that was carried out, as far as it matters here; recorded decisions are that. */
export interface LoggedDecision {
  readonly taskId: string;
  /** 1 for the first attempt of the task. */
  readonly attempt: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly capability: string;
  readonly inputType: string;
  readonly workflow?: string | undefined;
  readonly tenant?: string | undefined;
  readonly priority: 'normal' | 'urgent';
  readonly criticality: 'normal' | 'critical';
  readonly chosen: LoggedRelease;
  /** The probability with which it was chosen, given the candidates. */
  readonly propensity: number;
  readonly candidates: readonly (LoggedRelease & { readonly propensity?: number | undefined })[];
  readonly outcome: {
    readonly verdict: AttemptVerdict;
    readonly durationMs: number;
    readonly costUsd: number;
  };
}

export interface LoggedRelease {
  readonly agent: string;
  readonly version: string;
}

/** What a task is judged by. */
export const RESULTS = ['costUsd', 'success', 'durationMs'] as const;

/** Sums over all attempts of a task; `success` is 1 or 0. */
export type TaskResult = Readonly<Record<(typeof RESULTS)[number], number>>;

/** The first choice of a task, and what the task came to in all, with the tries and fallbacks that followed. */
export interface RecordedTask {
  readonly decision: LoggedDecision;
  /** The place of the chosen one among the candidates. */
  readonly chosen: number;
  /** Of each candidate; `undefined` where one of them is not known. They sum to 1. */
  readonly propensities: readonly number[] | undefined;
  readonly result: TaskResult;
}

/** More or less than 1 by this is rounding. */
const SUM_TOLERANCE = 1e-3;

/**
 * Puts the decisions of each task together, oldest task first. A task does not count whose first choice is not among them, or whose end
 * was no agent's doing.
 */
export function recordedTasks(decisions: readonly LoggedDecision[]): RecordedTask[] {
  const byTask = new Map<string, LoggedDecision[]>();
  for (const decision of decisions) {
    const known = byTask.get(decision.taskId);
    if (known === undefined) byTask.set(decision.taskId, [decision]);
    else known.push(decision);
  }
  return [...byTask.values()]
    .flatMap((attempts) => toRecordedTask(attempts.toSorted((a, b) => a.attempt - b.attempt)))
    .sort((a, b) => a.decision.at - b.decision.at);
}

function toRecordedTask(attempts: readonly LoggedDecision[]): RecordedTask[] {
  const [decision] = attempts as readonly [LoggedDecision];
  const last = attempts.at(-1)!.outcome;
  const chosen = decision.candidates.findIndex(
    ({ agent, version }) => agent === decision.chosen.agent && version === decision.chosen.version,
  );
  if (decision.attempt !== 1 || chosen === -1 || last.verdict === 'excused') return [];
  const result = {
    costUsd: sumOf(attempts, ({ outcome }) => outcome.costUsd),
    success: last.verdict === 'succeeded' ? 1 : 0,
    durationMs: sumOf(attempts, ({ outcome }) => outcome.durationMs),
  };
  if (!RESULTS.every((name) => Number.isFinite(result[name]))) return [];
  return [{ decision, chosen, propensities: propensitiesOf(decision, chosen), result }];
}

function propensitiesOf(
  { candidates, propensity }: LoggedDecision,
  chosen: number,
): readonly number[] | undefined {
  // Whoever was sure to be chosen leaves nothing to the others.
  if (propensity >= 1) return candidates.map((_, place) => (place === chosen ? 1 : 0));
  const known = candidates.map((candidate, place) =>
    place === chosen ? propensity : (candidate.propensity ?? NaN),
  );
  return Math.abs(known.reduce((sum, each) => sum + each, 0) - 1) <= SUM_TOLERANCE ? known : undefined;
}

function sumOf<T>(items: readonly T[], valueOf: (item: T) => number): number {
  return items.reduce((sum, item) => sum + valueOf(item), 0);
}
