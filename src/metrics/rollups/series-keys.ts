import type { AttemptObservation } from '../attempt-observation.types.js';
import { KnownNames } from './known-names.js';
import { DIMENSIONS, type Series } from './performance.store.js';

/** Five numbers up to this make one that a number holds exactly: 1 001^5 is below 2^53. */
export const MOST_NAMES = 1_000;

/**
 * Makes one number of the five names of a series, as the key by which it is found: to compare and keep texts for each attempt
 * would cost more than all the rest.
 */
export class SeriesKeys {
  readonly #names: Readonly<Record<keyof Series, KnownNames>>;
  readonly #base: number;

  /** @param maxNames told apart in each dimension, 1 to {@link MOST_NAMES} */
  constructor(maxNames: number, onFull: (dimension: keyof Series) => void) {
    this.#base = maxNames + 1;
    const entries = DIMENSIONS.map((dimension) => [
      dimension,
      new KnownNames(maxNames, () => onFull(dimension)),
    ]);
    this.#names = Object.fromEntries(entries) as Record<keyof Series, KnownNames>;
  }

  keyOf({ release, capability, inputType, workflow = '', tenant = '' }: AttemptObservation): number {
    const names = this.#names;
    const base = this.#base;
    let key = names.release.numberOf(release.id);
    key = key * base + names.capability.numberOf(capability);
    key = key * base + names.inputType.numberOf(inputType);
    key = key * base + names.workflow.numberOf(workflow);
    return key * base + names.tenant.numberOf(tenant);
  }

  /** The key of what a series counts as when it cannot be told apart: by release and capability only. */
  coarseKeyOf(key: number): number {
    const step = this.#base ** 3;
    return Math.floor(key / step) * step;
  }

  seriesOf(key: number): Series {
    const series: Record<string, string> = {};
    let rest = key;
    for (const dimension of DIMENSIONS.toReversed()) {
      series[dimension] = this.#names[dimension].nameOf(rest % this.#base);
      rest = Math.floor(rest / this.#base);
    }
    return series as Series;
  }

  /** Gives the places to names that come from now on; keys of before mean nothing any more. */
  clear(): void {
    for (const names of Object.values(this.#names)) names.clear();
  }
}
