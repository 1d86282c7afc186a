import { eventType } from '../common/index.js';
import type { Release } from '../registry/index.js';
import type { SuccessRatio } from './reviews/comparisons.js';

/**
 * A release got slower than its own baseline at a capability, on this node.
 * @publicApi
 */
export const PerformanceDrifted = eventType<{
  readonly release: Release;
  readonly capability: string;
  /** How many times as long it takes by now. */
  readonly slowdownRatio: number;
  /** What it took, as the geometric mean. */
  readonly baselineMs: number;
}>('performance.drifted');

/**
 * A release that had got slower is about as fast as before.
 * @publicApi
 */
export const PerformanceRecovered = eventType<{ readonly release: Release; readonly capability: string }>(
  'performance.recovered',
);

/**
 * The review took a release out of service, at some capabilities or as a whole, or put it back.
 * @publicApi
 */
export const PerformanceReviewed = eventType<{
  readonly release: Release;
  /** `rest`: no tasks of these capabilities on this node; `maintenance`: none at all, anywhere; `return`: back from either. */
  readonly action: 'rest' | 'maintenance' | 'return';
  readonly capabilities: readonly string[];
  readonly reason: string;
  /** By which it was taken out; absent for a return. */
  readonly successRatio?: SuccessRatio;
}>('performance.reviewed');
