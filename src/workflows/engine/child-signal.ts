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
  /** Most signals never have more than one listener at a time: the others are made room for when they come. */
  #listener: (() => void) | undefined;
  #others: Set<() => void> | undefined;
  readonly #parent: CancelSignal | undefined;
  readonly #follow: (() => void) | undefined;

  constructor(parent?: CancelSignal) {
    if (parent === undefined) return;
    if (parent.aborted) {
      this.abort(parent.reason);
      return;
    }
    this.#parent = parent;
    this.#follow = () => this.abort(parent.reason);
    parent.addEventListener('abort', this.#follow, { once: true });
  }

  get aborted(): boolean {
    return this.#aborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    if (this.#listener === listener) return;
    if (this.#listener === undefined && this.#others === undefined) this.#listener = listener;
    else (this.#others ??= new Set()).add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    if (this.#listener === listener) this.#listener = undefined;
    else this.#others?.delete(listener);
  }

  /** The first reason is the one that counts. */
  abort(reason: unknown): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#reason = reason;
    const listener = this.#listener;
    const others = this.#others;
    this.#listener = undefined;
    this.#others = undefined;
    listener?.();
    if (others !== undefined) for (const other of others) other();
  }

  /** Lets go of the parent. */
  dispose(): void {
    if (this.#follow !== undefined) this.#parent!.removeEventListener('abort', this.#follow);
  }
}
