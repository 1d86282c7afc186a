import type { Cancel, Clock } from '../../common/index.js';
import { isPending } from './invoke.js';

/** How long work may take. */
export interface WorkLimits {
  readonly timeoutMs: number;
  /** Milliseconds that aborted work gets to end. */
  readonly graceMs: number;
}

/** Whoever has the work done, and is told how it goes. */
export interface WorkOwner<T> {
  /** What a value that the work gave comes to; to wait for that is part of the work. @throws what the work has failed with then */
  conclude(value: unknown): T | PromiseLike<T>;
  /** The error of work that takes longer than its timeout. */
  timeoutError(): Error;
  /** Tells the work to stop. */
  abort(error: Error): void;
  /** Told once, when the work has really ended, or did not in its grace time. */
  over(isAbandoned: boolean): void;
  /** Told once, after `over`, what the work came to, unless it was given up. */
  resolve(value: T): void;
  /** Told once, what the work failed with, after `over`; or what it was given up with, before. */
  reject(error: Error): void;
}

/**
 * Follows work for a limited time.
 *
 * The owner gets the timeout or the cancellation at once; the work gets an abort and a grace time. So nobody waits for code that
 * ignores its signal, and what the work holds is given back when it ends, or at the end of its grace at the latest.
 */
export class Supervision<T> {
  #phase: 'working' | 'aborted' | 'over' = 'working';
  #cancelTimer: Cancel;

  constructor(
    work: Promise<unknown>,
    private readonly owner: WorkOwner<T>,
    private readonly clock: Clock,
    private readonly limits: WorkLimits,
  ) {
    this.#cancelTimer = clock.schedule(limits.timeoutMs, () => this.giveUp(owner.timeoutError()));
    work.then(
      (value) => this.#conclude(value),
      (error: Error) => this.#fail(error),
    );
  }

  /** Gives the work up from outside; once it has ended, or was given up, that changes nothing. */
  giveUp(error: Error): void {
    if (this.#phase !== 'working') return;
    this.#phase = 'aborted';
    this.#cancelTimer();
    this.#cancelTimer = this.clock.schedule(this.limits.graceMs, () => this.#over(true));
    this.owner.abort(error);
    this.owner.reject(error);
  }

  #conclude(value: unknown): void {
    // Nobody waits any more for what late work comes to.
    if (this.#phase !== 'working') return void this.#end();
    let result: T | PromiseLike<T>;
    try {
      result = this.owner.conclude(value);
    } catch (error) {
      return this.#fail(error as Error);
    }
    if (!isPending(result)) return this.#succeed(result);
    result.then(
      (concluded) => this.#succeed(concluded),
      (error: Error) => this.#fail(error),
    );
  }

  #succeed(result: T): void {
    if (this.#end()) this.owner.resolve(result);
  }

  #fail(error: Error): void {
    if (this.#end()) this.owner.reject(error);
  }

  /** The work has ended; answers whether anybody still waits for what it came to. */
  #end(): boolean {
    const phase = this.#phase;
    if (phase !== 'over') this.#over(false);
    return phase === 'working';
  }

  #over(isAbandoned: boolean): void {
    this.#cancelTimer();
    this.#phase = 'over';
    this.owner.over(isAbandoned);
  }
}
