import { OTHER } from './performance.store.js';

const MAX_LENGTH = 200;

/**
 * Numbers the names of one dimension, and bounds how many are told apart: those that come after so many are number 0, `(other)`,
 * which is reported once. Names are cut and cleaned such that every store can hold them.
 */
export class KnownNames {
  readonly #numbers = new Map<string, number>();
  #names = [OTHER];
  #isFull = false;

  /** @param most names beside `(other)`, at least 1 */
  constructor(
    readonly most: number,
    private readonly onFull: () => void,
  ) {}

  /** At least 0, at most `most`. */
  numberOf(name: string): number {
    return this.#numbers.get(name) ?? this.#admit(name);
  }

  nameOf(number: number): string {
    return this.#names[number] ?? OTHER;
  }

  /** Gives the places to names that come from now on. */
  clear(): void {
    this.#numbers.clear();
    this.#names = [OTHER];
    this.#isFull = false;
  }

  #admit(name: string): number {
    if (this.#names.length > this.most) {
      if (!this.#isFull) this.onFull();
      this.#isFull = true;
      return 0;
    }
    const kept = name.slice(0, MAX_LENGTH).replaceAll('\u0000', '').toWellFormed();
    // Two names that are kept as the same text are one name.
    const number = this.#numbers.get(kept) ?? this.#names.push(kept) - 1;
    this.#numbers.set(kept, number);
    if (this.#numbers.size < 2 * this.most) this.#numbers.set(name, number);
    return number;
  }
}
