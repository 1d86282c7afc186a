import { newId, type Clock, type Logger } from '../../common/index.js';
import type { AttemptObservation, AttemptObserver } from '../attempt-observation.types.js';
import { arePlausible, findImplausible, withoutImplausible } from '../measures/figures.js';
import { Measures } from '../measures/measures.js';
import { HOUR_MS, MINUTE_MS, type MeasuredMinute } from './performance.store.js';
import { SeriesKeys } from './series-keys.js';

/** How much a process keeps apart; see `MetricsOptions`. */
export interface RecorderOptions {
  readonly maxNames: number;
  readonly maxSeries: number;
}

/** Minutes that cannot be written for so long are given up, the oldest first. */
const MAX_OPEN_MINUTES = 60;

/** Of one series in one minute. */
interface Entry extends MeasuredMinute {
  /** Attempts in it when it was last written. */
  written: number;
}

/** What one writer measures in one minute. */
interface OpenMinute {
  readonly writer: string;
  readonly at: number;
  /** By the keys of their series. */
  readonly entries: Map<number, Entry>;
}

/** What is to be written next. */
export interface Batch {
  readonly writer: string;
  readonly minutes: readonly MeasuredMinute[];
  /** Call it when the store has them. */
  readonly settle: () => void;
}

/**
 * Counts each attempt in the minute in which it ended, by release, capability, input type, workflow and tenant.
 *
 * How many names and series are told apart is bounded; what is beyond counts as `(other)`, and the log says so once an hour.
 * Should the clock go back, a new writer begins: what it counts must not take the place of what was counted before.
 */
export class AttemptRecorder implements AttemptObserver {
  #writer = newId();
  #minute: OpenMinute = { writer: this.#writer, at: -Infinity, entries: new Map() };
  /** Those that may have something to be written, the oldest first. */
  #open: OpenMinute[] = [];
  readonly #keys: SeriesKeys;
  /** What was reported in this hour. */
  readonly #reported = new Set<string>();

  constructor(
    private readonly clock: Pick<Clock, 'now'>,
    private readonly logger: Logger,
    private readonly options: RecorderOptions,
  ) {
    this.#keys = new SeriesKeys(options.maxNames, (dimension) =>
      this.#warnOnce(`too many names to measure each as ${dimension}; further ones count as (other)`),
    );
  }

  /** Who writes now. */
  get writer(): string {
    return this.#writer;
  }

  onAttempt(observation: AttemptObservation): void {
    const nowAt = this.clock.now();
    if (!(nowAt >= this.#minute.at && nowAt < this.#minute.at + MINUTE_MS)) this.#turnTo(nowAt);
    const measures = this.#find(observation);
    if (arePlausible(observation)) return measures.record(observation, isCrowded(observation));
    measures.record(withoutImplausible(observation), isCrowded(observation));
    measures.implausible += 1;
    const { release, capability } = observation;
    const fields = findImplausible(observation).join(', ');
    this.#warnOnce(
      `"${release.id}" has attempts at "${capability}" that cannot be: ${fields}; it counts as 0`,
    );
  }

  /** What the store has not got yet, a batch for each writer. */
  pending(): Batch[] {
    const writers = new Set(this.#open.map(({ writer }) => writer));
    return [...writers].flatMap((writer) => {
      const minutes = this.#open.flatMap((open) => (open.writer === writer ? unwrittenOf(open) : []));
      if (minutes.length === 0) return [];
      const counts = minutes.map(({ measures }) => measures.attempts);
      const settle = (): void => {
        for (const [place, entry] of minutes.entries()) entry.written = counts[place]!;
        this.#letGo();
      };
      return [{ writer, minutes, settle }];
    });
  }

  #turnTo(nowAt: number): void {
    const at = Math.floor(nowAt / MINUTE_MS) * MINUTE_MS;
    const { at: lastAt } = this.#minute;
    if (at < lastAt) this.#writer = newId();
    if (Math.floor(at / HOUR_MS) !== Math.floor(lastAt / HOUR_MS)) {
      this.#keys.clear();
      this.#reported.clear();
    }
    this.#minute = { writer: this.#writer, at, entries: new Map() };
    this.#letGo();
    this.#open.push(this.#minute);
    if (this.#open.length <= MAX_OPEN_MINUTES) return;
    this.#open.shift();
    this.#warnOnce('what was measured could not be written for an hour; the oldest minutes of it are lost');
  }

  /** Forgets minutes that are over and written. */
  #letGo(): void {
    this.#open = this.#open.filter((open) => open === this.#minute || unwrittenOf(open).length > 0);
  }

  #find(observation: AttemptObservation): Measures {
    const key = this.#keys.keyOf(observation);
    return (this.#minute.entries.get(key) ?? this.#add(key)).measures;
  }

  #add(key: number): Entry {
    const { entries, at } = this.#minute;
    const isFull = entries.size >= this.options.maxSeries;
    if (isFull) this.#warnOnce('too many series to measure each; further ones count as (other)');
    const coarse = isFull ? this.#keys.coarseKeyOf(key) : key;
    // Whatever comes, there is a last one in which all the rest counts.
    const place = isFull && entries.size >= 2 * this.options.maxSeries ? 0 : coarse;
    const known = entries.get(coarse) ?? entries.get(place);
    if (known !== undefined) return known;
    const entry = { at, series: this.#keys.seriesOf(place), measures: new Measures(), written: 0 };
    entries.set(place, entry);
    return entry;
  }

  #warnOnce(message: string): void {
    if (this.#reported.has(message) || this.#reported.size >= MAX_REPORTS) return;
    this.#reported.add(message);
    this.logger.warn(message);
  }
}

/** Lines in the log in one hour. */
const MAX_REPORTS = 100;

function unwrittenOf({ entries }: OpenMinute): Entry[] {
  return [...entries.values()].filter(({ written, measures }) => written < measures.attempts);
}

/** Its task had waited for it, or it held the last of several slots. Its own slot has been given back by now. */
function isCrowded({ release, queuedMs }: AttemptObservation): boolean {
  const { inFlight, manifest } = release;
  return queuedMs > 0 || (manifest.maxConcurrentTasks > 1 && inFlight + 1 >= manifest.maxConcurrentTasks);
}
