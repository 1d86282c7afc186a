import { createHash } from 'node:crypto';
import { messageOf, toFailure, toJsonFacts, type Failure } from '../../../common/index.js';
import {
  TaskFailedError,
  type SkippedTask,
  type SucceededTask,
  type TaskOptions,
  type TaskResult,
} from '../../../orchestration/index.js';
import { parseAgentReference } from '../../../registry/index.js';
import { takeSnapshot } from '../../definition/snapshot.js';
import type { PlannedTask } from '../../plan/plan.types.js';
import { ActionFailedError, NO_TRIES, type Tries } from './action-failed.error.js';
import { StepCanceledError, toError } from '../engine.errors.js';
import type { Execution } from '../execution.js';
import type { Flowing } from '../steps/frame.js';
import { AcceptedTypes } from './accepted-types.js';
import { never } from '../never.js';
import { waitForNextTry } from './next-try.js';
import { RemoteAction } from './remote-action.js';
import type { ActionResult } from './action-result.js';
import type { Unit } from '../steps/step-unit.js';

/** The longest time a task can be given, see `TaskOptions.timeoutMs`. */
const MAX_TASK_MS = 86_400_000;

/** The longest idempotency key that agents are given; a longer one is replaced by its hash. */
const MAX_KEY_LENGTH = 200;

/** Reports of progress that are kept of one step; a step that reports more keeps on working. */
const MAX_PROGRESS_RECORDS = 10_000;

/** Failures that say that there is nobody, rather than that somebody failed. */
const NOBODY: ReadonlySet<string> = new Set(['NO_AGENT_AVAILABLE', 'CAPABILITY_UNKNOWN', 'AGENT_UNKNOWN']);

/** Has a step done by an agent: chosen now, not when the workflow was written. */
export class TaskAction {
  readonly #accepted: AcceptedTypes;
  readonly #remote: RemoteAction;

  constructor(private readonly execution: Execution) {
    this.#remote = new RemoteAction(execution);
    this.#accepted = new AcceptedTypes(execution.catalog);
  }

  async do(unit: Unit, task: PlannedTask): Promise<ActionResult> {
    const { execution } = this;
    const input = inputOf(unit, task);
    let tries = NO_TRIES;
    // One task; another one when that is worth it.
    for (;;) {
      const confirmed = execution.confirm();
      if (confirmed !== undefined) await confirmed;
      if (execution.isHalted) return never();
      if (unit.signal.aborted) {
        await this.#remote.forget(unit.key, task);
        throw new StepCanceledError(unit.key, messageOf(unit.signal.reason));
      }
      let failed: { readonly error: unknown };
      try {
        if (this.#remote.isElsewhere(unit.key, task)) {
          return addTries(await this.#doElsewhere(unit, task, input), tries);
        }
        execution.begin();
        try {
          return toActionResult(await this.#execute(unit, task, input), tries);
        } finally {
          execution.end();
        }
      } catch (error) {
        failed = { error };
      }
      tries = await this.#follow(unit, task, tries, failed.error);
    }
  }

  #execute(unit: Unit, task: PlannedTask, input: Flowing): Promise<TaskResult> {
    const { runId, run, executor } = this.execution;
    const capability = task.capability ?? this.#onlyCapabilityOf(task.agent as string);
    return executor.execute(capability, input.value, this.#optionsOf(unit, task, input), {
      runId,
      stepId: unit.key,
      workflow: run.workflow,
      idempotencyKey: this.idempotencyKey(unit.key),
      context: unit.frame.context,
    });
  }

  #doElsewhere(unit: Unit, task: PlannedTask, { value, type }: Flowing): Promise<ActionResult> {
    const { key, deadlineAt } = unit;
    return this.#remote.do(unit, task, {
      input: value,
      inputType: task.inputType,
      flowingType: type,
      timeoutMs: timeLeftMs(deadlineAt, this.execution.clock.now()),
      idempotencyKey: this.idempotencyKey(key),
    });
  }

  #optionsOf({ key, deadlineAt, signal }: Unit, task: PlannedTask, { type }: Flowing): TaskOptions {
    const { agent, strategy, priority, criticality, whenUnavailable } = task;
    const { region, residency, preferredRegions, tags } = task;
    const isKnown = type !== undefined && this.#accepted.has(task.capability, type);
    return {
      tenant: this.execution.tenant,
      agent,
      strategy,
      priority,
      criticality,
      region,
      residency,
      preferredRegions,
      tags,
      inputType: task.inputType ?? (isKnown ? type : undefined),
      // The run waits for an agent by itself, without a place in memory.
      whenUnavailable: whenUnavailable === 'queue' ? undefined : whenUnavailable,
      timeoutMs: timeLeftMs(deadlineAt, this.execution.clock.now()),
      signal,
      onProgress: this.#progressOf(key),
    };
  }

  /** The same for every try of a step, on every node, until the step was undone. */
  idempotencyKey(key: string): string {
    const { runId, journal } = this.execution;
    const generation = journal.generationOf(key);
    const whole = `${runId}:${key}${generation === 0 ? '' : `:${generation}`}`;
    if (whole.length <= MAX_KEY_LENGTH) return whole;
    return `${runId}:${createHash('sha256').update(whole).digest('hex')}`;
  }

  #progressOf(key: string): TaskOptions['onProgress'] {
    let count = 0;
    return ({ taskId: _, ...progress }) => {
      count += 1;
      if (count > MAX_PROGRESS_RECORDS || this.execution.isHalted) return;
      const at = this.execution.clock.now();
      // The agent may go on to change what it has reported.
      const copy = takeSnapshot(progress);
      const kept = toJsonFacts(copy.ok ? copy.value : progress);
      void this.execution.log.add({ type: 'step.progress', at, key, progress: kept });
    };
  }

  /** Decides what follows a task that failed: a wait for an agent, another try after a while, or the failure of the step. */
  async #follow(unit: Unit, task: PlannedTask, before: Tries, error: unknown): Promise<Tries> {
    const { execution } = this;
    // The process is about to end, or the run is another node's: what the agent came to is not ours to tell.
    if (execution.isHalted) return never();
    const failure = toFailure(error);
    // What another node came to is a result like any other, which the next claim goes through again.
    const isNobody = NOBODY.has(failure.code) && !(error instanceof ActionFailedError);
    if (isNobody && task.whenUnavailable === 'queue' && !unit.signal.aborted) {
      await this.#waitForAgent(unit, task, failure);
      return before;
    }
    const tries = addTry(before, error);
    const { retry } = unit.step;
    if (!failure.retryable || tries.count >= retry.attempts || unit.signal.aborted) {
      throw new ActionFailedError(failure, tries, error);
    }
    const isWanted = await waitForNextTry(execution, retry, tries.count, unit.signal);
    if (!isWanted) throw new ActionFailedError(failure, tries, error);
    return tries;
  }

  async #waitForAgent({ key, step, signal }: Unit, task: PlannedTask, failure: Failure): Promise<void> {
    const { journal, clock, waits, log } = this.execution;
    const subject = task.capability ?? task.agent;
    const open = journal.wait(key);
    const known = open?.kind === 'agent' ? open : undefined;
    const openedAt = known?.openedAt ?? clock.now();
    const dueAt = known?.dueAt ?? openedAt + task.queueTimeoutMs;
    const wait = { key, stepId: step.id, kind: 'agent' as const, subject, openedAt, dueAt };
    if (known === undefined) void log.add({ type: 'step.waiting', at: openedAt, key, wait });
    const end = await waits.open(wait, signal);
    if (end.kind === 'due') throw toError({ ...failure, retryable: false });
  }

  /** @throws AGENT_UNKNOWN when it is gone */
  #onlyCapabilityOf(agent: string): string {
    const { name, range } = parseAgentReference(agent);
    const [capability] = this.execution.catalog.get(name, range).capabilities.keys();
    return capability as string;
  }
}

function inputOf({ scope, frame, step }: Unit, { input }: PlannedTask): Flowing {
  if (input === undefined) return frame.above(step);
  if (input.constant !== undefined) return input.constant;
  return { value: input.evaluate(scope), type: frame.typeOf(input.wholeOutputOf) };
}

/** What is left of a step's time, within what a task can be given. */
function timeLeftMs(deadlineAt: number | undefined, now: number): number | undefined {
  return deadlineAt === undefined ? undefined : Math.min(Math.max(deadlineAt - now, 1), MAX_TASK_MS);
}

function addTry(tries: Tries, error: unknown): Tries {
  const record = error instanceof ActionFailedError ? error.record : undefined;
  const { costUsd = 0, attempts = [] } = error instanceof TaskFailedError ? error.result : (record ?? {});
  return {
    count: tries.count + 1,
    costUsd: tries.costUsd + costUsd,
    attempts: [...tries.attempts, ...attempts],
  };
}

/** The result of the last try, with what the tries before it came to. */
function addTries(result: ActionResult, tries: Tries): ActionResult {
  if (tries.count === 0) return result;
  const { costUsd = 0, attempts = [] } = result;
  return { ...result, costUsd: tries.costUsd + costUsd, attempts: [...tries.attempts, ...attempts] };
}

function toActionResult(task: TaskResult, tries: Tries): ActionResult {
  if (task.status === 'skipped') return toSkipped(task);
  return toSucceeded(task, tries);
}

function toSkipped({ capability, taskId, error, choice }: SkippedTask): ActionResult {
  return { status: 'skipped', failure: error, capability, taskId, choice };
}

function toSucceeded(task: SucceededTask, tries: Tries): ActionResult {
  const { output, outputType, capability, taskId, agent, version, choice } = task;
  return {
    status: 'succeeded',
    output,
    outputType,
    capability,
    taskId,
    agent,
    version,
    choice,
    costUsd: tries.costUsd + task.costUsd,
    attempts: tries.count === 0 ? task.attempts : [...tries.attempts, ...task.attempts],
  };
}
