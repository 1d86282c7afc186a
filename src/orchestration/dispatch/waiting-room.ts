import type { Clock } from '../../common/index.js';
import { QueueFullError } from '../orchestration.errors.js';

/** A task in line. */
interface Waiter {
  readonly order: number;
  /** Lets it go when it can; a waiter that has left already is not asked. */
  readonly ask: () => void;
}

type Line = Set<Waiter>;

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
  readonly #lines = new Map<string, Line>();
  #arrivals = 0;

  /** @param maxWaiting tasks that may wait for one capability */
  constructor(
    private readonly clock: Clock,
    private readonly maxWaiting: number,
  ) {}

  /** Tasks in line for a capability. */
  waitingFor(capability: string): number {
    return this.#lines.get(capability)?.size ?? 0;
  }

  /**
   * Resolves once `tryLeave` has answered `true`, which is asked, in one turn with its cause, whenever something changes that
   * may help. Rejects with `onTimeout()`, with the signal's reason, or with what `tryLeave` throws; the place in line is given
   * up then. A task can be rejected although its `tryLeave` answers `true`, when that call itself aborts the signal.
   * @throws QUEUE_FULL
   */
  async wait(capability: string, tryLeave: () => boolean, limits: WaitLimits): Promise<void> {
    const { signal } = limits;
    if (signal?.aborted) throw signal.reason;
    const line: Line = this.#lines.get(capability) ?? new Set();
    if (line.size >= this.maxWaiting) throw new QueueFullError(capability, this.maxWaiting);
    this.#lines.set(capability, line);
    await new Promise<void>((resolve, reject) => {
      const leave = (end: () => void): void => {
        if (!line.delete(waiter)) return;
        if (line.size === 0) this.#lines.delete(capability);
        cancelTimer();
        signal?.removeEventListener('abort', onAbort);
        end();
      };
      const giveUp = (error: Error): void => leave(() => reject(error));
      const onAbort = (): void => giveUp(signal?.reason as Error);
      const ask = (): void => {
        if (!line.has(waiter)) return;
        try {
          if (tryLeave()) leave(resolve);
        } catch (error) {
          giveUp(error as Error);
        }
      };
      const waiter: Waiter = { order: this.#arrivals++, ask };
      const cancelTimer = this.clock.schedule(limits.timeoutMs, () => giveUp(limits.onTimeout()));
      signal?.addEventListener('abort', onAbort, { once: true });
      line.add(waiter);
    });
  }

  /** Offers what has changed to the tasks in line for these capabilities, in the order they came, as long as `goOn` says so. */
  wake(capabilities: Iterable<string>, goOn: () => boolean = () => true): void {
    if (this.#lines.size === 0) return;
    const lines = [...capabilities].flatMap((capability) => this.#lines.get(capability) ?? []);
    for (const waiter of inOrderOfArrival(lines)) {
      if (!goOn()) return;
      waiter.ask();
    }
  }

  /** Offers a change that may concern every line. */
  wakeAll(): void {
    this.wake([...this.#lines.keys()]);
  }
}

/** The waiters of several lines as one; lazily, as most often the first of them takes what there is. */
function* inOrderOfArrival(lines: readonly Line[]): Generator<Waiter> {
  const heads = lines.map((line) => {
    const rest = line.values();
    return { rest, first: rest.next().value };
  });
  for (;;) {
    let next = heads[0];
    for (const head of heads) {
      if (next?.first === undefined || (head.first && head.first.order < next.first.order)) next = head;
    }
    if (next?.first === undefined) return;
    yield next.first;
    next.first = next.rest.next().value;
  }
}
