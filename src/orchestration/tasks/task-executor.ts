import { InvalidInputError, isInsideTool, ToolCallsAgentError, type RunContext } from '../../agents/index.js';
import {
  CadreError,
  isCadreError,
  messageOf,
  newId,
  retryDelayMs,
  toFailure,
  type Clock,
  type EventBus,
  type Logger,
  type RandomSource,
} from '../../common/index.js';
import { QuotaExceededError, type QuotaGate } from '../../quotas/index.js';
import type { Catalog, Release } from '../../registry/index.js';
import type { Choice } from '../../selection/index.js';
import type { AttemptRunner } from '../attempts/attempt-runner.js';
import type { AttemptOutcome } from '../attempts/running-attempt.js';
import { Admission } from '../dispatch/admission.js';
import { checkQuery, findCandidates } from '../dispatch/candidates.js';
import type { Dispatcher } from '../dispatch/dispatcher.js';
import {
  NoAgentAvailableError,
  QueueFullError,
  QueueTimeoutError,
  ShuttingDownError,
  TaskFailedError,
  TaskTimeoutError,
} from '../orchestration.errors.js';
import { TaskFinished, TaskProgressed } from '../orchestration.events.js';
import { toFailed, toSkipped, toSucceeded } from './envelope.js';
import { RunningTasks } from './running-tasks.js';
import { TaskInput } from './task-input.js';
import { TaskRun } from './task-run.js';
import { resolveTaskOptions } from './task.options.js';
import type { SkippedTask, TaskOptions, TaskProgress, TaskResult } from './task.types.js';

/** What the executor works with. */
export interface TaskExecutorParts {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly logger: Logger;
  readonly events: EventBus;
  readonly catalog: Catalog;
  readonly dispatcher: Dispatcher;
  /** Without one there are no quotas. */
  readonly quotas?: QuotaGate | undefined;
  readonly runner: AttemptRunner;
  /** Milliseconds that tasks under way get to end when the executor closes. */
  readonly shutdownGraceMs: number;
}

/** The place of a task in a run. */
export interface StepOfRun {
  readonly runId: string;
  readonly stepId: string;
  /** The name of the run's workflow. */
  readonly workflow?: string;
  /** What agents get in place of the task's own; at most 200 characters. */
  readonly idempotencyKey?: string;
  readonly context: RunContext;
}

/** What one try of a task came to. */
type TryEnd = AttemptOutcome | SkippedTask;

/** Errors that another agent may not have; the other kinds are the caller's doing. */
const FALLBACK_KINDS: ReadonlySet<string> = new Set(['execution', 'timeout', 'unavailable', 'internal']);

/**
 * Carries a task from request to result: candidates → choice → slot → call → record, with retries on one agent and fallback to
 * the next.
 */
export class TaskExecutor {
  readonly #running = new RunningTasks();
  readonly #admission: Admission;
  #closed: Promise<void> | undefined;
  #onEmpty: (() => void) | undefined;

  constructor(private readonly parts: TaskExecutorParts) {
    this.#admission = new Admission(parts);
  }

  /**
   * Settles by the task's deadline, whatever agents do; only code that blocks the event loop holds it up. The agents get copies
   * of the input's plain objects and lists.
   *
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
    if (this.isClosing) throw new ShuttingDownError();
    const task = this.#open(capability, input, options, step);
    const unfollow = task.followSignal();
    this.#running.add(task);
    try {
      const matching = this.#match(task);
      if (matching !== undefined) await matching;
      let result: TaskResult | undefined;
      while (result === undefined) {
        task.throwIfOver();
        const trying = this.#try(task);
        const end = trying instanceof Promise ? await trying : trying;
        if ('status' in end) result = end;
        else if (end.ok) result = toSucceeded(task, end.attempt, end);
        else await this.#prepareNextTry(task, end);
      }
      this.parts.events.publish(TaskFinished, { result });
      return result;
    } catch (thrown) {
      throw this.#fail(task, thrown);
    } finally {
      unfollow();
      this.#running.remove(task);
      if (this.#running.count === 0) this.#onEmpty?.();
    }
  }

  /** What the caller gets for what was thrown. */
  #fail(task: TaskRun, thrown: unknown): unknown {
    // A wrong request is no failed task: nobody has worked on it.
    if (thrown instanceof InvalidInputError && task.attempts.length === 0) return thrown;
    const error = failureOf(task, thrown);
    this.parts.events.publish(TaskFinished, { result: error.result });
    return error;
  }

  /** Who would be chosen for a task now. Without an input, candidates are not held against one. */
  async choose(capability: string, options?: TaskOptions, input?: unknown): Promise<Choice> {
    const task = this.#open(capability, input, options);
    if (input !== undefined) await this.#match(task);
    return this.#admission.preview(task);
  }

  /** Takes no further tasks. */
  get isClosing(): boolean {
    return this.#closed !== undefined;
  }

  /** Tasks under way, those in line included. */
  get runningCount(): number {
    return this.#running.count;
  }

  /**
   * Takes no further tasks and gives those under way some time; the rest is canceled. Called again, it waits for the same end.
   */
  close(): Promise<void> {
    return (this.#closed ??= this.#drain(this.parts.shutdownGraceMs));
  }

  async #drain(graceMs: number): Promise<void> {
    if (this.#running.count === 0) return;
    await new Promise<void>((resolve) => {
      const cancelTimer = this.parts.clock.schedule(graceMs, () => {
        for (const task of this.#running.all()) task.cancel(new ShuttingDownError());
      });
      this.#onEmpty = () => {
        cancelTimer();
        resolve();
      };
    });
  }

  #open(capability: string, input: unknown, options: TaskOptions | undefined, step?: StepOfRun): TaskRun {
    const { catalog, clock } = this.parts;
    const resolved = resolveTaskOptions(options, step?.context);
    const { agent, versionRange, whenUnavailable, inputType } = resolved;
    const query = { capability, agent, versionRange, whenUnavailable };
    checkQuery(catalog, query);
    const strategy = this.parts.dispatcher.strategyFor(resolved);
    const request = {
      query,
      input: new TaskInput(input, inputType),
      options: resolved,
      strategy,
      taskId: newId(),
      runId: step?.runId,
      stepId: step?.stepId,
      workflow: step?.workflow,
      idempotencyKey: step?.idempotencyKey,
    };
    return new TaskRun(request, findCandidates(catalog, query), clock, this.#report);
  }

  /** @throws INPUT_INVALID when no candidate takes the input */
  #match(task: TaskRun): void | Promise<void> {
    const matching = task.input.match(task.candidates.contracts);
    if (matching === undefined) return task.input.check(task.capability);
    return task.within(matching).then(() => task.input.check(task.capability));
  }

  /** What an attempt came to, or that the task is left out. Answers without a promise when nothing has to be waited for. */
  #try(task: TaskRun): TryEnd | Promise<TryEnd> {
    try {
      const place = this.#admission.take(task);
      return place instanceof Promise ? this.#tryIn(task, place) : this.#attempt(task, place);
    } catch (error) {
      return skipOrThrow(task, error);
    }
  }

  async #tryIn(task: TaskRun, place: Promise<Release | undefined>): Promise<TryEnd> {
    try {
      return await this.#attempt(task, await place);
    } catch (error) {
      return skipOrThrow(task, error);
    }
  }

  #attempt(task: TaskRun, release: Release | undefined): AttemptOutcome | Promise<AttemptOutcome> {
    if (release === undefined) {
      // Nobody can serve: the last failure counts when there were attempts, else the task's policy.
      throw task.lastError ?? new NoAgentAvailableError(task.capability, task.choice as Choice);
    }
    try {
      task.throwIfCanceled();
    } catch (error) {
      // Canceled between getting the slot in line and coming to use it.
      this.parts.dispatcher.giveBack(task, release);
      task.pass?.giveBack();
      throw error;
    }
    return this.parts.runner.run(task, release);
  }

  /** Decides what follows a failed attempt: another try with the same agent after a wait, the next candidate, or the end. */
  async #prepareNextTry(
    task: TaskRun,
    { attempt: { release }, error }: Extract<AttemptOutcome, { ok: false }>,
  ): Promise<void> {
    task.lastError = error;
    task.throwIfCanceled();
    if (!FALLBACK_KINDS.has(error.kind) || error instanceof TaskTimeoutError) throw error;
    const { retry } = task.options;
    const tries = task.countTry(release);
    if (error.retryable && tries < retry.attempts) {
      const delayMs = retryDelayMs(retry, tries, this.parts.random);
      // A wait that would outlast the task cannot help; another agent may.
      if (delayMs < task.remainingMs) {
        task.retryWith = release;
        if (delayMs > 0) await this.parts.clock.delay(delayMs, task.signal);
        return;
      }
    }
    if (!task.giveUpOn(release)) throw error;
  }

  /** Tells everybody who listens. What a listener throws, now or later, reaches neither the agent nor the task. */
  readonly #report = (progress: TaskProgress, task: TaskRun): void => {
    this.parts.events.publish(TaskProgressed, progress);
    if (task.options.onProgress !== undefined) void this.#tell(task.options.onProgress, progress);
  };

  async #tell(
    onProgress: (progress: TaskProgress) => void | Promise<void>,
    progress: TaskProgress,
  ): Promise<void> {
    try {
      await onProgress(progress);
    } catch (error) {
      const { taskId } = progress;
      this.parts.logger.warn('an onProgress callback failed', { taskId, error: messageOf(error) });
    }
  }
}

/** A task that nobody was there for, or became free for, is left out where its policy allows that. */
function skipOrThrow(task: TaskRun, error: unknown): SkippedTask {
  const isUnserved =
    error instanceof NoAgentAvailableError ||
    error instanceof QueueTimeoutError ||
    error instanceof QuotaExceededError ||
    error instanceof QueueFullError;
  const maySkip = task.options.whenUnavailable === 'skip' && task.attempts.length === 0;
  if (isUnserved && maySkip) return toSkipped(task, error);
  throw error;
}

function failureOf(task: TaskRun, thrown: unknown): TaskFailedError {
  const error = isCadreError(thrown) ? thrown : new CadreError({ ...toFailure(thrown), cause: thrown });
  return new TaskFailedError(error, toFailed(task, error));
}
