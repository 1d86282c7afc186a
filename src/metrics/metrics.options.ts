import { MetricsOptionError } from './metrics.errors.js';
import { DAY_MS, HOUR_MS, type Retention } from './rollups/performance.store.js';
import { MOST_NAMES } from './rollups/series-keys.js';

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
  /** Milliseconds between two writes of what was measured, 100 to 600 000; default 5 000. A crash loses what came since. */
  readonly flushEveryMs?: number;
  /** Names that are told apart in each of agents, capabilities, input types, workflows and tenants, 1 to 1 000; default 500. */
  readonly maxNames?: number;
  /** Series that one process tells apart in a minute, 1 to 100 000; default 5 000. */
  readonly maxSeries?: number;
  /** How long rollups are kept; default 6 hours of minutes, 14 days of hours, 400 days of days. */
  readonly retention?: Partial<Retention>;
}

export type ResolvedMetricsOptions = Readonly<Required<Omit<MetricsOptions, 'retention'>>> & {
  readonly retention: Retention;
};

export const METRICS_DEFAULTS: ResolvedMetricsOptions = Object.freeze({
  memoryAttempts: 100,
  memoryMs: 6 * HOUR_MS,
  peakDecayMs: 10_000,
  priorWeight: 5,
  flushEveryMs: 5_000,
  maxNames: 500,
  maxSeries: 5_000,
  retention: Object.freeze({ minuteMs: 6 * HOUR_MS, hourMs: 14 * DAY_MS, dayMs: 400 * DAY_MS }),
});

/** What a number may be; `whole` ones only where that is said. */
type Range = readonly [least: number, most: number, kind?: 'whole'];

const RANGES = {
  memoryAttempts: [2, 1_000_000],
  memoryMs: [1_000, 31_536_000_000],
  peakDecayMs: [10, 3_600_000],
  priorWeight: [0.001, 1_000],
  flushEveryMs: [100, 600_000],
  maxNames: [1, MOST_NAMES, 'whole'],
  maxSeries: [1, 100_000, 'whole'],
} satisfies Record<keyof Omit<MetricsOptions, 'retention'>, Range>;

const RETENTION_RANGES = {
  minuteMs: [HOUR_MS, 7 * DAY_MS],
  hourMs: [DAY_MS, 366 * DAY_MS],
  dayMs: [DAY_MS, 3_660 * DAY_MS],
} satisfies Record<keyof Retention, Range>;

/**
 * Fills in the defaults; a member that is `undefined` counts as absent.
 * @throws METRICS_OPTION_INVALID naming the field, its value and its range
 */
export function resolveMetricsOptions(options: MetricsOptions = {}): ResolvedMetricsOptions {
  const { retention = {}, ...numbers } = options;
  const kept = pickAll(RETENTION_RANGES, retention, METRICS_DEFAULTS.retention, 'retention.');
  return Object.freeze({ ...pickAll(RANGES, numbers, METRICS_DEFAULTS), retention: Object.freeze(kept) });
}

function pickAll<Field extends string>(
  ranges: Readonly<Record<Field, Range>>,
  given: Readonly<Partial<Record<NoInfer<Field>, number>>>,
  defaults: Readonly<Record<NoInfer<Field>, number>>,
  prefix = '',
): Record<Field, number> {
  const fields = Object.keys(ranges) as Field[];
  const picked = fields.map((field) => {
    const value = given[field] ?? defaults[field];
    check(prefix + field, value, ranges[field]);
    return [field, value];
  });
  return Object.fromEntries(picked) as Record<Field, number>;
}

function check(field: string, value: number, [least, most, kind]: Range): void {
  const isInRange = typeof value === 'number' && value >= least && value <= most;
  if (isInRange && (kind !== 'whole' || Number.isInteger(value))) return;
  const name = kind === 'whole' ? 'whole number' : 'number';
  throw new MetricsOptionError(field, value, `a ${name} from ${least} to ${most}`);
}
