import type { ProvidedCapability } from '../../agents/index.js';
import { messageOf, type Clock, type EventBus, type Logger, type RandomSource } from '../../common/index.js';
import type { AttemptObserver, DecisionKeeper } from '../../metrics/index.js';
import type { Release } from '../../registry/index.js';
import type { Dispatcher } from '../dispatch/dispatcher.js';
import type { TaskRun } from '../tasks/task-run.js';
import type { Observation } from './observe.js';
import { RunningAttempt, type AttemptOutcome, type RunningAttemptParts } from './running-attempt.js';
import { toDecision } from './to-decision.js';

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

/** Carries out one attempt on a slot that is taken already, records it, and sees to it that the slot comes back. */
export class AttemptRunner {
  readonly #attemptParts: RunningAttemptParts;

  constructor(private readonly parts: AttemptRunnerParts) {
    this.#attemptParts = { ...parts, observe: (...end) => this.#observe(...end) };
  }

  /** Answers without a promise when the agent and its contract's schemas do. Never rejects. */
  run(task: TaskRun, release: Release): AttemptOutcome | Promise<AttemptOutcome> {
    const provided = release.capabilities.get(task.capability) as ProvidedCapability;
    return new RunningAttempt(this.#attemptParts, task, release, provided).run();
  }

  /** Tells those who learn from attempts of one that has ended. */
  #observe(task: TaskRun, observation: Observation, endedMs: number): void {
    for (const observer of this.parts.observers ?? NOBODY) {
      try {
        observer.onAttempt(observation, endedMs);
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
