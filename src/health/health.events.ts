import { eventType } from '../common/index.js';
import type { Release } from '../registry/index.js';

/**
 * The circuit of a release at a capability opened, half-opened or closed, in this process.
 * @publicApi
 */
export const BreakerChanged = eventType<{
  readonly release: Release;
  readonly capability: string;
  readonly from: BreakerStateName;
  readonly to: BreakerStateName;
  /** Why it opened last. */
  readonly reason: string;
  /** Milliseconds that it stays open, when it opened. */
  readonly openMs?: number;
}>('breaker.changed');

/** @publicApi */
export type BreakerStateName = 'closed' | 'open' | 'half-open';

/**
 * A release gets no tasks of a capability for a while, because it does worse than the others who provide it; or it gets them again.
 * @publicApi
 */
export const EjectionChanged = eventType<{
  readonly release: Release;
  readonly capability: string;
  readonly isEjected: boolean;
  readonly reason: string;
  /** Milliseconds that it stays out, when it was ejected. */
  readonly ejectedMs?: number;
}>('ejection.changed');

/**
 * An attempt to bring a release back has ended, on this node.
 * @publicApi
 */
export const RecoveryEnded = eventType<{
  readonly release: Release;
  /** 1 for the first in a row. */
  readonly attempt: number;
  readonly isRecovered: boolean;
  /** Why it is not. */
  readonly problem?: string;
  /** There will be no further attempt until a person has set another status. */
  readonly isGivenUp: boolean;
}>('recovery.ended');

/** Nothing stands in the way of tasks of a capability to a release any more: who waits may look again. */
export const TrafficEased = eventType<{ readonly release: Release; readonly capability: string }>(
  'traffic.eased',
);
