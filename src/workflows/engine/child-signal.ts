import type { CancelSignal } from '../../common/index.js';

/**
 * Aborts with its parent, if it has one, and can be aborted alone. Each listener is called once.
 *
 * Not an `AbortController`, of which every run would need two: to listen to one and to let go of it again costs a tenth of what
 * a step may (Node 24). Not `AbortSignal.any` either: that one is let go of only by the garbage collector.
 */
export class ChildSignal implements CancelSignal {
  #aborted = false;
  #reason: unknown;
  readonly #listeners = new Set<() => void>();
  readonly #parent: CancelSignal | undefined;
  readonly #follow = (): void => this.abort(this.#parent?.reason);

  constructor(parent?: CancelSignal) {
    this.#parent = parent;
    if (parent?.aborted) this.abort(parent.reason);
    else parent?.addEventListener('abort', this.#follow, { once: true });
  }

  get aborted(): boolean {
    return this.#aborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.delete(listener);
  }

  /** The first reason is the one that counts. */
  abort(reason: unknown): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#reason = reason;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener();
  }

  /** Lets go of the parent. */
  dispose(): void {
    this.#parent?.removeEventListener('abort', this.#follow);
  }
}
