import { MetricsOptionError } from './metrics.errors.js';

/**
 * How performance is measured; see {@link METRICS_DEFAULTS}.
 * @publicApi
 */
export interface MetricsOptions {
  /** Attempts of a release after which one counts for 1/e of a new one in estimates, 2 to 1 000 000; default 100. */
  readonly memoryAttempts?: number;
  /** Milliseconds after which what was observed counts for 1/e in estimates, 1 000 to 31 536 000 000; default 6 hours. */
  readonly memoryMs?: number;
  /** Milliseconds in which the peak of the duration falls to 1/e, 10 to 3 600 000; default 10 000, Finagle's. */
  readonly peakDecayMs?: number;
  /** How many attempts a declared estimate weighs, above 0 to 1 000; default 5. */
  readonly priorWeight?: number;
}

export type ResolvedMetricsOptions = Readonly<Required<MetricsOptions>>;

export const METRICS_DEFAULTS: ResolvedMetricsOptions = Object.freeze({
  memoryAttempts: 100,
  memoryMs: 21_600_000,
  peakDecayMs: 10_000,
  priorWeight: 5,
});

type Field = keyof ResolvedMetricsOptions;

const RANGES: Readonly<Record<Field, readonly [least: number, most: number]>> = {
  memoryAttempts: [2, 1_000_000],
  memoryMs: [1_000, 31_536_000_000],
  peakDecayMs: [10, 3_600_000],
  priorWeight: [0.001, 1_000],
};

/**
 * Fills in the defaults; a member that is `undefined` counts as absent.
 * @throws METRICS_OPTION_INVALID naming the field, its value and its range
 */
export function resolveMetricsOptions(options: MetricsOptions = {}): ResolvedMetricsOptions {
  const fields = Object.keys(METRICS_DEFAULTS) as Field[];
  return Object.freeze(
    Object.fromEntries(fields.map((field) => [field, pick(field, options[field])])) as Record<Field, number>,
  );
}

function pick(field: Field, value: number = METRICS_DEFAULTS[field]): number {
  const [least, most] = RANGES[field];
  if (typeof value === 'number' && value >= least && value <= most) return value;
  throw new MetricsOptionError(field, value, `a number from ${least} to ${most}`);
}
