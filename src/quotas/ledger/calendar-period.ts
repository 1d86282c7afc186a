import type { QuotaPeriod } from '../quota.types.js';

const LENGTH_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** When the period began that an instant lies in; both in milliseconds since the epoch, by the calendar of UTC. */
export function periodStart(period: QuotaPeriod, at: number): number {
  if (period !== 'month') return Math.floor(at / LENGTH_MS[period]) * LENGTH_MS[period];
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
}

/** When the next period begins. */
export function periodEnd(period: QuotaPeriod, at: number): number {
  if (period !== 'month') return periodStart(period, at) + LENGTH_MS[period];
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
}
