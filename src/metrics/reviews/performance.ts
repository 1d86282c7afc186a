import type { LatencyHistogram } from '../measures/latency-histogram.js';
import { Measures } from '../measures/measures.js';
import { successRatioOf } from './comparisons.js';
import type { Durations, Performance } from './review.types.js';

/** Turns measures into what people ask for: shares with intervals, means and quantiles. */
export function performanceOf(measures: Measures): Performance {
  const { attempts, succeeded, failed, excused, implausible, counted } = measures;
  const all = Measures.merged([measures]).successes;
  all.merge(measures.failures);
  return {
    attempts,
    succeeded,
    failed,
    excused,
    implausible,
    errorKinds: Object.fromEntries(measures.errorKinds),
    successRatio: successRatioOf(succeeded, failed),
    durations: durationsOf(measures.successes, measures.successMs),
    // The sum that is kept is of excused attempts too.
    allDurations: durationsOf(all, all.meanMs() * all.count),
    waits: durationsOf(measures.waits, measures.queuedMs),
    costUsd: measures.costUsd,
    costPerAttemptUsd: counted === 0 ? undefined : measures.costUsd / attempts,
    inputTokens: measures.inputTokens,
    outputTokens: measures.outputTokens,
  };
}

/** `undefined` for a histogram of nothing. */
function durationsOf(histogram: LatencyHistogram, sumMs: number): Durations | undefined {
  const { count } = histogram;
  const [p50Ms, p95Ms, p99Ms] = [0.5, 0.95, 0.99].map((ratio) => histogram.quantileMs(ratio));
  if (p50Ms === undefined || p95Ms === undefined || p99Ms === undefined) return undefined;
  return { count, meanMs: sumMs / count, p50Ms, p95Ms, p99Ms };
}
