/** When to run a workflow, again and again. */
export interface Schedule {
  /** A name as agents have; unique among all schedules. */
  readonly id: string;
  /** `name` or `name@range`; resolved at each start. */
  readonly workflow: string;
  /** Five fields: minute, hour, day of the month, month, day of the week. */
  readonly cron: string;
  /** An IANA time zone, `Europe/Berlin`; default `UTC`. */
  readonly timezone: string;
  readonly input?: unknown;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** A schedule that is to be kept. */
export type NewSchedule = Omit<Schedule, 'createdAt' | 'timezone'> & Partial<Pick<Schedule, 'timezone'>>;

/** A schedule and when it is due next, in milliseconds since the epoch. */
export type UpcomingSchedule = Schedule & { readonly nextAt: number };
