import type { QueueLoad } from './queue-model.js';

/** What attempts came to in a stretch of time. */
export interface LoadBucket {
  /** When the stretch began, in milliseconds since the epoch. */
  readonly at: number;
  readonly attempts: number;
  /** Time that they held a slot, and the sum of its squares. */
  readonly busyMs: number;
  readonly busySquareMs2: number;
}

/** By which load is planned: that of the busiest hour, as in telephony, or of all hours. */
export type LoadBasis = 'busiest-hour' | 'mean';

/** The load that a window saw. */
export interface MeasuredLoad extends QueueLoad {
  readonly attemptCount: number;
  /** Over all of the window in which there was something. */
  readonly meanArrivalsPerSecond: number;
  /** Whether there were minutes enough to tell how even arrivals are; else they count as Poisson. */
  readonly isArrivalScvMeasured: boolean;
}

/** What was measured, and when; minutes reach less far back than hours. */
export interface LoadRecords {
  readonly hours: readonly LoadBucket[];
  readonly minutes: readonly LoadBucket[];
  readonly minutesFromAt: number;
  readonly nowAt: number;
  readonly basis: LoadBasis;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** A rate over less than this is an accident. */
const MIN_STRETCH_MS = 10 * MINUTE_MS;

/** Fewer whole minutes, or fewer attempts, say nothing of how even arrivals are. */
const MIN_SCV_MINUTES = 30;
const MIN_SCV_ATTEMPTS = 100;

/** The load of a window; `undefined` when there was none. Every attempt counts, as each holds a slot whatever comes of it. */
export function measureLoad({ hours, minutes, ...records }: LoadRecords): MeasuredLoad | undefined {
  const attemptCount = sumOf(hours, ({ attempts }) => attempts);
  if (attemptCount === 0) return undefined;
  const { nowAt, minutesFromAt, basis } = records;
  const firstAt = Math.min(...hours.map(({ at }) => at), Infinity);
  // What began within the minutes is known to the minute.
  const beganAt =
    firstAt + HOUR_MS > minutesFromAt ? Math.min(...minutes.map(({ at }) => at), nowAt) : firstAt;
  const meanArrivalsPerSecond = perSecond(attemptCount, Math.max(nowAt - beganAt, MINUTE_MS));
  const rates = hours.map(({ at, attempts }) => {
    const stretchMs = Math.min(at + HOUR_MS, nowAt) - Math.max(at, beganAt);
    return stretchMs < MIN_STRETCH_MS ? 0 : perSecond(attempts, stretchMs);
  });
  const busiest = Math.max(...rates, meanArrivalsPerSecond);
  const meanServiceMs = sumOf(hours, ({ busyMs }) => busyMs) / attemptCount;
  const square = sumOf(hours, ({ busySquareMs2 }) => busySquareMs2) / attemptCount;
  const arrivalScv = arrivalScvOf(minutes, Math.max(beganAt, minutesFromAt), nowAt);
  return {
    attemptCount,
    arrivalsPerSecond: basis === 'mean' ? meanArrivalsPerSecond : busiest,
    meanArrivalsPerSecond,
    meanServiceMs,
    serviceScv: meanServiceMs > 0 ? Math.max(square / meanServiceMs ** 2 - 1, 0) : 0,
    arrivalScv: arrivalScv ?? 1,
    isArrivalScvMeasured: arrivalScv !== undefined,
  };
}

/**
 * How even arrivals are, by their counts in whole minutes: for counts of many arrivals, variance over mean is the squared coefficient of
 * variation of the times between them (Cox and Lewis, The Statistical Analysis of Series of Events, 1966, section 4.5). The variance is that of
 * one minute to the next (von Neumann et al., Annals of Mathematical Statistics 12, 1941), so that tides of the day do not count as unevenness.
 */
function arrivalScvOf(minutes: readonly LoadBucket[], fromAt: number, nowAt: number): number | undefined {
  const first = Math.ceil(fromAt / MINUTE_MS);
  const count = Math.floor(nowAt / MINUTE_MS) - first;
  if (count < MIN_SCV_MINUTES) return undefined;
  const counts = new Array<number>(count).fill(0);
  for (const { at, attempts } of minutes) {
    const place = at / MINUTE_MS - first;
    if (place >= 0 && place < count) counts[place]! += attempts;
  }
  const total = sumOf(counts, (each) => each);
  if (total < MIN_SCV_ATTEMPTS) return undefined;
  const steps = sumOf(counts.slice(1), (each, place) => (each - counts[place]!) ** 2);
  return steps / (2 * (count - 1)) / (total / count);
}

function perSecond(count: number, stretchMs: number): number {
  return (count * 1_000) / stretchMs;
}

function sumOf<T>(items: readonly T[], valueOf: (item: T, place: number) => number): number {
  return items.reduce((sum, item, place) => sum + valueOf(item, place), 0);
}
