import { normalTail } from '../statistics/normal.js';
import { ranksOf } from '../statistics/order.js';

// Each pair of values is compared: a look at the global for each would be most of the work under jest.
const { sign } = Math;

/** Whether values rise or fall more often than chance would have it. */
export interface TrendTest {
  /** Pairs that rise less pairs that fall (Kendall's S). */
  readonly score: number;
  /** Variance of the score when there is no trend, with ties and, where asked for, autocorrelation taken into account. */
  readonly variance: number;
  /** Probability of a score at least as far from 0 when there is no trend, in either direction. */
  readonly pValue: number;
}

/** With so few values, all of them different, the distribution of the score is counted out. Gilbert (1987), table A18. */
const MAX_EXACT = 10;

/** Shorter series tell too little of their autocorrelation to correct for it. */
const MIN_CORRECTED = 11;

/** A lag counts where its autocorrelation is beyond what 95 % of independent series have. */
const LAG_LIMIT_Z = 1.959963985;

/**
 * The test of Mann (Econometrica 13, 1945) and Kendall (1975), two-sided: no assumption on how values are distributed, and none but
 * their order counts.
 *
 * @param values in the order of time; at least two
 * @param detrended the values less their trend; when given, the variance is corrected for their autocorrelation (Hamed and Rao, Journal of
 *   Hydrology 204, 1998), and never made smaller than that of independent values
 */
export function mannKendall(values: readonly number[], detrended?: readonly number[]): TrendTest {
  const score = scoreOf(values);
  const independent = varianceOf(values);
  const inflation =
    detrended === undefined || values.length < MIN_CORRECTED ? 1 : inflationOf(ranksOf(detrended));
  const variance = independent * inflation;
  const isExact = values.length <= MAX_EXACT && new Set(values).size === values.length;
  return {
    score,
    variance,
    pValue: isExact ? exactPValue(score, values.length) : normalPValue(score, variance),
  };
}

function scoreOf(values: readonly number[]): number {
  let score = 0;
  for (const [place, value] of values.entries()) {
    for (let later = place + 1; later < values.length; later++) score += sign(values[later]! - value);
  }
  return score;
}

/** Kendall, Rank Correlation Methods, 4th ed., 1975, chapter 4. */
function varianceOf(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const part = (count: number): number => count * (count - 1) * (2 * count + 5);
  const ties = [...counts.values()].reduce((sum, count) => sum + part(count), 0);
  return (part(values.length) - ties) / 18;
}

/**
 * By what the variance of the score is larger than that of independent values; at least 1. That of Hamed and Rao finds cycles and long
 * memory, but too little of a short one, whose correlations it takes one by one; so it is at least that of a first-order process (Yue and
 * Wang, Water Resources Management 18, 2004).
 */
function inflationOf(ranks: readonly number[]): number {
  const n = ranks.length;
  const mean = (n + 1) / 2;
  const centered = ranks.map((rank) => rank - mean);
  const power = centered.reduce((sum, value) => sum + value * value, 0);
  if (power === 0) return 1;
  const correlationAt = (lag: number): number => {
    let product = 0;
    for (let place = lag; place < n; place++) product += centered[place]! * centered[place - lag]!;
    return product / power;
  };
  let sum = 0;
  // Lags beyond a quarter of the series rest on few pairs (Box and Jenkins, 1970).
  for (let lag = 1; lag <= n / 4; lag++) {
    const correlation = correlationAt(lag);
    if (Math.abs(correlation) < LAG_LIMIT_Z / Math.sqrt(n)) continue;
    sum += (n - lag) * (n - lag - 1) * (n - lag - 2) * correlation;
  }
  return Math.max(1, 1 + (2 / (n * (n - 1) * (n - 2))) * sum, firstOrderInflation(correlationAt(1), n));
}

/** Of a first-order process; the correlation of residuals from a line comes out too low by about (2 + 4 r) / n (Kendall, 1954). */
function firstOrderInflation(correlation: number, n: number): number {
  const kept = Math.min((n * correlation + 2) / (n - 4), MAX_KEPT);
  return (1 + kept) / (1 - kept);
}

/** More than this cannot be told from a value that drifts by chance alone. */
const MAX_KEPT = 0.98;

/** With the correction for continuity. */
function normalPValue(score: number, variance: number): number {
  if (variance === 0 || score === 0) return 1;
  return Math.min(2 * normalTail((Math.abs(score) - 1) / Math.sqrt(variance)), 1);
}

/** The share of all orders of `n` values whose score is at least as far from 0. */
function exactPValue(score: number, n: number): number {
  // orders[k] of the values so far have k falling pairs: the next value can be put before 0, 1, … of them.
  let orders = [1];
  for (let count = 2; count <= n; count++) {
    const next = new Array<number>(orders.length + count - 1).fill(0);
    for (const [falling, ways] of orders.entries()) {
      for (let more = 0; more < count; more++) next[falling + more]! += ways;
    }
    orders = next;
  }
  const pairs = (n * (n - 1)) / 2;
  const far = orders.reduce(
    (sum, ways, falling) => (Math.abs(pairs - 2 * falling) >= Math.abs(score) ? sum + ways : sum),
    0,
  );
  return far / orders.reduce((sum, ways) => sum + ways, 0);
}
