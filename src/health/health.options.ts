import { HealthOptionError } from './health.errors.js';

/** Scheduled health checks of active releases. */
export interface CheckOptions {
  /** Milliseconds from the end of one check of a release to its next, 1 000 to 86 400 000; default 30 000. An agent may set its own. */
  readonly intervalMs?: number;
  /** By which share an interval is drawn longer or shorter, so that checks spread, 0 to 1; default 0.1. */
  readonly jitterRatio?: number;
  /** Scheduled checks in a row that must fail before a release counts as unhealthy, 1 to 100; default 3. An agent may set its own. */
  readonly failureThreshold?: number;
  /** Checks in a row that must pass before it counts as healthy again, 1 to 100; default 1. An agent may set its own. */
  readonly successThreshold?: number;
}

/** When the circuit of a release at a capability opens, and how it closes again. */
export interface BreakerOptions {
  /** Failures in a row that open it, 1 to 1 000; default 5. */
  readonly consecutiveFailures?: number;
  /** The share of failures among recent calls that opens it, 0.01 to 1; default 0.5. */
  readonly failureRatio?: number;
  /** Recent calls below which the share says nothing, 1 to 100 000; default 20. */
  readonly minimumCalls?: number;
  /** Milliseconds for which a call is recent, 1 000 to 3 600 000; default 60 000. */
  readonly windowMs?: number;
  /** Milliseconds that it is open the first time, 1 to 3 600 000; default 5 000. Each time that it opens again doubles them. */
  readonly openMs?: number;
  /** Milliseconds that it is open at most, 1 to 86 400 000; default 300 000. Having been closed for so long starts the doubling anew. */
  readonly maxOpenMs?: number;
  /** By which share the open time is drawn longer or shorter, 0 to 1; default 0.2. */
  readonly jitterRatio?: number;
  /** Tasks that have to succeed before it closes, and that may try it at a time, 1 to 100; default 2. */
  readonly trialTasks?: number;
}

/** When a release is kept from a capability because it does worse than the others who provide it. */
export interface OutlierOptions {
  /** Milliseconds between two comparisons, 100 to 3 600 000; default 10 000. */
  readonly intervalMs?: number;
  /** Milliseconds for which a call is compared, 1 000 to 3 600 000; default 60 000. */
  readonly windowMs?: number;
  /** Providers with enough calls below which nobody is compared, 2 to 1 000; default 3. */
  readonly minimumHosts?: number;
  /** Recent calls that a provider needs to be compared, 1 to 100 000; default 30. */
  readonly minimumCalls?: number;
  /** Standard deviations of the others' success rates that it may lie below their mean, 0 to 100; default 1.9. */
  readonly stdevFactor?: number;
  /** How many times the others' mean duration it may take, 1.1 to 1 000; 0, the default, compares no durations. */
  readonly latencyFactor?: number;
  /** Milliseconds that it is out the first time, 1 to 3 600 000; default 30 000. Each time in a row adds as many. */
  readonly ejectionMs?: number;
  /** Milliseconds that it is out at most, 1 to 86 400 000; default 300 000. */
  readonly maxEjectionMs?: number;
  /** The largest share of a capability's providers that may be out, 0 to 1; default 0.5. At least one that serves always stays. */
  readonly maxEjectedRatio?: number;
}

/** How releases that failed are brought back without a person. */
export interface RecoveryOptions {
  /** Attempts in a row, 1 to 1 000; default 5. Then the release stays `failed` until a person looks. */
  readonly maxAttempts?: number;
  /** Milliseconds before the first attempt, 1 to 3 600 000; default 10 000. Each that fails doubles them for the next. */
  readonly delayMs?: number;
  /** Milliseconds between two attempts at most, 1 to 86 400 000; default 600 000. */
  readonly maxDelayMs?: number;
  /** By which share a delay is drawn longer or shorter, 0 to 1; default 0.2. */
  readonly jitterRatio?: number;
  /** Milliseconds that the agent's `recover()` may take, 1 to 3 600 000; default 30 000. */
  readonly recoverTimeoutMs?: number;
  /** Milliseconds between two health checks of an attempt, where the agent needs several, 0 to 60 000; default 1 000. */
  readonly probeIntervalMs?: number;
  /** Milliseconds that a release has to stay in service before its attempts are counted anew, 0 to 86 400 000; default 600 000. */
  readonly resetAfterMs?: number;
}

/** How health is watched; each part can be switched off by `false`, which is said at the start. */
export interface HealthOptions {
  readonly checks?: CheckOptions | false;
  readonly breaker?: BreakerOptions | false;
  readonly outliers?: OutlierOptions | false;
  readonly recovery?: RecoveryOptions | false;
}

/** A part with its defaults filled in, and whether it is on. */
export type Part<Options> = Readonly<Required<Options>> & { readonly isOn: boolean };

export interface ResolvedHealthOptions {
  readonly checks: Part<CheckOptions>;
  readonly breaker: Part<BreakerOptions>;
  readonly outliers: Part<OutlierOptions>;
  readonly recovery: Part<RecoveryOptions>;
}

export const HEALTH_DEFAULTS = {
  checks: { intervalMs: 30_000, jitterRatio: 0.1, failureThreshold: 3, successThreshold: 1 },
  breaker: {
    consecutiveFailures: 5,
    failureRatio: 0.5,
    minimumCalls: 20,
    windowMs: 60_000,
    openMs: 5_000,
    maxOpenMs: 300_000,
    jitterRatio: 0.2,
    trialTasks: 2,
  },
  outliers: {
    intervalMs: 10_000,
    windowMs: 60_000,
    minimumHosts: 3,
    minimumCalls: 30,
    stdevFactor: 1.9,
    latencyFactor: 0,
    ejectionMs: 30_000,
    maxEjectionMs: 300_000,
    maxEjectedRatio: 0.5,
  },
  recovery: {
    maxAttempts: 5,
    delayMs: 10_000,
    maxDelayMs: 600_000,
    jitterRatio: 0.2,
    recoverTimeoutMs: 30_000,
    probeIntervalMs: 1_000,
    resetAfterMs: 600_000,
  },
} as const;

/** The bounds of an option, and whether it must be a whole number. */
type Bounds = readonly [least: number, most: number, kind: 'whole' | 'any'];

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

const CHECK_BOUNDS: Record<keyof CheckOptions, Bounds> = {
  intervalMs: [1_000, DAY_MS, 'whole'],
  jitterRatio: [0, 1, 'any'],
  failureThreshold: [1, 100, 'whole'],
  successThreshold: [1, 100, 'whole'],
};

const BREAKER_BOUNDS: Record<keyof BreakerOptions, Bounds> = {
  consecutiveFailures: [1, 1_000, 'whole'],
  failureRatio: [0.01, 1, 'any'],
  minimumCalls: [1, 100_000, 'whole'],
  windowMs: [1_000, HOUR_MS, 'whole'],
  openMs: [1, HOUR_MS, 'whole'],
  maxOpenMs: [1, DAY_MS, 'whole'],
  jitterRatio: [0, 1, 'any'],
  trialTasks: [1, 100, 'whole'],
};

const OUTLIER_BOUNDS: Record<keyof OutlierOptions, Bounds> = {
  intervalMs: [100, HOUR_MS, 'whole'],
  windowMs: [1_000, HOUR_MS, 'whole'],
  minimumHosts: [2, 1_000, 'whole'],
  minimumCalls: [1, 100_000, 'whole'],
  stdevFactor: [0, 100, 'any'],
  latencyFactor: [0, 1_000, 'any'],
  ejectionMs: [1, HOUR_MS, 'whole'],
  maxEjectionMs: [1, DAY_MS, 'whole'],
  maxEjectedRatio: [0, 1, 'any'],
};

const RECOVERY_BOUNDS: Record<keyof RecoveryOptions, Bounds> = {
  maxAttempts: [1, 1_000, 'whole'],
  delayMs: [1, HOUR_MS, 'whole'],
  maxDelayMs: [1, DAY_MS, 'whole'],
  jitterRatio: [0, 1, 'any'],
  recoverTimeoutMs: [1, HOUR_MS, 'whole'],
  probeIntervalMs: [0, 60_000, 'whole'],
  resetAfterMs: [0, DAY_MS, 'whole'],
};

/**
 * Fills in the defaults; a member that is `undefined` counts as absent.
 * @throws HEALTH_OPTION_INVALID naming the field, its value and what it may be
 */
export function resolveHealthOptions(options: HealthOptions = {}): ResolvedHealthOptions {
  const resolved = {
    checks: resolvePart('checks', options.checks, HEALTH_DEFAULTS.checks, CHECK_BOUNDS),
    breaker: resolvePart('breaker', options.breaker, HEALTH_DEFAULTS.breaker, BREAKER_BOUNDS),
    outliers: resolvePart('outliers', options.outliers, HEALTH_DEFAULTS.outliers, OUTLIER_BOUNDS),
    recovery: resolvePart('recovery', options.recovery, HEALTH_DEFAULTS.recovery, RECOVERY_BOUNDS),
  };
  const { latencyFactor } = resolved.outliers;
  if (latencyFactor === 0 || latencyFactor >= 1.1) return resolved;
  throw new HealthOptionError('outliers.latencyFactor', latencyFactor, '0, or a number from 1.1 to 1000');
}

function resolvePart<Options extends object>(
  part: string,
  given: Options | false = {} as Options,
  defaults: Readonly<Required<Options>>,
  bounds: Readonly<Record<keyof Options, Bounds>>,
): Part<Options> {
  if (given === false) return Object.freeze({ ...defaults, isOn: false });
  if (typeof given !== 'object' || given === null) {
    throw new HealthOptionError(part, given, 'an object, or false to switch it off');
  }
  const fields = Object.keys(bounds) as (keyof Options & string)[];
  const resolved = Object.fromEntries(fields.map((field) => [field, given[field] ?? defaults[field]]));
  for (const field of fields) checkBounds(`${part}.${field}`, resolved[field], bounds[field]);
  return Object.freeze({ ...(resolved as Required<Options>), isOn: true });
}

function checkBounds(field: string, value: unknown, [least, most, kind]: Bounds): void {
  const fits = typeof value === 'number' && value >= least && value <= most;
  if (fits && (kind === 'any' || Number.isInteger(value))) return;
  const rule = `a ${kind === 'whole' ? 'whole ' : ''}number from ${least} to ${most}`;
  throw new HealthOptionError(field, value, rule);
}
