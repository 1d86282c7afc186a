import type { Clock } from '../../common/index.js';
import type { Measures } from '../measures/measures.js';

/** What attempts are told apart by. */
export const DIMENSIONS = ['release', 'capability', 'inputType', 'workflow', 'tenant'] as const;

/** Names by dimension; an empty one where there is none, as for a task that belongs to no workflow. */
export type Series = Readonly<Record<(typeof DIMENSIONS)[number], string>>;

/** What measures can be grouped and filtered by; `agent` is all releases of one. */
export type MeasuresField = keyof Series | 'agent';

/** In place of names beyond a bound; no name may look like it. */
export const OTHER = '(other)';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** All that one writer has measured of one series in one minute, up to now. */
export interface MeasuredMinute {
  /** When the minute began, in epoch milliseconds. */
  readonly at: number;
  readonly series: Series;
  readonly measures: Measures;
}

/** Which measures are wanted, and how they are put together. */
export interface MeasuresQuery {
  /** Epoch milliseconds; rollups of which any part lies in the window count whole. */
  readonly fromAt: number;
  readonly toAt: number;
  readonly where?: Readonly<Partial<Record<MeasuresField, string>>>;
  /** One group for each combination of these; none: everything is one group. */
  readonly by: readonly (MeasuresField | 'writer')[];
  /** Further groups for each such stretch of time, at least a minute; rollups that are longer count at their beginning. */
  readonly everyMs?: number;
  /** Without histograms and kinds of error, which take more to read. */
  readonly isBrief?: boolean;
}

/** Measures that were asked for, put together. */
export interface MeasuresGroup {
  readonly key: Readonly<Partial<Record<MeasuresField | 'writer', string>>>;
  /** When its stretch of time began; 0 when it was not grouped by time. */
  readonly at: number;
  readonly measures: Measures;
}

/** Milliseconds for which each granularity is kept; what is older is put together to the next, and days are forgotten. */
export interface Retention {
  readonly minuteMs: number;
  readonly hourMs: number;
  readonly dayMs: number;
}

/**
 * Keeps what was measured, in minutes by writer, then in hours, then in days. Each attempt is in exactly one of them at a time.
 *
 * A writer is one process, or a part of its life; it alone writes its minutes, whole each time and one write after the other, so a
 * write may be repeated.
 */
export abstract class PerformanceStore {
  /** Whether other processes may write at the same time. */
  abstract readonly isShared: boolean;

  /** By which minutes are told apart and retention is reckoned, the same for all writers. */
  abstract readonly clock: Pick<Clock, 'now'>;

  /**
   * Puts minutes in place of what the same writer wrote of them before; looks at them in the turn of the call. When it rejects,
   * it may have written them. Answers how many were refused, as they are older than what was put together to hours already.
   */
  abstract write(writer: string, minutes: readonly MeasuredMinute[]): Promise<number>;

  /** Groups in no order; none for what nobody measured. */
  abstract read(query: MeasuresQuery): Promise<readonly MeasuresGroup[]>;

  /** Puts old minutes together to hours, old hours to days, and forgets old days. Nodes do it one after the other. */
  abstract fold(retention: Retention): Promise<void>;
}

/** The agent of a release, `name@version`. */
export function agentOf(release: string): string {
  const end = release.indexOf('@');
  return end === -1 ? release : release.slice(0, end);
}
