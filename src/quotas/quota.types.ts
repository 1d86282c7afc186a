/** Whose attempts a quota counts. A member that is absent does not matter. */
export interface QuotaScope {
  /** The name of an agent, all its releases together; `*`: each agent for itself. */
  readonly agent?: string;
  readonly capability?: string;
  readonly tenant?: string;
  /** The name of a workflow, for attempts that belong to its runs. */
  readonly workflow?: string;
}

/** Periods of the calendar in UTC: a day begins at 00:00Z, a month with its first day. */
export type QuotaPeriod = 'minute' | 'hour' | 'day' | 'month';

/**
 * What happens to a task at the limit.
 *
 * - `refuse`: it ends with QUOTA_EXCEEDED.
 * - `queue`: it waits in line, within its `queueTimeoutMs`.
 * - `fallback`: the candidate is excluded, and others are asked; QUOTA_EXCEEDED when none is left.
 */
export type QuotaPolicy = 'refuse' | 'queue' | 'fallback';

/**
 * A limit, or several, for some of all attempts, over all nodes. Each limit is optional, but one there must be.
 * @publicApi
 */
export interface QuotaDefinition {
  /** Letters, digits, `-` and `_`; 1 to 100 of them. */
  readonly id: string;
  /** `*` as a member counts each value for itself; `{}` is everything. */
  readonly scope: QuotaScope;
  /** Attempts that may begin in a second, in the long run, 0.0001 to 1 000 000. */
  readonly tasksPerSecond?: number;
  /** Attempts that may begin at once after a rest, 1 to 1 000 000; default: as many as in a second, at least 1. */
  readonly burst?: number;
  /** Attempts under way at the same time, 0 to 1 000 000. */
  readonly maxConcurrentTasks?: number;
  /** Tokens in a period, input and output together, 0 to 1e15. */
  readonly maxTokens?: number;
  /** US dollars in a period, 0 to 1e9. */
  readonly maxCostUsd?: number;
  /** Of `maxTokens` and `maxCostUsd`. */
  readonly period?: QuotaPeriod;
  /** Default `refuse`. */
  readonly onLimit?: QuotaPolicy;
}

/** A definition with its policy filled in. */
export interface Quota extends QuotaDefinition {
  readonly onLimit: QuotaPolicy;
}

/** Which of a quota's limits is meant. */
export type QuotaLimit = 'rate' | 'concurrency' | 'tokens' | 'cost';

/** What is counted under a quota, for each value where its scope says `*`. */
export interface QuotaAccount {
  readonly quota: string;
  /** Names the account within the store. */
  readonly key: string;
  /** Attempts under way. */
  readonly running: number;
  /** In the period: what was used, and what is reserved for attempts under way. 0 without a budget. */
  readonly tokens: number;
  readonly costUsd: number;
  /** When the period began, in milliseconds since the epoch; `undefined` without a budget. */
  readonly periodAt: number | undefined;
}
