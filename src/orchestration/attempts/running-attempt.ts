import {
  InvalidInputError,
  InvalidOutputError,
  matchOutput,
  type Match,
  type ProvidedCapability,
} from '../../agents/index.js';
import { toFailure, type CadreError, type EventBus } from '../../common/index.js';
import type { QuotaPass } from '../../quotas/index.js';
import type { Release } from '../../registry/index.js';
import type { Dispatcher } from '../dispatch/dispatcher.js';
import { AttemptTimeoutError, TaskTimeoutError, toAgentError } from '../orchestration.errors.js';
import { AttemptAbandoned, AttemptFinished } from '../orchestration.events.js';
import type { Fit } from '../tasks/contract-matches.js';
import type { TaskRun } from '../tasks/task-run.js';
import { Attempt, type AttemptSurroundings } from './attempt.js';
import { invoke, isPending } from './invoke.js';
import { Observation } from './observe.js';
import { Supervision, type WorkOwner } from './supervise.js';

/** What an attempt came to. */
export type AttemptOutcome =
  | { readonly ok: true; readonly attempt: Attempt; readonly type: string; readonly value: unknown }
  | { readonly ok: false; readonly attempt: Attempt; readonly error: CadreError };

/** What attempts are carried out with. */
export interface RunningAttemptParts extends AttemptSurroundings {
  readonly events: EventBus;
  readonly dispatcher: Dispatcher;
  /** Milliseconds for an agent's code to end after its abort. */
  readonly abortGraceMs: number;
  /** Tells those who learn from attempts. */
  observe(task: TaskRun, observation: Observation, endedMs: number): void;
}

/** One attempt under way, on a slot that is taken already, from the call of the agent to the record of what came of it. */
export class RunningAttempt implements WorkOwner<Match> {
  readonly #attempt: Attempt;
  /** What it holds of quotas. */
  readonly #pass: QuotaPass | undefined;
  /** Milliseconds that it may take, and whether that is all that the task has left. */
  readonly #limitMs: number;
  readonly #isLastMoment: boolean;
  #abortedBy: Error | undefined;
  /** What is waited for is the output already, and not what the agent returned. */
  #isConcluded = false;
  /** Settle what the outcome is waited for by. */
  #resolve: (outcome: AttemptOutcome) => void = NOTHING;
  #reject: (error: unknown) => void = NOTHING;

  constructor(
    private readonly parts: RunningAttemptParts,
    private readonly task: TaskRun,
    release: Release,
    private readonly provided: ProvidedCapability,
  ) {
    const { options, input } = task;
    const { type: inputType } = input.matches.get(provided.capability.contract) as Fit;
    const ownLimitMs = options.attemptTimeoutMs ?? provided.timeoutMs ?? Infinity;
    const startedMonotonicMs = parts.clock.monotonicMs();
    const remainingMs = task.remainingMsAt(startedMonotonicMs);
    this.#isLastMoment = remainingMs <= ownLimitMs;
    this.#limitMs = Math.min(remainingMs, ownLimitMs);
    const startedAt = parts.clock.now();
    const number = task.attempts.length + 1;
    const deadlineAt = startedAt + this.#limitMs;
    // Its own slot is taken already.
    const inFlight = release.inFlight - 1;
    const scope = { number, inputType, startedAt, deadlineAt, startedMonotonicMs, inFlight };
    this.#attempt = new Attempt(task, release, scope, parts);
    this.#pass = task.pass;
    task.pass = undefined;
  }

  /** Answers without a promise when the agent and its contract's schemas do. Never rejects. */
  run(): AttemptOutcome | Promise<AttemptOutcome> {
    let output: Match | Promise<unknown>;
    try {
      output = this.#perform();
    } catch (error) {
      this.#vacate();
      return this.#fail(error);
    }
    if (output instanceof Promise) return this.#follow(output);
    this.#vacate();
    return this.#accept(output);
  }

  conclude(value: unknown): Match | Promise<Match> {
    return this.#isConcluded ? (value as Match) : matchOutput(this.provided.capability.contract, value);
  }

  timeoutError(): CadreError {
    const { capability, options } = this.task;
    return this.#isLastMoment
      ? new TaskTimeoutError(capability, options.timeoutMs)
      : new AttemptTimeoutError(this.#attempt.release.id, capability, this.#limitMs);
  }

  abort(error: Error): void {
    this.#abortedBy = error;
    this.#attempt.abort(error);
  }

  over(isAbandoned: boolean): void {
    this.#vacate();
    if (isAbandoned) this.#reportAbandoned();
  }

  resolve(output: Match): void {
    this.#answer(() => this.#accept(output));
  }

  reject(error: Error): void {
    this.#answer(() => this.#fail(error));
  }

  #answer(judge: () => AttemptOutcome): void {
    this.task.end();
    try {
      this.#resolve(judge());
    } catch (error) {
      // Nothing in it throws; should it, the task must hear of it.
      this.#reject(error);
    }
  }

  /** From the input to the output, validated on both sides; where something has to be waited for, `conclude` tells what it comes to. */
  #perform(): Match | Promise<unknown> {
    const { contract } = this.provided.capability;
    const input = this.task.input.handOut(contract);
    if (input instanceof Promise) return input.then((match) => this.#call(match));
    const returned = this.#call(input);
    if (isPending(returned)) return Promise.resolve(returned);
    const output = matchOutput(contract, returned);
    this.#isConcluded = output instanceof Promise;
    return output;
  }

  /** What the agent returns: the output, or a promise of it. */
  #call(input: Match): unknown {
    if (!input.ok) throw new InvalidInputError(`"${this.#attempt.release.id}" any more`, input.issues);
    return invoke(this.#attempt, this.provided.method, input.value);
  }

  #follow(work: Promise<unknown>): Promise<AttemptOutcome> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      const { clock, abortGraceMs: graceMs } = this.parts;
      const limits = { timeoutMs: this.#limitMs, graceMs };
      const supervision = new Supervision(work, this, clock, limits);
      this.task.begin((error) => supervision.giveUp(error));
    });
  }

  /** The agent's code has ended, or was given up on. */
  #vacate(): void {
    this.#pass?.end();
    this.parts.dispatcher.vacate(this.#attempt.release);
  }

  #reportAbandoned(): void {
    const { release, taskId, capability } = this.#attempt;
    release.countAbandoned();
    this.parts.logger.warn('an agent did not stop when its attempt was aborted', {
      agent: release.id,
      taskId,
      capability,
    });
    const error = toFailure(this.#abortedBy);
    this.parts.events.publish(AttemptAbandoned, { release, taskId, capability, error });
  }

  #accept(output: Match): AttemptOutcome {
    const attempt = this.#attempt;
    attempt.close();
    // Code that blocked the event loop past the deadline comes back before any timer can tell.
    if (attempt.elapsedMs > this.#limitMs) return this.#fail(this.timeoutError());
    if (!output.ok) {
      const subject = `"${attempt.release.id}" for "${this.task.capability}"`;
      return this.#fail(new InvalidOutputError(subject, output.issues));
    }
    this.#record(undefined);
    return { ok: true, attempt, type: output.type, value: output.value };
  }

  #fail(thrown: unknown): AttemptOutcome {
    const attempt = this.#attempt;
    const error = toAgentError(thrown, attempt.release.id, this.task.capability);
    this.#record(error);
    return { ok: false, attempt, error };
  }

  #record(error: CadreError | undefined): void {
    const record = this.task.record(this.#attempt, error);
    const { usage, costUsd } = record;
    this.#pass?.record({ tokens: usage.inputTokens + usage.outputTokens, costUsd });
    const observation = new Observation(this.task, this.#attempt, record, error);
    this.parts.observe(this.task, observation, this.#attempt.endedMonotonicMs);
    const { release, inputType, taskId, capability } = this.#attempt;
    this.parts.events.publish(AttemptFinished, { release, taskId, capability, inputType, record });
  }
}

const NOTHING = (): void => {};
