import { parseAgentReference } from '../../registry/index.js';
import type { PlannedTask } from '../plan/plan.types.js';
import { ActionFailedError } from './action-failed.error.js';
import type { ActionResult } from './action-result.js';
import { StepCanceledError, WaitTimeoutError } from './engine.errors.js';
import type { Execution, RemoteTask } from './execution.js';
import type { Unit } from './step-unit.js';
import type { WaitEnd } from './waits.js';

/** How a task is sent to another node. */
export interface RemoteOptions extends Pick<
  RemoteTask,
  'input' | 'inputType' | 'timeoutMs' | 'idempotencyKey'
> {
  /** It was sent before and failed: what is recorded of that is over. */
  readonly isAgain: boolean;
}

/** Has a step done by an agent of another node. The run waits as for a signal, so that it can leave memory meanwhile. */
export class RemoteAction {
  constructor(private readonly execution: Execution) {}

  /** Whether nobody here could take the task, and somebody elsewhere could. */
  isElsewhere({ capability, agent }: PlannedTask): boolean {
    const { elsewhere, catalog } = this.execution;
    if (elsewhere === undefined) return false;
    const isHere =
      agent === undefined
        ? catalog.index.entry(capability as string) !== undefined
        : catalog.releasesOf(parseAgentReference(agent).name).length > 0;
    return !isHere && elsewhere.hosts(capability, agent);
  }

  /** @throws what the task failed with; CAPABILITY_UNKNOWN when the other node has gone since */
  async do(unit: Unit, task: PlannedTask, options: RemoteOptions): Promise<ActionResult> {
    const { key } = unit;
    const end = await this.#sendAndWait(unit, task, options);
    if (end.kind === 'aborted') throw new StepCanceledError(key, 'its run is about to end');
    if (end.kind !== 'signal') throw new WaitTimeoutError(key, 'another node to do it');
    const result = end.signal.payload as ActionResult;
    const { status, failure, costUsd = 0, attempts = [] } = result;
    if (status !== 'failed' || failure === undefined) return { ...result, signalId: end.signal.id };
    throw new ActionFailedError(failure, { count: 1, costUsd, attempts });
  }

  async #sendAndWait(unit: Unit, task: PlannedTask, options: RemoteOptions): Promise<WaitEnd> {
    const { journal, clock, waits, log } = this.execution;
    const { key, step, signal, deadlineAt } = unit;
    const known = options.isAgain ? undefined : journal.wait(key);
    const openedAt = known?.openedAt ?? clock.now();
    const subject = task.capability ?? task.agent;
    const wait = { key, stepId: step.id, kind: 'task' as const, subject, openedAt, dueAt: deadlineAt };
    if (known === undefined) {
      await this.#send(key, task, options);
      void log.add({ type: 'step.waiting', at: openedAt, key, wait });
    }
    return waits.open(wait, signal);
  }

  /** Before the wait is recorded: sent twice after a crash, it is done twice at most, under one idempotency key. */
  async #send(key: string, { capability, agent }: PlannedTask, options: RemoteOptions): Promise<void> {
    const { execution } = this;
    const { input, inputType, timeoutMs, idempotencyKey } = options;
    execution.begin();
    try {
      const place = { runId: execution.runId, key, capability, agent };
      await execution.elsewhere?.send({ ...place, input, inputType, timeoutMs, idempotencyKey });
    } finally {
      execution.end();
    }
  }
}
