import { SelectionOptionError } from '../selection.errors.js';

/**
 * What counts how much where success, speed and cost are weighed against each other: by `balanced` and `adaptive`.
 *
 * A task is worth nothing when it fails. When it succeeds it is worth `success + speed × s + thrift × t`, where the weights are
 * made to sum to 1, `s = typicalMs / (typicalMs + durationMs)` and `t = typicalUsd / (typicalUsd + costUsd)`. So a worth is a
 * number from 0 to 1; one who takes the typical time gets half of the weight of speed, one who takes twice that a third, and
 * nobody gets more than all of it, whatever is measured.
 * @publicApi
 */
export interface ObjectiveOptions {
  /** Weight of success itself, 0 to 1 000; default 6. */
  readonly success?: number;
  /** Weight of speed, 0 to 1 000; default 2. */
  readonly speed?: number;
  /** Weight of thrift, 0 to 1 000; default 2. */
  readonly thrift?: number;
  /** Milliseconds above 0. Default: the median of what is expected of the candidates. */
  readonly typicalMs?: number;
  /** US dollars above 0. Default: the median of what is expected of the candidates. */
  readonly typicalUsd?: number;
}

/** Weights that sum to 1. */
export interface Objective {
  readonly success: number;
  readonly speed: number;
  readonly thrift: number;
  readonly typicalMs: number | undefined;
  readonly typicalUsd: number | undefined;
}

const DEFAULT_WEIGHTS = { success: 6, speed: 2, thrift: 2 };
const MOST_WEIGHT = 1_000;

/** @throws SELECTION_OPTION_INVALID naming the field, its value and its range */
export function resolveObjective(options: ObjectiveOptions = {}): Objective {
  const success = weight('success', options.success);
  const speed = weight('speed', options.speed);
  const thrift = weight('thrift', options.thrift);
  const sum = success + speed + thrift;
  if (!(sum > 0)) throw new SelectionOptionError('objective', sum, 'of weights that are not all 0');
  return Object.freeze({
    success: success / sum,
    speed: speed / sum,
    thrift: thrift / sum,
    typicalMs: amount('typicalMs', options.typicalMs),
    typicalUsd: amount('typicalUsd', options.typicalUsd),
  });
}

function weight(field: keyof typeof DEFAULT_WEIGHTS, value: number = DEFAULT_WEIGHTS[field]): number {
  if (typeof value === 'number' && value >= 0 && value <= MOST_WEIGHT) return value;
  throw new SelectionOptionError(`objective.${field}`, value, `a number from 0 to ${MOST_WEIGHT}`);
}

function amount(field: string, value: number | undefined): number | undefined {
  if (value === undefined || (typeof value === 'number' && value > 0 && value < Infinity)) return value;
  throw new SelectionOptionError(`objective.${field}`, value, 'a finite number above 0');
}

/** What is expected of one attempt. */
export interface Expectation {
  readonly successRatio: number;
  readonly durationMs: number;
  readonly costUsd: number;
}

/** How much of a weight a quantity gets, 0 to 1, of which less is better; half of it for what is typical. */
export function shareOf(quantity: number, typical: number): number {
  return quantity === 0 ? 1 : typical / (typical + quantity);
}

/** What a task is expected to be worth, 0 to 1. */
export function worthOf(
  { successRatio, durationMs, costUsd }: Expectation,
  objective: Objective,
  typicalMs: number,
  typicalUsd: number,
): number {
  const speed = objective.speed * shareOf(durationMs, typicalMs);
  const thrift = objective.thrift * shareOf(costUsd, typicalUsd);
  return successRatio * (objective.success + speed + thrift);
}

/** More values than this do not make a median better. */
const MEDIAN_OF = 31;

/**
 * The median of the values above 0, of some of them where there are many; 1 when there are none.
 * @param count how many of the values count, from the first on
 */
export function typicalOf(values: ArrayLike<number>, count: number = values.length): number {
  const step = Math.max(Math.ceil(count / MEDIAN_OF), 1);
  let length = 0;
  for (let at = 0; at < count; at += step) {
    const value = values[at] as number;
    if (value > 0 && value < Infinity) insert(value, length++);
  }
  if (length === 0) return 1;
  const middle = length >> 1;
  const upper = sorted[middle] as number;
  return length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

/** Of one call; its first places are those of the values so far. */
const sorted = new Float64Array(MEDIAN_OF);

function insert(value: number, length: number): void {
  let at = length;
  for (; at > 0 && (sorted[at - 1] as number) > value; at -= 1) sorted[at] = sorted[at - 1] as number;
  sorted[at] = value;
}
