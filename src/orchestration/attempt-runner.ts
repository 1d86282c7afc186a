import { InvalidOutputError, matchOutput, type Match, type ProvidedCapability } from '../agents/index.js';
import {
  toFailure,
  type CadreError,
  type Clock,
  type EventBus,
  type Logger,
  type RandomSource,
} from '../common/index.js';
import type { Release } from '../registry/index.js';
import { Attempt } from './attempt.js';
import type { Dispatcher } from './dispatcher.js';
import { invoke, isPending } from './invoke.js';
import { AttemptTimeoutError, TaskTimeoutError } from './orchestration.errors.js';
import { AttemptAbandoned, AttemptFinished } from './orchestration.events.js';
import { supervise } from './supervise.js';
import { toAgentError, type TaskRun } from './task-run.js';

/** What an attempt came to. */
export type AttemptOutcome =
  | { readonly ok: true; readonly attempt: Attempt; readonly type: string; readonly value: unknown }
  | { readonly ok: false; readonly attempt: Attempt; readonly error: CadreError };

/** What the runner works with. */
export interface AttemptRunnerParts {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly logger: Logger;
  readonly events: EventBus;
  readonly dispatcher: Dispatcher;
  /** Milliseconds for an agent's code to end after its abort. */
  readonly abortGraceMs: number;
}

/** Carries out one attempt on a slot that is taken already, records it, and sees to it that the slot comes back. */
export class AttemptRunner {
  constructor(private readonly parts: AttemptRunnerParts) {}

  /** Answers without a promise when the agent and its contract's schemas do. */
  run(task: TaskRun, release: Release): AttemptOutcome | Promise<AttemptOutcome> {
    const provided = release.capabilities.get(task.capability) as ProvidedCapability;
    const input = task.matches.get(provided.capability.contract) as Extract<Match, { ok: true }>;
    const remainingMs = task.remainingMs;
    const limitMs = Math.min(remainingMs, task.options.attemptTimeoutMs ?? provided.timeoutMs ?? Infinity);
    const deadlineAt = this.parts.clock.now() + limitMs;
    const attempt = new Attempt(task, release, task.attempts.length + 1, input.type, deadlineAt, this.parts);
    let returned: unknown;
    try {
      returned = invoke(attempt, provided.method, input.value);
    } catch (error) {
      this.parts.dispatcher.vacate(release);
      return this.#end(task, attempt, toAgentError(error, release.id, task.capability));
    }
    if (!isPending(returned)) {
      this.parts.dispatcher.vacate(release);
      return this.#accept(task, attempt, provided, returned);
    }
    const onTimeout = (): CadreError =>
      limitMs >= remainingMs
        ? new TaskTimeoutError(task.capability, task.options.timeoutMs)
        : new AttemptTimeoutError(release.id, task.capability, limitMs);
    return this.#follow(
      task,
      attempt,
      supervise(returned, this.#supervision(task, attempt, limitMs, onTimeout)),
      provided,
    );
  }

  async #follow(
    task: TaskRun,
    attempt: Attempt,
    work: Promise<unknown>,
    provided: ProvidedCapability,
  ): Promise<AttemptOutcome> {
    let returned: unknown;
    try {
      returned = await work;
    } catch (error) {
      return this.#end(task, attempt, toAgentError(error, attempt.release.id, task.capability));
    } finally {
      task.giveUp = undefined;
    }
    return this.#accept(task, attempt, provided, returned);
  }

  #supervision(task: TaskRun, attempt: Attempt, timeoutMs: number, onTimeout: () => CadreError) {
    const { clock, abortGraceMs: graceMs } = this.parts;
    let abortedBy: Error | undefined;
    return {
      clock,
      timeoutMs,
      graceMs,
      onTimeout,
      onStart: (giveUp: (error: Error) => void) => void (task.giveUp = giveUp),
      abort: (error: Error) => {
        abortedBy = error;
        attempt.abort(error);
      },
      onOver: (isAbandoned: boolean) => {
        this.parts.dispatcher.vacate(attempt.release);
        if (isAbandoned) this.#reportAbandoned(attempt, abortedBy);
      },
    };
  }

  #reportAbandoned({ release, taskId, capability }: Attempt, error: unknown): void {
    release.countAbandoned();
    this.parts.logger.warn('an agent did not stop when its attempt was aborted', {
      agent: release.id,
      taskId,
      capability,
    });
    this.parts.events.publish(AttemptAbandoned, { release, taskId, capability, error: toFailure(error) });
  }

  /** Holds what the agent returned against its contract. */
  #accept(
    task: TaskRun,
    attempt: Attempt,
    provided: ProvidedCapability,
    returned: unknown,
  ): AttemptOutcome | Promise<AttemptOutcome> {
    const settle = (match: Match): AttemptOutcome => {
      if (match.ok) return this.#end(task, attempt, undefined, match);
      const subject = `"${attempt.release.id}" for "${task.capability}"`;
      return this.#end(task, attempt, new InvalidOutputError(subject, match.issues));
    };
    try {
      const match = matchOutput(provided.capability.contract, returned);
      if (!(match instanceof Promise)) return settle(match);
      return match.then(settle, (error: unknown) =>
        this.#end(task, attempt, toAgentError(error, attempt.release.id, task.capability)),
      );
    } catch (error) {
      return this.#end(task, attempt, toAgentError(error, attempt.release.id, task.capability));
    }
  }

  #end(task: TaskRun, attempt: Attempt, error: CadreError): AttemptOutcome;
  #end(
    task: TaskRun,
    attempt: Attempt,
    error: undefined,
    match: Extract<Match, { ok: true }>,
  ): AttemptOutcome;
  #end(
    task: TaskRun,
    attempt: Attempt,
    error: CadreError | undefined,
    match?: Extract<Match, { ok: true }>,
  ): AttemptOutcome {
    const record = task.record(attempt, error);
    const { release, inputType } = attempt;
    const { taskId, capability } = task;
    this.parts.events.publish(AttemptFinished, { release, taskId, capability, inputType, record });
    if (error !== undefined) return { ok: false, attempt, error };
    const { type, value } = match as Extract<Match, { ok: true }>;
    return { ok: true, attempt, type, value };
  }
}
