import { DecisionOptionError } from '../metrics.errors.js';

/**
 * How choices are recorded; see {@link DECISION_DEFAULTS}.
 * @publicApi
 */
export interface DecisionOptions {
  /** The share of tasks whose choices are recorded, 0 (none) to 1 (all). A task is recorded whole, on every node. Default 1. */
  readonly sampleRatio?: number;
  /**
   * Decisions recorded per second on one node, on average; a second's worth may come at once, and what comes beyond is not recorded. 0
   * (none) to 1 000 000; default 200.
   */
  readonly maxPerSecond?: number;
  /** Decisions kept without a database, 0 to 1 000 000; default 1 000. */
  readonly maxKeptInMemory?: number;
  /** Decisions kept in a database, 0 to 1 000 000 000; default 1 000 000. */
  readonly maxKept?: number;
  /** Milliseconds for which they are kept in a database, 60 000 to 31 536 000 000; default seven days. */
  readonly keepForMs?: number;
}

export type ResolvedDecisionOptions = Readonly<Required<DecisionOptions>>;

export const DECISION_DEFAULTS: ResolvedDecisionOptions = Object.freeze({
  sampleRatio: 1,
  maxPerSecond: 200,
  maxKeptInMemory: 1_000,
  maxKept: 1_000_000,
  keepForMs: 604_800_000,
});

type Field = keyof ResolvedDecisionOptions;

const RANGES: Readonly<Record<Field, readonly [least: number, most: number]>> = {
  sampleRatio: [0, 1],
  maxPerSecond: [0, 1_000_000],
  maxKeptInMemory: [0, 1_000_000],
  maxKept: [0, 1_000_000_000],
  keepForMs: [60_000, 31_536_000_000],
};

/** @throws DECISION_OPTION_INVALID naming the field, its value and its range */
export function resolveDecisionOptions(options: DecisionOptions = {}): ResolvedDecisionOptions {
  return Object.freeze({
    sampleRatio: pick('sampleRatio', options.sampleRatio),
    maxPerSecond: pick('maxPerSecond', options.maxPerSecond),
    maxKeptInMemory: pick('maxKeptInMemory', options.maxKeptInMemory),
    maxKept: pick('maxKept', options.maxKept),
    keepForMs: pick('keepForMs', options.keepForMs),
  });
}

function pick(field: Field, value: number = DECISION_DEFAULTS[field]): number {
  const [least, most] = RANGES[field];
  if (typeof value === 'number' && value >= least && value <= most) return value;
  throw new DecisionOptionError(field, value, `a number from ${least} to ${most}`);
}
