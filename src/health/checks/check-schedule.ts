import type { Clock, RandomSource } from '../../common/index.js';
import type { Catalog, Release } from '../../registry/index.js';
import type { ResolvedHealthOptions } from '../health.options.js';
import type { HealthChecks } from './health-checks.js';

/** What the schedule works with. */
export interface CheckScheduleParts {
  readonly catalog: Catalog;
  readonly checks: Pick<HealthChecks, 'checkOnSchedule'>;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly options: ResolvedHealthOptions['checks'];
}

/** When a release is checked next, by the clock that does not jump. */
interface Appointment {
  dueMs: number;
  isRunning: boolean;
}

/**
 * Says when each release is checked: active ones only, each on its own, the first time somewhere within its interval, then an
 * interval after the last check has ended. So a check never runs beside itself, and a thousand that were registered together
 * spread by themselves.
 */
export class CheckSchedule {
  readonly #appointments = new WeakMap<Release, Appointment>();

  constructor(private readonly parts: CheckScheduleParts) {}

  /** Begins every check that is due. To be called more often than the shortest interval. */
  tick(): void {
    const { catalog, clock, options } = this.parts;
    if (!options.isOn) return;
    const nowMs = clock.monotonicMs();
    for (const release of catalog.all()) {
      const appointment = this.#appointments.get(release);
      if (appointment?.isRunning) continue;
      if (release.status !== 'active' || release.isDraining) this.#appointments.delete(release);
      else if (appointment === undefined) this.#makeFirst(release, nowMs);
      else if (appointment.dueMs <= nowMs) void this.#keep(release, appointment);
    }
  }

  /** Milliseconds until the next check; 0 when one is under way, `undefined` when none is planned. */
  dueInMs(release: Release): number | undefined {
    const appointment = this.#appointments.get(release);
    if (appointment === undefined) return undefined;
    return Math.max(appointment.dueMs - this.parts.clock.monotonicMs(), 0);
  }

  #makeFirst(release: Release, nowMs: number): void {
    const dueMs = nowMs + this.#intervalOf(release) * this.parts.random.next();
    this.#appointments.set(release, { dueMs, isRunning: false });
  }

  async #keep(release: Release, appointment: Appointment): Promise<void> {
    const { checks, clock, random, options } = this.parts;
    appointment.isRunning = true;
    await checks.checkOnSchedule(release);
    appointment.isRunning = false;
    const deviation = options.jitterRatio * (2 * random.next() - 1);
    appointment.dueMs = clock.monotonicMs() + this.#intervalOf(release) * (1 + deviation);
  }

  #intervalOf({ manifest }: Release): number {
    return manifest.healthCheckIntervalMs ?? this.parts.options.intervalMs;
  }
}
