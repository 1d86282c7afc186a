import type { ConsideredCandidate, Exclusion } from '../selection.types.js';
import type { NeededChange } from './needed-change.js';

/** What a choice says of who could have been chosen; recorded ones and previews alike. */
export interface ExplainableChoice {
  readonly strategy: string;
  readonly chosen?: { readonly agent: string; readonly version: string } | undefined;
  readonly reason: string;
  readonly candidates: readonly Omit<ConsideredCandidate, 'maxConcurrentTasks'>[];
  readonly excluded: readonly (Omit<Exclusion, 'code'> & { readonly code: string })[];
}

/**
 * Why an agent was not chosen:
 * - `chosen`: it was.
 * - `excluded`: a filter said no; `code` and `reason` say which and why.
 * - `outscored`: another one ranked higher, by `margin`.
 * - `passed-over`: it ranked no lower, but chance or order decided for another one.
 * - `absent`: it was not known to provide the capability then.
 */
export interface WhyNot {
  readonly agent: string;
  readonly version?: string | undefined;
  readonly verdict: 'chosen' | 'excluded' | 'outscored' | 'passed-over' | 'absent';
  readonly reason: string;
  readonly code?: string | undefined;
  readonly score?: number | undefined;
  readonly chosenScore?: number | undefined;
  readonly margin?: number | undefined;
  readonly propensity?: number | undefined;
  /** What would have had to be different: each, alone, would have made it the chosen one. Empty where nothing alone would. */
  readonly changes: readonly NeededChange[];
  /** What would have let it take part. */
  readonly remedy?: string | undefined;
}

/** @param agent `name` or `name@version`; by its name alone, the release that came closest is meant */
export function whyNot(
  choice: ExplainableChoice,
  agent: string,
  findChanges: (index: number) => readonly NeededChange[] = () => [],
): WhyNot {
  const isMeant = (release: { readonly agent: string; readonly version: string }): boolean =>
    agent === release.agent || agent === `${release.agent}@${release.version}`;
  const { chosen } = choice;
  if (chosen !== undefined && isMeant(chosen)) {
    return { ...chosen, verdict: 'chosen', reason: choice.reason, changes: [] };
  }
  const index = choice.candidates.findIndex(isMeant);
  const candidate = choice.candidates[index];
  if (candidate !== undefined) return whyOutranked(choice, candidate, findChanges(index));
  const exclusion = choice.excluded.find(isMeant);
  if (exclusion !== undefined) {
    const { code, reason, version } = exclusion;
    const remedy = REMEDIES[code] ?? 'see the reason';
    return { agent: exclusion.agent, version, verdict: 'excluded', code, reason, remedy, changes: [] };
  }
  const reason = 'was not known to provide the capability when the choice was made';
  return {
    agent,
    verdict: 'absent',
    reason,
    remedy: 'register it, active, with this capability',
    changes: [],
  };
}

function whyOutranked(
  choice: ExplainableChoice,
  { agent, version, score, propensity }: ExplainableChoice['candidates'][number],
  changes: readonly NeededChange[],
): WhyNot {
  const winner = choice.candidates.find(
    (other) => other.agent === choice.chosen?.agent && other.version === choice.chosen.version,
  );
  const facts = { agent, version, score, chosenScore: winner?.score, propensity, changes };
  const by = `${winner?.agent}@${winner?.version}`;
  if (score !== undefined && winner?.score !== undefined && score < winner.score) {
    const margin = winner.score - score;
    const reason = `${by} scored ${winner.score}, it scored ${score}`;
    return { ...facts, verdict: 'outscored', margin, reason };
  }
  return { ...facts, verdict: 'passed-over', reason: `${by} was taken: ${choice.reason}` };
}

/** What would let an excluded release take part, by the code of its exclusion. */
const REMEDIES: Readonly<Record<string, string>> = {
  standby: 'make it the current release of its agent, or pin the task to it',
  agent: 'pin the task to it, or do not pin it',
  tried: 'nothing: it had its tries with this task',
  status: 'make it active',
  draining: 'nothing: it was about to leave',
  dependency: 'make what it depends on available',
  region: 'run it in the region that the task asks for, or ask for its region',
  residency: 'run it where the task may be done',
  farther: 'prefer its region, or let nobody in the nearer one be free',
  version: 'ask for a range of versions that it is in',
  tag: 'give it the tag, or do not ask for it',
  context: 'give the task what it needs in the context',
  input: 'give the task an input that it takes',
  capacity: 'let it have a free slot: raise its maxConcurrentTasks, or send fewer tasks',
};
