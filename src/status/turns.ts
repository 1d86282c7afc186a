/** Runs work with the same key one after the other, in the order it came; work with different keys runs side by side. */
export class Turns {
  /** The end of the line of each key that has one; never rejects. */
  readonly #lines = new Map<string, Promise<unknown>>();

  /** Resolves or rejects as the work does. Work that fails does not hold up what waits behind it. */
  take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const result = (this.#lines.get(key) ?? Promise.resolve()).then(work);
    const leave = (): void => {
      if (this.#lines.get(key) === end) this.#lines.delete(key);
    };
    const end: Promise<void> = result.then(leave, leave);
    this.#lines.set(key, end);
    return result;
  }

  /** How many keys have work under way or waiting. */
  get busyKeys(): number {
    return this.#lines.size;
  }
}
