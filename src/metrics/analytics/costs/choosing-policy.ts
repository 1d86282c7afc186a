import type { LoggedDecision, LoggedRelease } from './recorded-task.js';

/**
 * Another way to choose agents: for which tasks, among whom, and by what. Tasks that it does not speak of are left as they were.
 * @publicApi
 */
export interface ChoosingPolicy {
  /** `any` is each as likely as the others. What is not known of an agent counts as the worst. */
  readonly choose: 'cheapest' | 'fastest' | 'most-reliable' | 'any';
  /** Only these, by name; default: all candidates. */
  readonly agents?: readonly string[] | undefined;
  /** Only agents that are known to succeed at least this often, 0 to 1; default 0. */
  readonly minSuccessRatio?: number | undefined;
  /** How likely each agent is compared with the others, by name, in place of `choose`; who is not named is not chosen. */
  readonly weights?: Readonly<Record<string, number>> | undefined;
  /** The share of the tasks for which it chooses, above 0, at most 1; default 1. */
  readonly shareRatio?: number | undefined;
  /** Only tasks that fit all of these. */
  readonly when?: Readonly<Partial<Pick<LoggedDecision, ConditionField>>> | undefined;
}

type ConditionField = 'capability' | 'inputType' | 'workflow' | 'tenant' | 'priority' | 'criticality';

/** What is known of a release at a capability; what is not is `undefined`. */
export interface KnownOfRelease {
  readonly costUsd: number | undefined;
  readonly durationMs: number | undefined;
  readonly successRatio: number | undefined;
}

/** Looks up what is known of a release at a capability. */
export type Knowledge = (release: LoggedRelease, capability: string) => KnownOfRelease | undefined;

/** The smaller the better. */
const RANKS = {
  cheapest: ({ costUsd }: KnownOfRelease) => costUsd,
  fastest: ({ durationMs }: KnownOfRelease) => durationMs,
  'most-reliable': ({ successRatio }: KnownOfRelease) =>
    successRatio === undefined ? undefined : -successRatio,
} as const;

/** How likely the policy chooses each candidate of a decision; `undefined` where it leaves the decision as it was. */
export function targetOf(
  decision: LoggedDecision,
  policy: ChoosingPolicy,
  knowledge: Knowledge,
): readonly number[] | undefined {
  if (!fits(decision, policy.when ?? {})) return undefined;
  const shares = sharesOf(decision, policy, knowledge);
  const sum = shares.reduce((total, share) => total + share, 0);
  return sum > 0 ? shares.map((share) => share / sum) : undefined;
}

function sharesOf(
  { candidates, capability }: LoggedDecision,
  { choose, agents, minSuccessRatio = 0, weights }: ChoosingPolicy,
  knowledge: Knowledge,
): number[] {
  const known = candidates.map((candidate) => knowledge(candidate, capability));
  const mayServe = candidates.map(
    ({ agent }, place) =>
      (agents === undefined || agents.includes(agent)) &&
      (known[place]?.successRatio ?? 0) >= minSuccessRatio,
  );
  if (weights !== undefined) {
    // An agent may be called `constructor`, which every object inherits.
    const weightOf = (agent: string): number => (Object.hasOwn(weights, agent) ? (weights[agent] ?? 0) : 0);
    return candidates.map(({ agent }, place) => (mayServe[place] ? weightOf(agent) : 0));
  }
  const ranks = known.map((each, place) => (mayServe[place] ? rankOf(each, choose) : Infinity));
  const best = Math.min(...ranks);
  return ranks.map((rank) => (rank === best && rank < Infinity ? 1 : 0));
}

function rankOf(known: KnownOfRelease | undefined, choose: ChoosingPolicy['choose']): number {
  if (choose === 'any') return 0;
  return (known && RANKS[choose](known)) ?? Infinity;
}

function fits(decision: LoggedDecision, when: NonNullable<ChoosingPolicy['when']>): boolean {
  return (Object.keys(when) as ConditionField[]).every(
    (field) => when[field] === undefined || when[field] === decision[field],
  );
}
