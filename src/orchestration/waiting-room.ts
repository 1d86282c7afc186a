import type { Clock } from '../common/index.js';
import { QueueFullError } from './orchestration.errors.js';

/** A task in line. */
interface Waiter {
  readonly order: number;
  /** Asks whether the task can go now; when it answers `true` the waiter leaves the line. Must not wait. */
  readonly tryLeave: () => boolean;
  readonly admit: () => void;
}

/** How a wait may end without an agent. */
export interface WaitLimits {
  readonly timeoutMs: number;
  readonly onTimeout: () => Error;
  readonly signal?: AbortSignal;
}

/**
 * Tasks that wait for an agent, in the order they came.
 *
 * A slot that becomes free is offered to the line before anybody else can see it, so nobody overtakes: whoever waits has
 * been passed over only for slots it could not use.
 */
export class WaitingRoom {
  readonly #lines = new Map<string, Set<Waiter>>();
  #arrivals = 0;

  constructor(
    private readonly clock: Clock,
    private readonly maxWaiting: number,
  ) {}

  /** Tasks in line for a capability. */
  waitingFor(capability: string): number {
    return this.#lines.get(capability)?.size ?? 0;
  }

  /**
   * Resolves once `tryLeave` has answered `true`, which is asked whenever something changes that may help.
   * Rejects with `onTimeout()`, with the signal's reason, or when the line is full; the place in line is given up then.
   * @throws QUEUE_FULL
   */
  async wait(capability: string, tryLeave: () => boolean, limits: WaitLimits): Promise<void> {
    if (limits.signal?.aborted) throw limits.signal.reason;
    const line = this.#lines.get(capability) ?? new Set<Waiter>();
    if (line.size >= this.maxWaiting) throw new QueueFullError(capability, this.maxWaiting);
    this.#lines.set(capability, line);
    await new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        cancelTimer();
        limits.signal?.removeEventListener('abort', onAbort);
        line.delete(waiter);
        if (line.size === 0) this.#lines.delete(capability);
      };
      const giveUp = (error: Error): void => {
        leave();
        reject(error);
      };
      const onAbort = (): void => giveUp(limits.signal?.reason as Error);
      const waiter: Waiter = {
        order: this.#arrivals++,
        tryLeave,
        admit: () => {
          leave();
          resolve();
        },
      };
      const cancelTimer = this.clock.schedule(limits.timeoutMs, () => giveUp(limits.onTimeout()));
      limits.signal?.addEventListener('abort', onAbort, { once: true });
      line.add(waiter);
    });
  }

  /** Offers what has changed to the tasks in line for these capabilities, in the order they came, as long as `goOn` says so. */
  wake(capabilities: Iterable<string>, goOn: () => boolean = () => true): void {
    if (this.#lines.size === 0) return;
    for (const waiter of this.#inOrder(capabilities)) {
      if (!goOn()) return;
      if (waiter.tryLeave()) waiter.admit();
    }
  }

  /** Offers a change that may concern every line. */
  wakeAll(): void {
    this.wake([...this.#lines.keys()]);
  }

  #inOrder(capabilities: Iterable<string>): Iterable<Waiter> {
    const lines = [...capabilities].flatMap((capability) => this.#lines.get(capability) ?? []);
    if (lines.length <= 1) return lines[0] ?? [];
    return lines.flatMap((line) => [...line]).sort((a, b) => a.order - b.order);
  }
}
