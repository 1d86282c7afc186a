import type { TrendMetric } from './measured-series.js';
import type { Trend } from './trend.js';

/** What it is called when the value rises, and when it falls. */
const WORDS: Readonly<Record<TrendMetric, readonly [rising: string, falling: string]>> = {
  'mean-duration': ['slower', 'faster'],
  'p50-duration': ['slower', 'faster'],
  'p95-duration': ['slower', 'faster'],
  'success-ratio': ['more successful', 'less successful'],
  cost: ['dearer', 'cheaper'],
  'mean-wait': ['longer waits', 'shorter waits'],
};

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A trend in a line: `20 % slower over 7 days (95 %: 8 to 33 %), p = 0.003`. */
export function describeTrend(metric: TrendMetric, trend: Trend, confidence: number): string {
  const span = spanOf(trend.spanMs);
  const chance = trend.pValue < 0.001 ? 'p < 0.001' : `p = ${trend.pValue.toFixed(3)}`;
  const [rising, falling] = WORDS[metric];
  if (trend.direction === 'none') return `no significant change over ${span}, ${chance}`;
  const isRising = trend.direction === 'rising';
  const word = isRising ? rising : falling;
  const change = trend.changeRatio;
  if (change === undefined) return `${word} over ${span}, ${chance}`;
  // Told in the direction of the word: an interval that reaches beyond 0 has a negative end.
  const [low, high] = isRising ? [change.low, change.high] : [-change.high, -change.low];
  const interval = `${percent(confidence)}: ${number(low)} to ${percent(high)}`;
  return `${percent(Math.abs(change.value))} ${word} over ${span} (${interval}), ${chance}`;
}

function spanOf(spanMs: number): string {
  const [count, unit] = spanMs < 2 * DAY_MS ? [spanMs / HOUR_MS, 'hour'] : [spanMs / DAY_MS, 'day'];
  const told = Number(count.toPrecision(2));
  return `${told} ${unit}${told === 1 ? '' : 's'}`;
}

function percent(ratio: number): string {
  return `${number(ratio)} %`;
}

function number(ratio: number): number {
  return Number((ratio * 100).toPrecision(2)) + 0;
}
