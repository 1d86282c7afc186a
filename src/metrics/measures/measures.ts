import { ERROR_KINDS, type ErrorKind } from '../../common/index.js';
import type { AttemptVerdict } from '../attempt-observation.types.js';
import type { Figures } from './figures.js';
import { LatencyHistogram } from './latency-histogram.js';

/** One attempt, as it is measured. */
export interface MeasuredAttempt extends Figures {
  readonly verdict: AttemptVerdict;
  readonly errorKind?: ErrorKind | undefined;
}

/** The sums that measures keep, each by the name of its field; all start at 0. */
export const SUM_FIELDS = [
  'succeeded',
  'failed',
  'excused',
  'crowdedSucceeded',
  'crowdedFailed',
  'implausible',
  'busyMs',
  'busySquareMs2',
  'successMs',
  'queuedMs',
  'costUsd',
  'inputTokens',
  'outputTokens',
] as const;

export type Sums = Record<(typeof SUM_FIELDS)[number], number>;

/** Counts by number: what of measures is neither fixed in size nor a sum. */
export type Counter = readonly [code: number, count: number];

const KINDS = Object.keys(ERROR_KINDS) as readonly ErrorKind[];

/**
 * Each histogram and the error kinds have numbers of their own: so many, more than a histogram has bins. They are in databases: to
 * change the order of the kinds, or these numbers, takes a migration.
 */
const CODES_EACH = 2_048;
const [SUCCESSES, FAILURES, WAITS, KIND_CODES] = [0, CODES_EACH, 2 * CODES_EACH, 3 * CODES_EACH];

/**
 * What came of attempts: a value that merges with others of its kind in any order. Nothing in it is a mean or a share; those are
 * taken when everything is together.
 */
export class Measures implements Sums {
  succeeded = 0;
  failed = 0;
  /** Ended by no doing of the agent. */
  excused = 0;
  /** Of those that succeeded or failed, those that found the agent busy: they had waited, or it had no slot left beside theirs. */
  crowdedSucceeded = 0;
  crowdedFailed = 0;
  /** Attempts with figures that cannot be, which count as 0. */
  implausible = 0;
  /** Time that attempts of every verdict held a slot. */
  busyMs = 0;
  /** The squares of these times, for their variance. */
  busySquareMs2 = 0;
  /** The part of `busyMs` of attempts that succeeded. */
  successMs = 0;
  queuedMs = 0;
  costUsd = 0;
  inputTokens = 0;
  outputTokens = 0;
  /** Durations of attempts that succeeded. */
  readonly successes = new LatencyHistogram();
  /** Durations of attempts that failed. */
  readonly failures = new LatencyHistogram();
  /** Time that the tasks had waited in line when an attempt began. */
  readonly waits = new LatencyHistogram();
  readonly #errorKinds = new Map<ErrorKind, number>();

  /** Puts measures together again that were taken apart into {@link sums} and {@link counters}; any of both may be absent. */
  static of(sums: Partial<Sums>, counters: Iterable<Counter> = []): Measures {
    const measures = new Measures();
    for (const field of SUM_FIELDS) measures[field] = sums[field] ?? 0;
    for (const [code, count] of counters) measures.#count(code, count);
    return measures;
  }

  static merged(parts: Iterable<Measures>): Measures {
    const whole = new Measures();
    for (const part of parts) whole.merge(part);
    return whole;
  }

  /** Attempts that say something of the agent. */
  get counted(): number {
    return this.succeeded + this.failed;
  }

  /** Attempts of every verdict. */
  get attempts(): number {
    return this.succeeded + this.failed + this.excused;
  }

  /** How often attempts ended with each kind of error; excused ones too. */
  get errorKinds(): ReadonlyMap<ErrorKind, number> {
    return this.#errorKinds;
  }

  /** @param isCrowded the agent had no slot left beside this attempt's, or the task had waited for one */
  record(attempt: MeasuredAttempt, isCrowded: boolean): void {
    const { verdict, errorKind, durationMs } = attempt;
    this[verdict] += 1;
    if (verdict === 'succeeded') {
      this.successMs += durationMs;
      this.successes.record(durationMs);
      if (isCrowded) this.crowdedSucceeded += 1;
    } else if (verdict === 'failed') {
      this.failures.record(durationMs);
      if (isCrowded) this.crowdedFailed += 1;
    }
    if (errorKind !== undefined) this.#countError(errorKind, 1);
    this.waits.record(attempt.queuedMs);
    this.busyMs += durationMs;
    this.busySquareMs2 += durationMs * durationMs;
    this.queuedMs += attempt.queuedMs;
    this.costUsd += attempt.costUsd;
    this.inputTokens += attempt.inputTokens;
    this.outputTokens += attempt.outputTokens;
  }

  /** Takes in all that others have measured. */
  merge(other: Measures): void {
    for (const field of SUM_FIELDS) this[field] += other[field];
    this.successes.merge(other.successes);
    this.failures.merge(other.failures);
    this.waits.merge(other.waits);
    for (const [kind, count] of other.#errorKinds) this.#countError(kind, count);
  }

  get sums(): Sums {
    return Object.fromEntries(SUM_FIELDS.map((field) => [field, this[field]])) as Sums;
  }

  /** Histograms and error kinds as counts by number; of two with one number, the sum is that of both. */
  counters(): Counter[] {
    return [
      ...shifted(this.successes, SUCCESSES),
      ...shifted(this.failures, FAILURES),
      ...shifted(this.waits, WAITS),
      ...[...this.#errorKinds].map(([kind, count]): Counter => [KIND_CODES + KINDS.indexOf(kind), count]),
    ];
  }

  #count(code: number, count: number): void {
    const place = code % CODES_EACH;
    if (code >= KIND_CODES) this.#countError(KINDS[place] ?? 'internal', count);
    else if (code >= WAITS) this.waits.add(place, count);
    else if (code >= FAILURES) this.failures.add(place, count);
    else this.successes.add(place, count);
  }

  #countError(kind: ErrorKind, count: number): void {
    this.#errorKinds.set(kind, (this.#errorKinds.get(kind) ?? 0) + count);
  }
}

function shifted(histogram: LatencyHistogram, by: number): Counter[] {
  return [...histogram.bins()].map(([bin, count]): Counter => [bin + by, count]);
}
