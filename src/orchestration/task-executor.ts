import {
  InvalidInputError,
  isInsideTool,
  matchInput,
  RunContext,
  ToolCallsAgentError,
  type Contract,
  type Match,
} from '../agents/index.js';
import {
  isCadreError,
  newId,
  retryDelayMs,
  type CadreError,
  type Clock,
  type EventBus,
  type RandomSource,
} from '../common/index.js';
import type { Catalog, Release } from '../registry/index.js';
import type { Choice } from '../selection/index.js';
import type { AttemptOutcome, AttemptRunner } from './attempt-runner.js';
import { findCandidates, type CandidateSet } from './candidates.js';
import type { Dispatcher } from './dispatcher.js';
import {
  NoAgentAvailableError,
  ShuttingDownError,
  TaskFailedError,
  TaskTimeoutError,
} from './orchestration.errors.js';
import { TaskFinished, TaskProgressed } from './orchestration.events.js';
import { TaskRun, toAgentError, type TaskRequest } from './task-run.js';
import { resolveTaskOptions } from './task.options.js';
import type { TaskOptions, TaskProgress, TaskResult } from './task.types.js';

/** What the executor works with. */
export interface TaskExecutorParts {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly events: EventBus;
  readonly catalog: Catalog;
  readonly dispatcher: Dispatcher;
  readonly runner: AttemptRunner;
}

/** The place of a task in a run. */
export interface StepOfRun {
  readonly runId: string;
  readonly stepId: string;
  readonly context: RunContext;
}

/** Errors that another agent may not have; the other kinds are the caller's doing. */
const FALLBACK_KINDS: ReadonlySet<string> = new Set(['execution', 'timeout', 'unavailable', 'internal']);

/**
 * Carries a task from request to result: candidates → choice → slot → call → record, with retries on one agent and fallback to
 * the next.
 */
export class TaskExecutor {
  readonly #running = new Set<TaskRun>();
  #isClosing = false;
  #onEmpty: (() => void) | undefined;

  constructor(private readonly parts: TaskExecutorParts) {}

  /**
   * @throws CAPABILITY_UNKNOWN, AGENT_UNKNOWN, INPUT_INVALID, TASK_OPTION_INVALID … for a wrong request, and a
   * TaskFailedError with the task's whole record when the task itself fails
   */
  async execute(
    capability: string,
    input: unknown,
    options?: TaskOptions,
    step?: StepOfRun,
  ): Promise<TaskResult> {
    if (isInsideTool()) throw new ToolCallsAgentError(capability);
    if (this.#isClosing) throw new ShuttingDownError();
    const resolved = resolveTaskOptions(options, step?.context);
    const candidates = findCandidates(this.parts.catalog, capability, resolved);
    const request: TaskRequest = {
      capability,
      options: resolved,
      taskId: newId(),
      runId: step?.runId,
      stepId: step?.stepId,
    };
    const task = new TaskRun(request, this.parts.clock, (progress) =>
      this.#report(progress, resolved.onProgress),
    );
    await matchCandidates(task.matches, candidates.contracts, capability, input, resolved.inputType);
    return this.#track(task, candidates);
  }

  /** Who would be chosen for a task now. Without an input, candidates are not held against one. */
  async choose(capability: string, options?: TaskOptions, ...[input]: [input?: unknown]): Promise<Choice> {
    const resolved = resolveTaskOptions(options);
    const candidates = findCandidates(this.parts.catalog, capability, resolved);
    const { context, region, tags, strategy } = resolved;
    if (input === undefined) {
      return this.parts.dispatcher.preview(strategy, candidates, { capability, context, region, tags });
    }
    const matches = new Map<Contract, Match>();
    await matchCandidates(matches, candidates.contracts, capability, input, resolved.inputType);
    const inputType = [...matches.values()].find((match) => match.ok)?.type;
    return this.parts.dispatcher.preview(
      strategy,
      candidates,
      { capability, context, region, tags, matches },
      inputType,
    );
  }

  /** Tasks under way, those in line included. */
  get runningCount(): number {
    return this.#running.size;
  }

  /** Takes no further tasks and gives those under way some time; the rest is canceled. Safe to call again. */
  async close(graceMs: number): Promise<void> {
    this.#isClosing = true;
    if (this.#running.size === 0) return;
    await new Promise<void>((resolve) => {
      const cancel = this.parts.clock.schedule(graceMs, () => {
        for (const task of this.#running) task.cancel(new ShuttingDownError());
      });
      this.#onEmpty = () => {
        cancel();
        resolve();
      };
    });
  }

  async #track(task: TaskRun, candidates: CandidateSet): Promise<TaskResult> {
    const unfollow = task.followSignal();
    this.#running.add(task);
    try {
      const result = await this.#run(task, candidates);
      this.parts.events.publish(TaskFinished, { result });
      return result;
    } catch (thrown) {
      const error = new TaskFailedError(...failureOf(task, thrown));
      this.parts.events.publish(TaskFinished, { result: error.result });
      throw error;
    } finally {
      unfollow();
      this.#running.delete(task);
      if (this.#running.size === 0) this.#onEmpty?.();
    }
  }

  async #run(task: TaskRun, candidates: CandidateSet): Promise<TaskResult> {
    for (;;) {
      task.throwIfCanceled();
      if (task.remainingMs <= 0) throw new TaskTimeoutError(task.capability, task.options.timeoutMs);
      const place = this.parts.dispatcher.take(task, candidates);
      const release = place instanceof Promise ? await place : place;
      if (release === undefined) return this.#endWithoutAgent(task);
      const running = this.#attempt(task, release);
      const outcome = running instanceof Promise ? await running : running;
      if (outcome.ok) return task.succeeded(outcome.attempt, outcome);
      await this.#prepareNextTry(task, outcome);
    }
  }

  #attempt(task: TaskRun, release: Release): AttemptOutcome | Promise<AttemptOutcome> {
    try {
      task.throwIfCanceled();
    } catch (error) {
      this.parts.dispatcher.vacate(release);
      throw error;
    }
    return this.parts.runner.run(task, release);
  }

  /** Nobody can serve: the last failure counts when there were attempts, else the task's policy. */
  #endWithoutAgent(task: TaskRun): TaskResult {
    if (task.lastError !== undefined) throw task.lastError;
    const choice = task.choice as Choice;
    if (task.options.whenUnavailable === 'skip') return task.skipped(choice);
    throw new NoAgentAvailableError(task.capability, choice);
  }

  /** Decides what follows a failed attempt: another try with the same agent after a wait, the next candidate, or the end. */
  async #prepareNextTry(
    task: TaskRun,
    { attempt, error }: Extract<AttemptOutcome, { ok: false }>,
  ): Promise<void> {
    task.lastError = error;
    task.throwIfCanceled();
    if (!FALLBACK_KINDS.has(error.kind) || error.code === 'TASK_TIMEOUT') throw error;
    const { retry, maxFallbacks } = task.options;
    const tries = task.countTry(attempt.release);
    if (error.retryable && tries < retry.attempts) {
      task.retryWith = attempt.release;
      const delayMs = retryDelayMs(retry, tries, this.parts.random);
      // A wait that would outlast the task cannot help.
      if (delayMs >= task.remainingMs) throw error;
      if (delayMs > 0) await this.parts.clock.delay(delayMs, task.signal);
      return;
    }
    task.giveUpOn(attempt.release);
    if (task.triedCount > maxFallbacks) throw error;
  }

  #report(progress: TaskProgress, onProgress: TaskOptions['onProgress']): void {
    this.parts.events.publish(TaskProgressed, progress);
    onProgress?.(progress);
  }
}

/**
 * Matches the input with each contract among the candidates.
 * @throws INPUT_INVALID when it fits none
 */
async function matchCandidates(
  matches: Map<Contract, Match>,
  contracts: readonly Contract[],
  capability: string,
  input: unknown,
  inputType: string | undefined,
): Promise<void> {
  let fits = false;
  for (const contract of contracts) {
    const matching = matchInput(contract, input, inputType);
    const match = matching instanceof Promise ? await matching : matching;
    matches.set(contract, match);
    fits ||= match.ok;
  }
  if (fits) return;
  const issues = [...matches.values()].flatMap((match) => (match.ok ? [] : match.issues));
  throw new InvalidInputError(`the capability "${capability}"`, issues);
}

function failureOf(task: TaskRun, thrown: unknown): ConstructorParameters<typeof TaskFailedError> {
  const error: CadreError = isCadreError(thrown) ? thrown : toAgentError(thrown, 'Cadre', task.capability);
  return [error, task.failed(error)];
}
