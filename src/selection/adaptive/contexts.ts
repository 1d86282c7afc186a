import type { SelectionRequest } from '../selection.types.js';

/** How many contexts a task is in, from the coarsest to the finest. */
export const CONTEXT_LEVELS = 4;

const HOUR_MS = 3_600_000;

/** So many sizes and hours are told apart; 0 stands for none in a coarser context. */
const SIZES = 64;
const HOURS = 25;

const OVER_ALL: readonly number[] = Object.freeze([0]);

/**
 * The contexts of tasks for one capability, each as a number: texts would be put together and hashed for every attempt. Types are
 * counted as they come; there are as many as the contracts of the capability have.
 */
export class Contexts {
  readonly #types = new Map<string | undefined, number>();

  /**
   * The contexts of a task from the coarsest on: nothing but the capability, then also the type of the input, then its size, four
   * times as large from one to the next, then the hour of the day (UTC).
   */
  of(request: SelectionRequest, levels: number): readonly number[] {
    if (levels === 1) return OVER_ALL;
    const contexts = new Array<number>(levels).fill(0);
    const ofType = this.#numberOf(request.inputType) * SIZES * HOURS;
    contexts[1] = ofType;
    if (levels === 2) return contexts;
    const ofSize = ofType + (1 + sizeOf(request.inputBytes)) * HOURS;
    contexts[2] = ofSize;
    if (levels > 3) contexts[3] = ofSize + 1 + hourOf(request.at);
    return contexts;
  }

  #numberOf(type: string | undefined): number {
    let number = this.#types.get(type);
    if (number === undefined) this.#types.set(type, (number = this.#types.size + 1));
    return number;
  }
}

function sizeOf(bytes: number): number {
  return Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 2), SIZES - 2);
}

function hourOf(at: number): number {
  return ((Math.floor(at / HOUR_MS) % 24) + 24) % 24;
}

/** What one attempt more counts against those before it. */
const FADING = 0.995;

/** How much better a finer context must have predicted, in units of log-likelihood, for each level. */
const DUE = 3;

/** What one outcome says at most: an outlier decides nothing. */
const MOST_AT_ONCE = 3;

/**
 * Knows how fine the contexts of a capability should be: the level that has predicted outcomes best, where a finer one has to be
 * better by a margin. What does not matter is not looked at, and costs nothing; what does is found out from attempts that are
 * made anyway.
 */
export class ContextDepth {
  readonly #advantages = new Float64Array(CONTEXT_LEVELS);

  /** The level to look at, 0 to 3. */
  get level(): number {
    let best = 0;
    for (let level = 1; level < CONTEXT_LEVELS; level += 1) {
      if (this.#worth(level) > this.#worth(best)) best = level;
    }
    return best;
  }

  /** Says how much more likely each level had made what happened than level 0, as a difference of logarithms. */
  judge(level: number, advantage: number): void {
    const bounded = Math.min(Math.max(advantage, -MOST_AT_ONCE), MOST_AT_ONCE);
    this.#advantages[level] = (this.#advantages[level] as number) * FADING + bounded;
  }

  #worth(level: number): number {
    return (this.#advantages[level] as number) - level * DUE;
  }
}
