import type { Logger } from '../common/index.js';
import type { RunContext } from './run-context.js';

/** What one attempt used; added up over several reports. */
export interface UsageReport {
  /** Tokens read by models, at least 0. */
  readonly inputTokens?: number;
  /** Tokens written by models, at least 0. */
  readonly outputTokens?: number;
  /** US dollars, at least 0. */
  readonly costUsd?: number;
}

/** Where a part of an output comes from. */
export interface SourceReport {
  readonly title?: string;
  readonly url?: string;
  /** How far it can be trusted, 0 to 1. */
  readonly credibility?: number;
}

/** How far a task has come. What an async generator yields is reported as `partial`. */
export interface ProgressReport {
  readonly message?: string;
  /** Share of the work that is done, 0 to 1. */
  readonly doneRatio?: number;
  readonly partial?: unknown;
}

/**
 * What an agent gets beside its input.
 * @publicApi
 */
export interface TaskContext {
  readonly taskId: string;
  /** The run and the step this task belongs to, when it is part of a workflow. */
  readonly runId?: string;
  readonly stepId?: string;
  /** The capability asked for, and the data type of the input. */
  readonly capability: string;
  readonly inputType: string;
  /** The same for every attempt of one task, on every node: pass it on to services that must not act twice. */
  readonly idempotencyKey: string;
  /** 1 for the first attempt; counts on over retries and other agents. */
  readonly attempt: number;
  /** Aborts when the attempt's time is over or the caller cancels. Pass it to everything that waits. */
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch at which this attempt is given up. */
  readonly deadlineAt: number;
  readonly logger: Logger;
  readonly context: RunContext;

  /** Adds to the tokens and cost of this attempt. @throws REPORT_INVALID for a negative or non-finite number */
  reportUsage(usage: UsageReport): void;
  /** Tells the caller how far the task has come. */
  reportProgress(progress: ProgressReport): void;
  /** Says how sure the agent is of its output, 0 to 1. @throws REPORT_INVALID outside of that */
  reportConfidence(ratio: number): void;
  /** Adds sources of the output. @throws REPORT_INVALID for a credibility outside of 0 to 1 */
  reportSources(sources: readonly SourceReport[]): void;
}
