import { MAX_TIMER_MS, type Cancel, type Clock } from '../../../common/index.js';

interface Alarm {
  /** On the monotonic clock: a wait is as long as it was to be, though the clock on the wall is set meanwhile. */
  readonly dueMs: number;
  readonly ring: () => void;
}

/** The alarms of one run, on one timer: the deadline, limits of steps, ends of waits. */
export class Timers {
  /** Made when the first comes: most runs have none. */
  #alarms: Set<Alarm> | undefined;
  #cancelTimer: Cancel | undefined;
  #timerDueMs = Infinity;
  #isHeld = false;

  constructor(private readonly clock: Clock) {}

  /** Rings once, at `dueAt` or as soon as it can be after it. */
  at(dueAt: number, ring: () => void): Cancel {
    const alarm = { dueMs: this.clock.monotonicMs() + dueAt - this.clock.now(), ring };
    const alarms = (this.#alarms ??= new Set());
    alarms.add(alarm);
    if (alarm.dueMs < this.#timerDueMs && !this.#isHeld) this.#arm(alarm.dueMs);
    return () => {
      alarms.delete(alarm);
      if (alarms.size === 0) this.#disarm();
    };
  }

  /** When the next alarm rings; `undefined` without any. */
  get nextAt(): number | undefined {
    const nextMs = this.#nextMs;
    if (nextMs === undefined) return undefined;
    return Math.ceil(this.clock.now() + nextMs - this.clock.monotonicMs());
  }

  /** Lets no alarm ring until {@link release}. */
  hold(): void {
    this.#isHeld = true;
    this.#disarm();
  }

  release(): void {
    this.#isHeld = false;
    const nextMs = this.#nextMs;
    if (nextMs !== undefined) this.#arm(nextMs);
  }

  /** Drops all alarms. */
  clear(): void {
    if (this.#alarms === undefined || this.#alarms.size === 0) return;
    this.#alarms.clear();
    this.#disarm();
  }

  get #nextMs(): number | undefined {
    let nextMs: number | undefined;
    if (this.#alarms === undefined) return nextMs;
    for (const { dueMs } of this.#alarms) if (nextMs === undefined || dueMs < nextMs) nextMs = dueMs;
    return nextMs;
  }

  #arm(dueMs: number): void {
    this.#disarm();
    this.#timerDueMs = dueMs;
    const delayMs = Math.min(Math.max(dueMs - this.clock.monotonicMs(), 0), MAX_TIMER_MS);
    this.#cancelTimer = this.clock.schedule(delayMs, () => this.#ring());
  }

  #disarm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#timerDueMs = Infinity;
  }

  #ring(): void {
    this.#disarm();
    const nowMs = this.clock.monotonicMs();
    const alarms = this.#alarms!;
    for (const alarm of alarms) {
      if (alarm.dueMs <= nowMs && alarms.delete(alarm)) alarm.ring();
    }
    const nextMs = this.#nextMs;
    if (nextMs !== undefined && nextMs < this.#timerDueMs) this.#arm(nextMs);
  }
}
