import { MAX_TIMER_MS, type Cancel, type Clock } from '../../common/index.js';

interface Alarm {
  readonly dueAt: number;
  readonly ring: () => void;
}

/** The alarms of one run, by the wall clock, on one timer: the deadline, limits of steps, ends of waits. */
export class Timers {
  readonly #alarms = new Set<Alarm>();
  #cancelTimer: Cancel | undefined;
  #timerDueAt = Infinity;
  #isHeld = false;

  constructor(private readonly clock: Clock) {}

  /** Rings once, at `dueAt` or as soon as it can be after it. */
  at(dueAt: number, ring: () => void): Cancel {
    const alarm = { dueAt, ring };
    this.#alarms.add(alarm);
    if (dueAt < this.#timerDueAt && !this.#isHeld) this.#arm(dueAt);
    return () => {
      this.#alarms.delete(alarm);
      if (this.#alarms.size === 0) this.#disarm();
    };
  }

  /** When the next alarm rings; `undefined` without any. */
  get nextAt(): number | undefined {
    let next: number | undefined;
    for (const { dueAt } of this.#alarms) if (next === undefined || dueAt < next) next = dueAt;
    return next;
  }

  /** Lets no alarm ring until {@link release}. */
  hold(): void {
    this.#isHeld = true;
    this.#disarm();
  }

  release(): void {
    this.#isHeld = false;
    const next = this.nextAt;
    if (next !== undefined) this.#arm(next);
  }

  /** Drops all alarms. */
  clear(): void {
    this.#alarms.clear();
    this.#disarm();
  }

  #arm(dueAt: number): void {
    this.#disarm();
    this.#timerDueAt = dueAt;
    const delayMs = Math.min(Math.max(dueAt - this.clock.now(), 0), MAX_TIMER_MS);
    this.#cancelTimer = this.clock.schedule(delayMs, () => this.#ring());
  }

  #disarm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#timerDueAt = Infinity;
  }

  #ring(): void {
    this.#disarm();
    const now = this.clock.now();
    // A copy: an alarm may set others.
    for (const alarm of [...this.#alarms]) {
      if (alarm.dueAt <= now && this.#alarms.delete(alarm)) alarm.ring();
    }
    const next = this.nextAt;
    if (next !== undefined && next < this.#timerDueAt) this.#arm(next);
  }
}
