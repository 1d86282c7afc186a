import type { ErrorKind } from '../common/index.js';
import type { Release } from '../registry/index.js';

/**
 * How an attempt counts for its agent; `excused` when its end is not the agent's doing: the caller's request was wrong
 * or in too much of a hurry, the task was canceled, or the process is about to stop.
 */
export type AttemptVerdict = 'succeeded' | 'failed' | 'excused';

/** One attempt that has ended, as those see it who learn from it. Valid during the call: take from it what you need. */
export interface AttemptObservation {
  readonly release: Release;
  readonly taskId: string;
  readonly runId?: string;
  /** The name of the run's workflow. */
  readonly workflow?: string;
  readonly tenant?: string;
  readonly capability: string;
  readonly inputType: string;
  /** Rough size of the input as JSON, in bytes; worked out when asked for. */
  readonly inputBytes: number;
  readonly verdict: AttemptVerdict;
  readonly errorKind?: ErrorKind;
  readonly errorCode?: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** Tasks that the release had under way in this process when the attempt began, this one not counted. */
  readonly inFlight: number;
  /** Milliseconds that the task waited for an agent before this attempt, after the one before it. */
  readonly queuedMs: number;
  /** US dollars reported by the agent, or else its declared cost for an attempt that succeeded. */
  readonly costUsd: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** Hears of every attempt of this process, in the turn in which it ends. What it throws is logged and reaches no task. */
export interface AttemptObserver {
  /** @param endedMs when it ended, in milliseconds on the clock that does not jump */
  onAttempt(observation: AttemptObservation, endedMs: number): void;
}
