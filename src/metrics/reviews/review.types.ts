import type { ErrorKind } from '../../common/index.js';
import type { Trend } from '../analytics/trends/trend.js';
import type { PerformanceEstimate } from '../estimates/performance-estimate.types.js';
import type { SuccessRatio } from './comparisons.js';

/**
 * How a release does at a capability: `unproven` with too few attempts to tell, `needs-improvement` where it fails too often,
 * `attention` where something else is wrong or about to be.
 * @publicApi
 */
export type ReviewVerdict = 'unproven' | 'needs-improvement' | 'attention' | 'good' | 'high-performer';

/** What a review can find. */
export type FindingCode =
  | 'low-success'
  | 'failing-more'
  | 'slow'
  | 'slowing'
  | 'drifted'
  | 'saturated'
  | 'worse-when-busy'
  | 'high-performer';

/** One thing that stands out, why it is believed, and what to do. */
export interface ReviewFinding {
  readonly code: FindingCode;
  readonly severity: 'problem' | 'warning' | 'praise';
  readonly message: string;
  readonly advice: string;
}

/** How long something took, in milliseconds; quantiles are exact to 1 %. */
export interface Durations {
  readonly count: number;
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

/** What was measured of a release in a window of time. What nothing is known of is absent. */
export interface Performance {
  /** Of every verdict. */
  readonly attempts: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Ended by no doing of the agent; they count neither for nor against it. */
  readonly excused: number;
  /** Attempts with figures that cannot be, which count as 0. */
  readonly implausible: number;
  readonly errorKinds: Readonly<Partial<Record<ErrorKind, number>>>;
  readonly successRatio?: SuccessRatio;
  /** Of attempts that succeeded. */
  readonly durations?: Durations;
  /** Of attempts that succeeded or failed. */
  readonly allDurations?: Durations;
  /** Time that tasks had waited in line. */
  readonly waits?: Durations;
  readonly costUsd: number;
  readonly costPerAttemptUsd?: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** How a release does at one capability. */
export interface CapabilityReview {
  readonly capability: string;
  readonly verdict: ReviewVerdict;
  readonly findings: readonly ReviewFinding[];
  readonly evidence: Performance;
  /** By which strategies choose now; absent for a capability that the release has no more. */
  readonly expected?: PerformanceEstimate;
  /** The days before the window, which it is held against. */
  readonly baseline?: Performance;
  /** Success when the agent had no slot left, or the task had waited, and when it had. */
  readonly whenBusy?: SuccessRatio;
  readonly whenQuiet?: SuccessRatio;
  readonly byInputType: readonly {
    readonly inputType: string;
    readonly attempts: number;
    readonly successRatio?: SuccessRatio;
    readonly p50Ms?: number;
  }[];
  readonly trends: { readonly medianDurationMs?: Trend; readonly successRatio?: Trend };
}

/**
 * The performance review of one release.
 * @publicApi
 */
export interface PerformanceReview {
  /** `name@version`. */
  readonly release: string;
  /** Epoch milliseconds. */
  readonly fromAt: number;
  readonly toAt: number;
  /** The worst of its capabilities' of which anything is known. */
  readonly verdict: ReviewVerdict;
  /** Time in the last hour that its slots were in use, 0 to 1, over all nodes; absent when it did nothing. */
  readonly utilizationRatio?: number;
  readonly capabilities: readonly CapabilityReview[];
}
