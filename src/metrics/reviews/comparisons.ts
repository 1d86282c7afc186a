import { normalQuantile, normalTail } from '../analytics/statistics/normal.js';
import type { LatencyHistogram } from '../measures/latency-histogram.js';

/** A share, and the interval that holds the true one in 95 of 100 cases. */
export interface SuccessRatio {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Attempts that it was taken from. */
  readonly count: number;
}

const Z_95 = normalQuantile(0.975);

/**
 * The share of successes with its 95 % interval, which is of use for few attempts and for shares near 0 and 1 too; `undefined`
 * without attempts. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 22 (1927).
 */
export function successRatioOf(succeeded: number, failed: number): SuccessRatio | undefined {
  const count = succeeded + failed;
  if (count === 0) return undefined;
  const value = succeeded / count;
  const z2 = Z_95 ** 2 / count;
  const center = (value + z2 / 2) / (1 + z2);
  const reach = (Math.sqrt((value * (1 - value)) / count + z2 / (4 * count)) * Z_95) / (1 + z2);
  return { value, low: Math.max(0, center - reach), high: Math.min(1, center + reach), count };
}

/**
 * Probability of a share so much lower than the other if both were the same: the pooled two-proportion z test, one-sided; for
 * twenty attempts and more on each side.
 */
export function lowerByChance(lower: SuccessRatio, other: SuccessRatio): number {
  const count = lower.count + other.count;
  const pooled = (lower.value * lower.count + other.value * other.count) / count;
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / lower.count + 1 / other.count));
  return error === 0 ? 1 : normalTail((other.value - lower.value) / error);
}

/**
 * Probability of durations so much longer than others if both came from the same: the Mann–Whitney test, one-sided, with the normal
 * approximation corrected for ties, as all in one bin are (Mann and Whitney, Annals of Mathematical Statistics 18, 1947).
 */
export function longerByChance(longer: LatencyHistogram, other: LatencyHistogram): number {
  const [n, m] = [longer.count, other.count];
  if (n === 0 || m === 0) return 1;
  const counts = new Map<number, { longer: number; other: number }>();
  for (const [bin, count] of longer.bins()) counts.set(bin, { longer: count, other: 0 });
  for (const [bin, count] of other.bins())
    counts.set(bin, { longer: counts.get(bin)?.longer ?? 0, other: count });
  let [below, wins, ties] = [0, 0, 0];
  for (const [, at] of [...counts].sort(([a], [b]) => a - b)) {
    wins += at.longer * (below + at.other / 2);
    below += at.other;
    ties += (at.longer + at.other) ** 3 - (at.longer + at.other);
  }
  const total = n + m;
  const variance = ((n * m) / 12) * (total + 1 - ties / (total * (total - 1)));
  return variance <= 0 ? 1 : normalTail((wins - (n * m) / 2) / Math.sqrt(variance));
}
