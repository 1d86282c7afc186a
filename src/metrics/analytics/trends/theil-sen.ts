import { normalQuantile } from '../statistics/normal.js';
import { medianOf } from '../statistics/order.js';

/** A value at an instant. */
export interface SeriesPoint {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly value: number;
}

/** Slopes between every two points, in value per millisecond, sorted. Points must be at different instants. */
export function slopesOf(points: readonly SeriesPoint[]): Float64Array {
  const slopes = new Float64Array((points.length * (points.length - 1)) / 2);
  let count = 0;
  for (const [place, from] of points.entries()) {
    for (let later = place + 1; later < points.length; later++) {
      const to = points[later]!;
      slopes[count++] = (to.value - from.value) / (to.at - from.at);
    }
  }
  return slopes.sort();
}

/**
 * The slope of Theil (1950) and Sen: the median of all slopes between two points. Up to 29 % of the points may be anything.
 * Sen, "Estimates of the regression coefficient based on Kendall's tau", JASA 63, 1968.
 */
export function theilSenSlope(slopes: Float64Array): number {
  return medianOf(slopes);
}

/**
 * The interval that holds the slope with the confidence given: from Sen (1968), by the variance of Kendall's score, so that what corrects
 * the test corrects the interval.
 */
export function slopeInterval(
  slopes: Float64Array,
  scoreVariance: number,
  confidence: number,
): readonly [number, number] {
  const reach = normalQuantile((1 + confidence) / 2) * Math.sqrt(scoreVariance);
  const last = slopes.length - 1;
  const low = Math.max(Math.floor((slopes.length - reach) / 2) - 1, 0);
  const high = Math.min(Math.ceil((slopes.length + reach) / 2), last);
  return [slopes[low]!, slopes[high]!];
}
