import { MetricsOptionError } from './metrics.errors.js';
import { DAY_MS, HOUR_MS, MINUTE_MS, type Retention } from './rollups/performance.store.js';
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
  /** What reviews go by. */
  readonly review?: Partial<ReviewOptions>;
  /** What is done about releases that succeed too rarely. */
  readonly improvement?: Partial<ImprovementOptions>;
}

/**
 * What reviews go by.
 * @publicApi
 */
export interface ReviewOptions {
  /** Attempts without which nothing is said of a release, 1 to 1 000 000; default 20. */
  readonly minSamples: number;
  /** Share of successes below which a release needs improvement, 0 to 1; default 0.8. */
  readonly minSuccessRatio: number;
  /** Share of successes that makes a high performer when it is sure, 0 to 1; default 0.95. */
  readonly highSuccessRatio: number;
  /** Milliseconds that the median may take, 0 to 86 400 000; default 86 400 000: no limit but what a release declares. */
  readonly slowDurationMs: number;
  /** How many times as long as before counts as getting slow, 1.01 to 100; default 1.25. */
  readonly slowdownRatio: number;
  /** Share of an hour with all slots in use that counts as saturated, 0 to 1; default 0.9. */
  readonly saturationRatio: number;
  /** Days before the window that it is held against, 1 to 365; default 7. */
  readonly baselineDays: number;
}

/**
 * What is done about releases that succeed too rarely.
 * @publicApi
 */
export interface ImprovementOptions {
  /** `false` only reviews. Default `true`. */
  readonly isEnabled: boolean;
  /** Milliseconds between two looks, 100 to 3 600 000; default 30 000. */
  readonly everyMs: number;
  /** Milliseconds back to which attempts count, 60 000 to 86 400 000; default an hour. */
  readonly windowMs: number;
  /** Milliseconds of the first absence, each further one within a day being twice as long, 100 to 86 400 000; default 5 minutes. */
  readonly holdMs: number;
  /** Milliseconds of the longest absence, 100 to 604 800 000; default 4 hours. */
  readonly maxHoldMs: number;
}

type Groups = 'retention' | 'review' | 'improvement';

export type ResolvedMetricsOptions = Readonly<Required<Omit<MetricsOptions, Groups>>> & {
  readonly retention: Retention;
  readonly review: ReviewOptions;
  readonly improvement: ImprovementOptions;
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
  review: Object.freeze({
    minSamples: 20,
    minSuccessRatio: 0.8,
    highSuccessRatio: 0.95,
    slowDurationMs: DAY_MS,
    slowdownRatio: 1.25,
    saturationRatio: 0.9,
    baselineDays: 7,
  }),
  improvement: Object.freeze({
    isEnabled: true,
    everyMs: 30_000,
    windowMs: HOUR_MS,
    holdMs: 5 * MINUTE_MS,
    maxHoldMs: 4 * HOUR_MS,
  }),
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
} satisfies Record<keyof Omit<MetricsOptions, Groups>, Range>;

const RETENTION_RANGES = {
  minuteMs: [HOUR_MS, 7 * DAY_MS],
  hourMs: [DAY_MS, 366 * DAY_MS],
  dayMs: [DAY_MS, 3_660 * DAY_MS],
} satisfies Record<keyof Retention, Range>;

const REVIEW_RANGES = {
  minSamples: [1, 1_000_000],
  minSuccessRatio: [0, 1],
  highSuccessRatio: [0, 1],
  slowDurationMs: [0, DAY_MS],
  slowdownRatio: [1.01, 100],
  saturationRatio: [0, 1],
  baselineDays: [1, 365],
} satisfies Record<keyof ReviewOptions, Range>;

const IMPROVEMENT_RANGES = {
  everyMs: [100, HOUR_MS],
  windowMs: [MINUTE_MS, DAY_MS],
  holdMs: [100, DAY_MS],
  maxHoldMs: [100, 7 * DAY_MS],
} satisfies Record<keyof Omit<ImprovementOptions, 'isEnabled'>, Range>;

/**
 * Fills in the defaults; a member that is `undefined` counts as absent.
 * @throws METRICS_OPTION_INVALID naming the field, its value and its range
 */
export function resolveMetricsOptions(options: MetricsOptions = {}): ResolvedMetricsOptions {
  const { retention = {}, review = {}, improvement = {}, ...numbers } = options;
  const { isEnabled = METRICS_DEFAULTS.improvement.isEnabled, ...times } = improvement;
  if (typeof isEnabled !== 'boolean') {
    throw new MetricsOptionError('improvement.isEnabled', isEnabled, 'true or false');
  }
  const { retention: kept, review: rules, improvement: policy } = METRICS_DEFAULTS;
  return Object.freeze({
    ...pickAll(RANGES, numbers, METRICS_DEFAULTS),
    retention: Object.freeze(pickAll(RETENTION_RANGES, retention, kept, 'retention.')),
    review: Object.freeze(pickAll(REVIEW_RANGES, review, rules, 'review.')),
    improvement: Object.freeze({
      isEnabled,
      ...pickAll(IMPROVEMENT_RANGES, times, policy, 'improvement.'),
    }),
  });
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
