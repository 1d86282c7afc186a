import {
  InvalidInputError,
  InvalidOutputError,
  matchOutput,
  type Match,
  type ProvidedCapability,
} from '../../agents/index.js';
import {
  messageOf,
  toFailure,
  type CadreError,
  type Clock,
  type EventBus,
  type Logger,
  type RandomSource,
} from '../../common/index.js';
import type { AttemptObserver, DecisionKeeper } from '../../metrics/index.js';
import type { QuotaPass } from '../../quotas/index.js';
import type { Release } from '../../registry/index.js';
import type { Dispatcher } from '../dispatch/dispatcher.js';
import { AttemptTimeoutError, TaskTimeoutError, toAgentError } from '../orchestration.errors.js';
import { AttemptAbandoned, AttemptFinished } from '../orchestration.events.js';
import type { TaskRun } from '../tasks/task-run.js';
import { Attempt } from './attempt.js';
import { invoke, isPending } from './invoke.js';
import { Observation } from './observe.js';
import { supervise } from './supervise.js';
import { toDecision } from './to-decision.js';

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
  /** Told of every attempt, in this order, before anybody else can hear of its end. */
  readonly observers?: readonly AttemptObserver[] | undefined;
  /** Keeps the choices that led to attempts; without it, nobody does. */
  readonly decisions?: DecisionKeeper | undefined;
  /** Milliseconds for an agent's code to end after its abort. */
  readonly abortGraceMs: number;
}

/** One attempt under way, with what its end is judged by. */
interface Work {
  readonly task: TaskRun;
  readonly attempt: Attempt;
  /** What it holds of quotas. */
  readonly pass: QuotaPass | undefined;
  /** Milliseconds the attempt may take. */
  readonly limitMs: number;
  readonly onTimeout: () => CadreError;
}

/** Carries out one attempt on a slot that is taken already, records it, and sees to it that the slot comes back. */
export class AttemptRunner {
  constructor(private readonly parts: AttemptRunnerParts) {}

  /** Answers without a promise when the agent and its contract's schemas do. Never rejects. */
  run(task: TaskRun, release: Release): AttemptOutcome | Promise<AttemptOutcome> {
    const provided = release.capabilities.get(task.capability) as ProvidedCapability;
    const work = this.#begin(task, release, provided);
    let output: Match | PromiseLike<Match>;
    try {
      output = perform(work, provided);
    } catch (error) {
      this.#vacate(work);
      return this.#fail(work, error);
    }
    if (isPending(output)) return this.#follow(work, Promise.resolve(output));
    this.#vacate(work);
    return this.#accept(work, output);
  }

  #begin(task: TaskRun, release: Release, provided: ProvidedCapability): Work {
    const { capability, remainingMs, options } = task;
    const input = task.input.matches.get(provided.capability.contract) as Extract<Match, { ok: true }>;
    const limitMs = Math.min(remainingMs, options.attemptTimeoutMs ?? provided.timeoutMs ?? Infinity);
    const deadlineAt = this.parts.clock.now() + limitMs;
    const scope = { number: task.attempts.length + 1, inputType: input.type, deadlineAt };
    const attempt = new Attempt(task, release, scope, this.parts);
    const onTimeout = (): CadreError =>
      limitMs >= remainingMs
        ? new TaskTimeoutError(capability, options.timeoutMs)
        : new AttemptTimeoutError(release.id, capability, limitMs);
    const { pass } = task;
    task.pass = undefined;
    return { task, attempt, pass, limitMs, onTimeout };
  }

  /** The agent's code has ended, or was given up on. */
  #vacate({ attempt, pass }: Work): void {
    pass?.end();
    this.parts.dispatcher.vacate(attempt.release);
  }

  async #follow(work: Work, output: Promise<Match>): Promise<AttemptOutcome> {
    try {
      return this.#accept(work, await this.#supervise(work, output));
    } catch (error) {
      return this.#fail(work, error);
    } finally {
      work.task.end();
    }
  }

  #supervise(work: Work, output: Promise<Match>): Promise<Match> {
    const { task, attempt, limitMs, onTimeout } = work;
    const { clock, abortGraceMs } = this.parts;
    let abortedBy: Error | undefined;
    return supervise(output, {
      clock,
      timeoutMs: limitMs,
      graceMs: abortGraceMs,
      onTimeout,
      onStart: (giveUp) => task.begin(giveUp),
      abort: (error) => {
        abortedBy = error;
        attempt.abort(error);
      },
      onOver: (isAbandoned) => {
        this.#vacate(work);
        if (isAbandoned) this.#reportAbandoned(attempt, abortedBy);
      },
    });
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

  #accept(work: Work, output: Match): AttemptOutcome {
    const { task, attempt, limitMs } = work;
    // Code that blocked the event loop past the deadline comes back before any timer can tell.
    if (attempt.elapsedMs > limitMs) return this.#fail(work, work.onTimeout());
    if (!output.ok) {
      const subject = `"${attempt.release.id}" for "${task.capability}"`;
      return this.#fail(work, new InvalidOutputError(subject, output.issues));
    }
    this.#record(work, undefined);
    return { ok: true, attempt, type: output.type, value: output.value };
  }

  #fail(work: Work, thrown: unknown): AttemptOutcome {
    const { task, attempt } = work;
    const error = toAgentError(thrown, attempt.release.id, task.capability);
    this.#record(work, error);
    return { ok: false, attempt, error };
  }

  #record({ task, attempt, pass }: Work, error: CadreError | undefined): void {
    const record = task.record(attempt, error);
    const { usage, costUsd } = record;
    pass?.record({ tokens: usage.inputTokens + usage.outputTokens, costUsd });
    this.#observe(new Observation(task, attempt, record, error), task);
    const { release, inputType, taskId, capability } = attempt;
    this.parts.events.publish(AttemptFinished, { release, taskId, capability, inputType, record });
  }

  #observe(observation: Observation, task: TaskRun): void {
    for (const observer of this.parts.observers ?? NOBODY) {
      try {
        observer.onAttempt(observation);
      } catch (error) {
        this.parts.logger.error('an attempt could not be observed', { error: messageOf(error) });
      }
    }
    this.parts.dispatcher.teach(task, observation);
    const { decisions } = this.parts;
    if (decisions?.admits(task.taskId)) decisions.keep(toDecision(task, observation));
  }
}

const NOBODY: readonly AttemptObserver[] = [];

/** From the input to the output, validated on both sides; without a promise as long as nothing has to be waited for. */
function perform({ task, attempt }: Work, provided: ProvidedCapability): Match | PromiseLike<Match> {
  const { contract } = provided.capability;
  const call = (input: Match): unknown => {
    if (input.ok) return invoke(attempt, provided.method, input.value);
    throw new InvalidInputError(`"${attempt.release.id}" any more`, input.issues);
  };
  const check = (returned: unknown): Match | Promise<Match> => matchOutput(contract, returned);
  return chain(chain(task.input.handOut(contract), call), check);
}

/** Goes on with a value at once, or when it is there. */
function chain<T, R>(value: T | PromiseLike<T>, goOn: (value: T) => R | PromiseLike<R>): R | PromiseLike<R> {
  return isPending(value) ? Promise.resolve(value).then(goOn) : goOn(value);
}
