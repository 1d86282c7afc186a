/** Milliseconds from one tick to the next: how late a timer may be. */
const TICK_MS = 10;

/** Ticks that are told apart; a power of two. */
const SLOTS = 8_192;

/** Delays that the wheel takes, in milliseconds: short ones deserve better, longer ones do not fit on it. */
export const WHEEL_DELAYS = { least: 1_000, most: (SLOTS - 1) * TICK_MS } as const;

/** A timer in the list of its slot, in the order they came. */
interface Entry {
  readonly dueTick: number;
  readonly callback: () => void;
  /** Of the first one: the last one. */
  before: Entry;
  after: Entry | undefined;
  isIn: boolean;
}

/**
 * Timers that hardly ever fire, such as the limits of tasks: to set one and to take it back costs a fifth of what it does with
 * `setTimeout` (Node 24). A hashed timing wheel (Varghese and Lauck, "Hashed and Hierarchical Timing Wheels", 1987), turned by one
 * timer that is set for the first slot with somebody in it.
 *
 * No timer fires early, and none later than a tick after its time, unless the event loop is held up. Like timers of Node's own they
 * keep the process alive.
 */
export class TimerWheel {
  /** The first entry of each slot; made when the first comes. */
  #slots: (Entry | undefined)[] | undefined;
  #count = 0;
  #turn: NodeJS.Timeout | undefined;
  /** For when the turn is set. */
  #turnTick = Infinity;

  /** @param nowMs on a clock that never jumps */
  constructor(private readonly nowMs: () => number) {}

  /** Calls once, `delayMs` from now, which is within {@link WHEEL_DELAYS}; the returned function takes it back. */
  schedule(delayMs: number, callback: () => void): () => void {
    const dueTick = Math.ceil((this.nowMs() + delayMs) / TICK_MS);
    const entry = { dueTick, callback, after: undefined, isIn: true } as Omit<Entry, 'before'> as Entry;
    this.#put(entry);
    if (dueTick < this.#turnTick) this.#setTurn(dueTick);
    else if (this.#count === 1) this.#turn?.ref();
    return () => this.#remove(entry);
  }

  #put(entry: Entry): void {
    const slots = (this.#slots ??= new Array<Entry | undefined>(SLOTS).fill(undefined));
    const slot = entry.dueTick % SLOTS;
    const first = slots[slot];
    if (first === undefined) {
      entry.before = entry;
      slots[slot] = entry;
    } else {
      entry.before = first.before;
      first.before.after = entry;
      first.before = entry;
    }
    this.#count += 1;
  }

  #remove(entry: Entry): void {
    if (!entry.isIn) return;
    entry.isIn = false;
    const { before, after } = entry;
    const slots = this.#slots!;
    const slot = entry.dueTick % SLOTS;
    const first = slots[slot]!;
    if (entry === first) slots[slot] = after;
    else before.after = after;
    if (after !== undefined) after.before = before;
    else if (entry !== first) first.before = before;
    this.#count -= 1;
    // The turn stays set, for most often there is somebody again before it.
    if (this.#count === 0) this.#turn?.unref();
  }

  #setTurn(tick: number): void {
    clearTimeout(this.#turn);
    this.#turnTick = tick;
    this.#turn = setTimeout(() => this.#fire(), Math.max(tick * TICK_MS - this.nowMs(), 0));
  }

  #fire(): void {
    const firstTick = this.#turnTick;
    const nowTick = Math.floor(this.nowMs() / TICK_MS);
    this.#turn = undefined;
    this.#turnTick = Infinity;
    // When a callback throws, the others that are due come next.
    let nextTick = firstTick;
    try {
      // Once around at most: more slots there are not.
      for (let tick = firstTick; tick <= nowTick && tick < firstTick + SLOTS; tick += 1) {
        this.#fireSlot(tick % SLOTS, nowTick);
      }
      nextTick = nowTick + 1;
    } finally {
      this.#setNextTurn(nextTick);
    }
  }

  #fireSlot(slot: number, nowTick: number): void {
    for (let entry = this.#slots![slot]; entry !== undefined; entry = this.#slots![slot]) {
      const due = findDue(entry, nowTick);
      if (due === undefined) return;
      this.#remove(due);
      due.callback();
    }
  }

  /** For the first slot from a tick on that has somebody in it. */
  #setNextTurn(fromTick: number): void {
    if (this.#count === 0) return;
    for (let tick = fromTick; tick < fromTick + SLOTS; tick += 1) {
      const entry = this.#slots![tick % SLOTS];
      if (entry === undefined) continue;
      if (tick < this.#turnTick) this.#setTurn(tick);
      return;
    }
  }
}

function findDue(first: Entry, nowTick: number): Entry | undefined {
  for (let entry: Entry | undefined = first; entry !== undefined; entry = entry.after) {
    if (entry.dueTick <= nowTick) return entry;
  }
  return undefined;
}
