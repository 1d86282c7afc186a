import type { Cancel, Clock } from '../../common/index.js';
import { nextOccurrence, ScheduleStore, type OnDue, type Schedule } from '../../workflows/index.js';

/** The longest wait of one timer; what is due later is looked at again. */
const LOOK_AGAIN_MS = 3_600_000;

/** Schedules in the memory of the process, on its own clock. */
export class MemoryScheduleStore extends ScheduleStore {
  readonly #schedules = new Map<string, Schedule>();
  readonly #timers = new Map<string, Cancel>();
  #onDue: OnDue | undefined;

  constructor(private readonly clock: Clock) {
    super();
  }

  async open(onDue: OnDue): Promise<void> {
    this.#onDue = onDue;
    for (const schedule of this.#schedules.values()) this.#await(schedule);
  }

  async close(): Promise<void> {
    this.#onDue = undefined;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  async put(schedule: Schedule): Promise<void> {
    await this.remove(schedule.id);
    this.#schedules.set(schedule.id, schedule);
    if (this.#onDue !== undefined) this.#await(schedule);
  }

  async remove(id: string): Promise<boolean> {
    this.#timers.get(id)?.();
    this.#timers.delete(id);
    return this.#schedules.delete(id);
  }

  async all(): Promise<readonly Schedule[]> {
    return [...this.#schedules.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
  }

  #await(schedule: Schedule, after = this.clock.now()): void {
    const { id, cron, timezone } = schedule;
    const dueAt = nextOccurrence(cron, timezone, after);
    const delayMs = Math.min(dueAt - this.clock.now(), LOOK_AGAIN_MS);
    const cancel = this.clock.schedule(delayMs, () => {
      const isDue = this.clock.now() >= dueAt;
      this.#await(schedule, isDue ? Math.max(dueAt, this.clock.now()) : after);
      if (isDue) void this.#onDue?.(schedule, String(dueAt));
    });
    this.#timers.set(id, cancel);
  }
}
