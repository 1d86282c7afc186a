import type { Cancel, Clock } from '../../common/index.js';

/** How often the first in line asks again when nobody says that something has changed: other nodes give back too. */
const POLL_MS = 100;

/** A place in line for an account. */
export interface QuotaTurn {
  readonly key: string;
  readonly isFirst: boolean;
  /** Resolves when it is the first in line; it stays that until it leaves. */
  readonly becomesFirst: Promise<void>;
  /** Resolves when it may be worth asking again: something came back, or the time has passed. */
  change(retryAfterMs: number | undefined): Promise<void>;
  /** Gives up the place; the next one is the first then. What it waits for stays unsettled. */
  leave(): void;
}

interface Place {
  readonly becomeFirst: () => void;
  wake: () => void;
}

/** Tasks that wait until a quota allows them, in line for each account, first come first served. */
export class QuotaLines {
  readonly #lines = new Map<string, Set<Place>>();

  /** @param maxWaiting tasks that may wait for one account */
  constructor(
    private readonly clock: Clock,
    private readonly maxWaiting: number,
  ) {}

  /** Whether somebody waits for the account. */
  has(key: string): boolean {
    return this.#lines.has(key);
  }

  /** Takes the last place in line; `undefined` when the line is full. */
  enter(key: string): QuotaTurn | undefined {
    const line = this.#lines.get(key) ?? new Set();
    if (line.size >= this.maxWaiting) return undefined;
    this.#lines.set(key, line);
    let becomeFirst = (): void => {};
    const becomesFirst = new Promise<void>((resolve) => (becomeFirst = resolve));
    const place: Place = { becomeFirst, wake: () => {} };
    line.add(place);
    if (line.size === 1) becomeFirst();
    let cancelTimer: Cancel = () => {};
    return {
      key,
      get isFirst() {
        return firstOf(line) === place;
      },
      becomesFirst,
      change: (retryAfterMs = Infinity) =>
        new Promise((resolve) => {
          cancelTimer();
          place.wake = () => {
            cancelTimer();
            resolve();
          };
          cancelTimer = this.clock.schedule(Math.min(Math.ceil(retryAfterMs), POLL_MS), place.wake);
        }),
      leave: () => {
        cancelTimer();
        this.#leave(key, line, place);
      },
    };
  }

  /** Something of the account came back: its first in line asks again. */
  wake(key: string): void {
    firstOf(this.#lines.get(key))?.wake();
  }

  #leave(key: string, line: Set<Place>, place: Place): void {
    const wasFirst = firstOf(line) === place;
    if (!line.delete(place)) return;
    if (line.size === 0) this.#lines.delete(key);
    else if (wasFirst) firstOf(line)?.becomeFirst();
  }
}

function firstOf(line: Set<Place> | undefined): Place | undefined {
  return line?.values().next().value;
}
