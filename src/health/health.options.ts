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

/** How health is watched; each part can be switched off by `false`, which is said at the start. */
export interface HealthOptions {
  readonly checks?: CheckOptions | false;
}

/** A part with its defaults filled in, and whether it is on. */
export type Part<Options> = Readonly<Required<Options>> & { readonly isOn: boolean };

export interface ResolvedHealthOptions {
  readonly checks: Part<CheckOptions>;
}

export const HEALTH_DEFAULTS = {
  checks: { intervalMs: 30_000, jitterRatio: 0.1, failureThreshold: 3, successThreshold: 1 },
} as const;

/** The bounds of an option, and whether it must be a whole number. */
type Bounds = readonly [least: number, most: number, kind: 'whole' | 'any'];

const DAY_MS = 86_400_000;

const CHECK_BOUNDS: Record<keyof CheckOptions, Bounds> = {
  intervalMs: [1_000, DAY_MS, 'whole'],
  jitterRatio: [0, 1, 'any'],
  failureThreshold: [1, 100, 'whole'],
  successThreshold: [1, 100, 'whole'],
};

/**
 * Fills in the defaults; a member that is `undefined` counts as absent.
 * @throws HEALTH_OPTION_INVALID naming the field, its value and what it may be
 */
export function resolveHealthOptions(options: HealthOptions = {}): ResolvedHealthOptions {
  return {
    checks: resolvePart('checks', options.checks, HEALTH_DEFAULTS.checks, CHECK_BOUNDS),
  };
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
