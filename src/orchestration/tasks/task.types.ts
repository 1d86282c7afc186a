import type { ProgressReport, SourceReport, ToolCall } from '../../agents/index.js';
import type { CancelSignal, Failure, RetryOptions } from '../../common/index.js';
import type { Choice } from '../../selection/index.js';

/**
 * What happens when nobody can serve a task. Candidates that are only busy are waited for under every policy, for
 * `queueTimeoutMs`. Once an agent has been tried, its failure counts instead: see `retry` and `maxFallbacks`.
 *
 * - `alternative`: another provider takes the task; also one that is not the pinned agent. Fails when there is none.
 * - `queue`: waits, for `queueTimeoutMs`, until somebody becomes available.
 * - `skip`: the task ends as `skipped`, also when those that are busy do not become free in time.
 * - `fail`: fails at once.
 */
export type UnavailablePolicy = 'alternative' | 'queue' | 'skip' | 'fail';

/** How one task is carried out; see {@link TASK_DEFAULTS}. */
export interface TaskOptions {
  /** Says of which data type the input is, where several accept it. */
  readonly inputType?: string;
  /** Values by data type name, for agents that need more than the input. */
  readonly context?: Readonly<Record<string, unknown>>;
  /**
   * How an agent is chosen. Default: `most-reliable` for a critical task, else `fastest` for an urgent one, else the strategy in
   * the option `selection.strategy`.
   */
  readonly strategy?: string;
  /** Pins the task to an agent, `name` or `name@range`. */
  readonly agent?: string;
  /** `urgent`: the fastest agent, where no strategy is named. Default `normal`. */
  readonly priority?: 'normal' | 'urgent';
  /** `critical`: the most reliable agent, where no strategy is named, also for an urgent task. Default `normal`. */
  readonly criticality?: 'normal' | 'critical';
  /** On whose behalf, for statistics and limits; 1 to 200 characters. */
  readonly tenant?: string;
  /** Only agents of this very region. */
  readonly region?: string;
  /** Where the task must not leave: only agents in one of these places. `eu-west` lies in `eu`. */
  readonly residency?: string | readonly string[];
  /** Nearest first: agents there are asked before others, as long as one is free. `eu-west` lies in `eu`. */
  readonly preferredRegions?: readonly string[];
  /** Of each agent, the highest release in this range instead of the current one; not beside `agent`, which has a range of its own. */
  readonly versionRange?: string;
  /** Only agents with all of these tags. */
  readonly tags?: readonly string[];
  /** Default `alternative`; `fail` for a pinned task. */
  readonly whenUnavailable?: UnavailablePolicy;
  /** Milliseconds the whole task may take, waiting and all attempts included, 1 to 86 400 000; default 60 000. */
  readonly timeoutMs?: number;
  /** Milliseconds one attempt may take, 1 to 86 400 000; default: the capability's own limit, or all that is left. */
  readonly attemptTimeoutMs?: number;
  /** Milliseconds to wait in line for an agent, over all attempts, 0 to 86 400 000; default 30 000. */
  readonly queueTimeoutMs?: number;
  /** Tries with one agent before the next candidate is asked; default: one. A busy agent is not waited for while another is free. */
  readonly retry?: RetryOptions;
  /** Other candidates to fall back to when one fails, 0 to 100; default: all there are. */
  readonly maxFallbacks?: number;
  /** Cancels the task. */
  readonly signal?: CancelSignal;
  /** Passed to the agents, 1 to 200 characters; default: the task's id. */
  readonly idempotencyKey?: string;
  /** Hears what the agent reports and yields while it works. What it throws is logged and does not reach the agent. */
  readonly onProgress?: (progress: TaskProgress) => void;
}

/** A report of progress, with the attempt it comes from. */
export interface TaskProgress extends ProgressReport {
  readonly taskId: string;
  readonly attempt: number;
  readonly agent: string;
}

/** Tokens counted by an agent's reports. */
export interface TaskUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** One try of a task by one agent. */
export interface AttemptRecord {
  /** 1 for the first. */
  readonly attempt: number;
  readonly agent: string;
  readonly version: string;
  readonly status: 'succeeded' | 'failed';
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** US dollars reported by the agent, or else its declared cost for an attempt that succeeded. */
  readonly costUsd: number;
  readonly usage: TaskUsage;
  /** The tools that were used; the first 1 000. */
  readonly toolCalls: readonly ToolCall[];
  readonly error?: Failure;
}

interface TaskEnvelope {
  readonly taskId: string;
  readonly capability: string;
  /** From the request to its end. */
  readonly durationMs: number;
  /** The part of it spent waiting for an agent. */
  readonly queuedMs: number;
  /** US dollars, over all attempts. */
  readonly costUsd: number;
  readonly usage: TaskUsage;
  readonly attempts: readonly AttemptRecord[];
  /** The last choice that was made; it names nobody when there was none. */
  readonly choice: Choice;
}

export interface SucceededTask<Output = unknown> extends TaskEnvelope {
  readonly status: 'succeeded';
  readonly output: Output;
  /** Which of the contract's output types it is. */
  readonly outputType: string;
  readonly agent: string;
  readonly version: string;
  /** 0 to 1, when the agent said so. */
  readonly confidence?: number;
  readonly sources?: readonly SourceReport[];
}

/** Nobody was available and the task was allowed to be left out. */
export interface SkippedTask extends TaskEnvelope {
  readonly status: 'skipped';
  readonly error: Failure;
}

/** What became of a task that failed; carried by the error that `execute` rejects with. */
export interface FailedTask extends TaskEnvelope {
  readonly status: 'failed';
  /** The agent of the last attempt, when there was one. */
  readonly agent?: string;
  readonly version?: string;
  readonly error: Failure;
}

/** The result of a task that did not fail. */
export type TaskResult<Output = unknown> = SucceededTask<Output> | SkippedTask;
