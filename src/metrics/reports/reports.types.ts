import type { ErrorKind } from '../../common/index.js';
import type { SuccessRatio } from '../reviews/comparisons.js';
import type { Durations } from '../reviews/review.types.js';

/** What totals can be told apart by. */
export type TotalsDimension = 'agent' | 'release' | 'capability' | 'inputType' | 'workflow' | 'tenant';

/**
 * Which attempts are summed up.
 * @publicApi
 */
export interface TotalsQuery {
  /** How far back from now, greater than 0, at most 8 784 (366 days); default 24. */
  readonly hours?: number;
  /** One item for each name; default: all in one. */
  readonly by?: TotalsDimension;
  /** Only attempts with these names. An empty one means those that have none. */
  readonly where?: Readonly<Partial<Record<TotalsDimension, string>>>;
}

/**
 * What attempts came to in all.
 * @publicApi
 */
export interface Total {
  /** `(other)` for names beyond the bound of those that are told apart; empty for attempts that have none, and for all in one. */
  readonly name: string;
  readonly attempts: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly excused: number;
  readonly costUsd: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Time that attempts held a slot. */
  readonly busyMs: number;
  /** Time that tasks waited in line. */
  readonly queuedMs: number;
}

/** Failures of one release at one capability, within one workflow. */
export interface FailureReport {
  readonly workflow: string;
  readonly release: string;
  readonly capability: string;
  readonly failed: number;
  readonly attempts: number;
  /** The kind that was met most often first. */
  readonly errorKinds: readonly { readonly kind: ErrorKind; readonly count: number }[];
}

/** How much trouble a release makes at a capability. */
export interface ProblemReport {
  readonly release: string;
  readonly capability: string;
  readonly failed: number;
  readonly attempts: number;
  readonly successRatio: SuccessRatio;
  /** Of all failures in the window, 0 to 1. */
  readonly failureShareRatio: number;
}

/** How long tasks of one capability take. */
export interface DurationReport {
  readonly capability: string;
  /** Of attempts that succeeded. */
  readonly durations?: Durations;
  readonly waits?: Durations;
}

/** A window of time, in epoch milliseconds, and what was found in it. */
export interface Report<Item> {
  readonly fromAt: number;
  readonly toAt: number;
  readonly items: readonly Item[];
}
