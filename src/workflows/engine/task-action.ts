import { createHash } from 'node:crypto';
import { messageOf, retryDelayMs, toFailure, type Failure } from '../../common/index.js';
import {
  TaskFailedError,
  type SkippedTask,
  type SucceededTask,
  type TaskOptions,
  type TaskResult,
} from '../../orchestration/index.js';
import { parseAgentReference } from '../../registry/index.js';
import type { PlannedTask } from '../plan/plan.types.js';
import { ActionFailedError, type Tries } from './action-failed.error.js';
import { StepCanceledError, toError, WaitTimeoutError } from './engine.errors.js';
import type { Execution } from './execution.js';
import type { Flowing } from './frame.js';
import { AcceptedTypes } from './accepted-types.js';
import { never } from './never.js';
import type { ActionResult } from './action-result.js';
import type { Unit } from './step-unit.js';

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

  constructor(private readonly execution: Execution) {
    this.#accepted = new AcceptedTypes(execution.catalog);
  }

  async do(unit: Unit, task: PlannedTask): Promise<ActionResult> {
    const input = inputOf(unit, task);
    const tries: Tries = { count: 0, costUsd: 0, attempts: [] };
    for (;;) {
      const result = await this.#try(unit, task, input, tries);
      if (result !== undefined) return result;
    }
  }

  /** One task; `undefined` when another one is worth it. */
  async #try(unit: Unit, task: PlannedTask, input: Flowing, tries: Tries): Promise<ActionResult | undefined> {
    const { execution } = this;
    if (execution.isHalted) return never();
    if (unit.signal.aborted) throw new StepCanceledError(unit.key, messageOf(unit.signal.reason));
    if (this.#isElsewhere(task)) return this.#doElsewhere(unit, task, input);
    execution.begin();
    let failed: { readonly error: unknown };
    try {
      return toActionResult(await this.#execute(unit, task, input), tries);
    } catch (error) {
      failed = { error };
    } finally {
      execution.end();
    }
    return this.#follow(unit, task, tries, failed.error);
  }

  #execute(unit: Unit, task: PlannedTask, input: Flowing): Promise<TaskResult> {
    const { runId, executor } = this.execution;
    const capability = task.capability ?? this.#onlyCapabilityOf(task.agent as string);
    return executor.execute(capability, input.value, this.#optionsOf(unit, task, input), {
      runId,
      stepId: unit.key,
      context: unit.frame.context,
    });
  }

  #optionsOf({ key, deadlineAt, signal }: Unit, task: PlannedTask, { type }: Flowing): TaskOptions {
    const { agent, strategy, region, tags, whenUnavailable } = task;
    const isKnown = type !== undefined && this.#accepted.has(task.capability, type);
    return {
      agent,
      strategy,
      region,
      tags,
      inputType: task.inputType ?? (isKnown ? type : undefined),
      // The run waits for an agent by itself, without a place in memory.
      whenUnavailable: whenUnavailable === 'queue' ? undefined : whenUnavailable,
      timeoutMs:
        deadlineAt === undefined ? undefined : clampMs(deadlineAt - this.execution.clock.now(), MAX_TASK_MS),
      signal,
      idempotencyKey: this.idempotencyKey(key),
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
      void this.execution.log.add({ type: 'step.progress', at, key, progress });
    };
  }

  /** Decides what follows a task that failed: a wait for an agent, another try after a while, or the failure of the step. */
  async #follow(unit: Unit, task: PlannedTask, tries: Tries, error: unknown): Promise<undefined> {
    const { execution } = this;
    // The process is about to end, or the run is another node's: what the agent came to is not ours to tell.
    if (execution.isHalted) return never();
    const failure = toFailure(error);
    if (NOBODY.has(failure.code) && task.whenUnavailable === 'queue' && !unit.signal.aborted) {
      return this.#waitForAgent(unit, task, failure);
    }
    addTry(tries, error);
    const { retry } = unit.step;
    if (!failure.retryable || tries.count >= retry.attempts || unit.signal.aborted) {
      throw new ActionFailedError(failure, tries, error);
    }
    execution.begin();
    try {
      await execution.clock.delay(retryDelayMs(retry, tries.count, execution.random), unit.signal);
    } catch {
      throw new ActionFailedError(failure, tries, error);
    } finally {
      execution.end();
    }
    return undefined;
  }

  async #waitForAgent({ key, step, signal }: Unit, task: PlannedTask, failure: Failure): Promise<undefined> {
    const { journal, clock, waits, log } = this.execution;
    const subject = task.capability ?? task.agent;
    const known = journal.wait(key);
    const openedAt = known?.openedAt ?? clock.now();
    const dueAt = known?.dueAt ?? openedAt + task.queueTimeoutMs;
    const wait = { key, stepId: step.id, kind: 'agent' as const, subject, openedAt, dueAt };
    if (known === undefined) void log.add({ type: 'step.waiting', at: openedAt, key, wait });
    const end = await waits.open(wait, signal);
    if (end.kind === 'due') throw toError({ ...failure, retryable: false });
    return undefined;
  }

  #isElsewhere({ capability, agent }: PlannedTask): boolean {
    const { elsewhere, catalog } = this.execution;
    if (elsewhere === undefined) return false;
    const isHere =
      agent === undefined
        ? catalog.index.entry(capability as string) !== undefined
        : hasAgent(catalog, agent);
    return !isHere && elsewhere.hosts(capability, agent);
  }

  /** Waits as for a signal, so that the run can leave memory meanwhile. */
  async #doElsewhere(unit: Unit, task: PlannedTask, { value, type }: Flowing): Promise<ActionResult> {
    const { runId, journal, clock, waits, log, elsewhere } = this.execution;
    const { key, step, signal, deadlineAt } = unit;
    const known = journal.wait(key);
    const openedAt = known?.openedAt ?? clock.now();
    const subject = task.capability ?? task.agent;
    const wait = { key, stepId: step.id, kind: 'task' as const, subject, openedAt, dueAt: deadlineAt };
    if (known === undefined) {
      this.execution.begin();
      await elsewhere?.send({
        runId,
        key,
        capability: task.capability,
        agent: task.agent,
        input: value,
        inputType: task.inputType ?? type,
        timeoutMs: deadlineAt === undefined ? undefined : clampMs(deadlineAt - clock.now(), MAX_TASK_MS),
        idempotencyKey: this.idempotencyKey(key),
      });
      void log.add({ type: 'step.waiting', at: openedAt, key, wait });
      this.execution.end();
    }
    const end = await waits.open(wait, signal);
    if (end.kind !== 'signal') throw new WaitTimeoutError(key, 'another node to do it');
    const result = end.signal.payload as ActionResult;
    if (result.status !== 'failed' || result.failure === undefined) {
      return { ...result, signalId: end.signal.id };
    }
    throw new ActionFailedError(result.failure, {
      count: 1,
      costUsd: result.costUsd ?? 0,
      attempts: result.attempts ?? [],
    });
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

function hasAgent(catalog: Execution['catalog'], agent: string): boolean {
  const { name, range } = parseAgentReference(agent);
  try {
    return catalog.get(name, range) !== undefined;
  } catch {
    return false;
  }
}

function clampMs(durationMs: number, most: number): number {
  return Math.min(Math.max(durationMs, 1), most);
}

function addTry(tries: Tries, error: unknown): void {
  tries.count += 1;
  if (!(error instanceof TaskFailedError)) return;
  tries.costUsd += error.result.costUsd;
  tries.attempts = [...tries.attempts, ...error.result.attempts];
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
