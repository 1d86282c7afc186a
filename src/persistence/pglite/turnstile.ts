interface Entry {
  readonly isExclusive: boolean;
  readonly start: () => void;
}

/**
 * Lets work through in the order in which it came: side by side, but exclusive work alone. It is for whoever starts things
 * in order, so what went through does not wait for what went through before it.
 */
export class Turnstile {
  readonly #waiting: Entry[] = [];
  #isHeld = false;

  /** Starts the work once no exclusive work is under way or waiting in front of it. */
  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isHeld || this.#waiting.length > 0) await this.#wait(false);
    return work();
  }

  /** Starts the work like {@link pass}, and lets nothing through until it has ended. */
  async passAlone<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isHeld || this.#waiting.length > 0) await this.#wait(true);
    this.#isHeld = true;
    try {
      return await work();
    } finally {
      this.#isHeld = false;
      this.#letThrough();
    }
  }

  #wait(isExclusive: boolean): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ isExclusive, start: resolve }));
  }

  #letThrough(): void {
    while (!this.#isHeld) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      // Held from now on: its work begins a moment later, and nothing may slip in before it.
      this.#isHeld = next.isExclusive;
      next.start();
    }
  }
}
