/**
 * What is expected of a release at a capability now: live, read on the task path. What is unknown is `undefined`, never 0 and
 * never 1. Whoever keeps one copies it: it is brought up to date in place.
 * @publicApi
 */
export interface PerformanceEstimate {
  /** Attempts that counted, older ones discounted; 0 when untried. */
  readonly sampleCount: number;
  /** Beta posterior of success, with the declared reliability as the prior; its mean is alpha / (alpha + beta). */
  readonly successAlpha: number;
  readonly successBeta: number;
  /** Of successful attempts, older ones discounted, the declared estimate blended in as a prior. */
  readonly meanDurationMs: number | undefined;
  /** Rises at once, falls slowly; `undefined` until an attempt was seen here. */
  readonly peakEwmaMs: number | undefined;
  /** Of attempts that counted, failed ones too, the declared cost blended in as a prior. */
  readonly meanCostUsd: number | undefined;
}
