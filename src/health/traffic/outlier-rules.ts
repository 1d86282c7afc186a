import type { ResolvedHealthOptions } from '../health.options.js';
import type { CallTotals } from './call-window.js';

/** The smallest difference of two success rates that is worth an ejection. */
const LEAST_GAP = 0.05;

/** Standard errors within which a difference may be chance; 3 leave 1 in 700 comparisons of equals to it. */
const CHANCE_FACTOR = 3;

/** What is known of a provider that had enough calls. */
export interface Standing {
  readonly successRatio: number;
  readonly calls: number;
  /** Mean of the calls that succeeded; `undefined` when none did. */
  readonly meanMs: number | undefined;
}

/** The rates of a provider; `undefined` when it had too few calls to be compared. */
export function standingOf(totals: CallTotals, minimumCalls: number): Standing | undefined {
  const { succeeded, failed, durationMs } = totals;
  const calls = succeeded + failed;
  if (calls < minimumCalls) return undefined;
  return {
    calls,
    successRatio: succeeded / calls,
    meanMs: succeeded === 0 ? undefined : durationMs / succeeded,
  };
}

/**
 * Why a provider does not belong among the others; `undefined` when it does.
 *
 * Success rates are compared as Envoy's outlier detection does it, mean − factor × standard deviation, but with those of the
 * *others*: among three, one that fails always lies within 1.5 deviations of a mean that it pulls down itself, and would never be
 * found. As a few others may agree by chance, the difference must exceed the sampling error too.
 * (Envoy, "Outlier detection: success rate"; leave-one-out, as for studentized residuals.)
 */
export function findOutlier(
  own: Standing,
  others: readonly Standing[],
  { stdevFactor, latencyFactor }: ResolvedHealthOptions['outliers'],
): string | undefined {
  const mean = meanOf(others.map(({ successRatio }) => successRatio));
  const deviation = Math.sqrt(meanOf(others.map(({ successRatio }) => (successRatio - mean) ** 2)));
  const gap = Math.max(stdevFactor * deviation, CHANCE_FACTOR * samplingError(own, others), LEAST_GAP);
  if (own.successRatio < mean - gap) {
    return `succeeds at ${percent(own.successRatio)} of its tasks, the others at ${percent(mean)}`;
  }
  if (latencyFactor === 0 || own.meanMs === undefined) return undefined;
  const durations = others.flatMap(({ meanMs }) => meanMs ?? []);
  if (durations.length === 0) return undefined;
  const usualMs = meanOf(durations);
  if (own.meanMs <= latencyFactor * usualMs) return undefined;
  return `takes ${Math.round(own.meanMs)} ms for a task, the others ${Math.round(usualMs)} ms`;
}

/** Of the difference of two proportions, were they equal. */
function samplingError(own: Standing, others: readonly Standing[]): number {
  const otherCalls = others.reduce((sum, { calls }) => sum + calls, 0);
  const successes = [own, ...others].reduce((sum, { calls, successRatio }) => sum + calls * successRatio, 0);
  const pooled = successes / (own.calls + otherCalls);
  return Math.sqrt(pooled * (1 - pooled) * (1 / own.calls + 1 / otherCalls));
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

const percent = (ratio: number): string => `${Math.round(ratio * 100)} %`;
