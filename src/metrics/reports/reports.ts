import type { MeasuresGroup } from '../rollups/performance.store.js';
import { successRatioOf } from '../reviews/comparisons.js';
import { performanceOf } from '../reviews/performance.js';
import type {
  DurationReport,
  FailureReport,
  ProblemReport,
  Total,
  TotalsDimension,
} from './reports.types.js';

/** What attempts came to by name, the dearest first, then the busiest. */
export function toTotals(groups: readonly MeasuresGroup[], by: TotalsDimension | undefined): Total[] {
  return groups
    .map(({ key, measures }) => {
      const { attempts, succeeded, failed, excused, costUsd, inputTokens, outputTokens } = measures;
      const { busyMs, queuedMs } = measures;
      return {
        name: by === undefined ? '' : (key[by] ?? ''),
        attempts,
        succeeded,
        failed,
        excused,
        costUsd,
        inputTokens,
        outputTokens,
        busyMs,
        queuedMs,
      };
    })
    .sort((a, b) => b.costUsd - a.costUsd || b.attempts - a.attempts);
}

/** MD-01, "why did this workflow fail": who failed in it, at what, and how; most failures first. */
export function toFailures(groups: readonly MeasuresGroup[]): FailureReport[] {
  return groups
    .filter(({ measures }) => measures.failed > 0)
    .map(({ key, measures }) => ({
      workflow: key.workflow ?? '',
      release: key.release ?? '',
      capability: key.capability ?? '',
      failed: measures.failed,
      attempts: measures.attempts,
      errorKinds: [...measures.errorKinds]
        .map(([kind, count]) => ({ kind, count }))
        .sort((a, b) => b.count - a.count),
    }))
    .sort((a, b) => b.failed - a.failed);
}

/** MD-01, "which agent causes problems": those that fail, by how many failures are theirs. */
export function toProblems(groups: readonly MeasuresGroup[]): ProblemReport[] {
  const allFailed = groups.reduce((sum, { measures }) => sum + measures.failed, 0);
  return groups
    .flatMap(({ key, measures: { attempts, succeeded, failed } }) => {
      const successRatio = successRatioOf(succeeded, failed);
      if (successRatio === undefined || failed === 0) return [];
      const { release = '', capability = '' } = key;
      return { release, capability, failed, attempts, successRatio, failureShareRatio: failed / allFailed };
    })
    .sort((a, b) => b.failed - a.failed);
}

/** MD-01, "how long do tasks take": by capability, the longest first. */
export function toDurations(groups: readonly MeasuresGroup[]): DurationReport[] {
  return groups
    .map(({ key, measures }) => {
      const { durations, waits } = performanceOf(measures);
      return { capability: key.capability ?? '', durations, waits };
    })
    .sort((a, b) => (b.durations?.p50Ms ?? 0) - (a.durations?.p50Ms ?? 0));
}
