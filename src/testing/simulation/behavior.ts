import type { Distribution } from './distribution.js';

/**
 * How a simulated agent does its work.
 * @publicApi
 */
export interface Behavior {
  /** Milliseconds of work on one task; what a busy agent makes it wait comes on top. */
  readonly latencyMs: Distribution;
  /** US dollars that the agent reports for one task; it reports none by default. */
  readonly costUsd?: Distribution;
  /** Share of tasks that fail, after the time that work takes; default 0. */
  readonly failureRatio?: number;
}

/**
 * What a task comes to an agent in.
 * @publicApi
 */
export interface Situation {
  /** 0 for the first task of the simulation. */
  readonly taskNumber: number;
  /** Milliseconds since the start. */
  readonly atMs: number;
  readonly inputType: string;
  readonly inputBytes: number;
}

/**
 * A behavior, or one that depends on the input, or that changes over time.
 * @example ({ atMs }) => ({ latencyMs: scaled(exponential(100), 1 + atMs / 60_000) })
 * @publicApi
 */
export type Behaving = Behavior | ((situation: Situation) => Behavior);

/**
 * A behavior that changes at once, after so many tasks of the simulation.
 * @param later by the number of the first task that it holds for, ascending
 * @publicApi
 */
export function changing(
  first: Behavior,
  ...later: readonly { readonly fromTask: number; readonly behavior: Behavior }[]
): Behaving {
  return ({ taskNumber }) => later.findLast(({ fromTask }) => taskNumber >= fromTask)?.behavior ?? first;
}

/**
 * A behavior by the type of the input.
 * @publicApi
 */
export function byInputType(behaviors: Readonly<Record<string, Behavior>>, otherwise: Behavior): Behaving {
  const known = new Map(Object.entries(behaviors));
  return ({ inputType }) => known.get(inputType) ?? otherwise;
}

/** What an agent does in a situation. */
export function behaviorIn(behaving: Behaving, situation: Situation): Behavior {
  return typeof behaving === 'function' ? behaving(situation) : behaving;
}
