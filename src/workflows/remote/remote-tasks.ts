import { RunContext } from '../../agents/index.js';
import { messageOf, toFailure, type Clock, type Logger } from '../../common/index.js';
import { TaskFailedError, type TaskExecutor } from '../../orchestration/index.js';
import type { Catalog } from '../../registry/index.js';
import { childOf } from '../engine/child-signal.js';
import { findOutputProblem } from '../engine/output.js';
import type { ActionResult } from '../engine/action-result.js';
import { StepOutputError } from '../engine/engine.errors.js';
import type { RunStore } from '../runs/run.store.js';
import type { RemoteJob, RemoteTaskQueue } from './remote-task.queue.js';

/** Milliseconds between two looks at whether a run still wants its step. */
const LOOK_EVERY_MS = 2_000;

/** What the doer of others' steps works with. */
export interface RemoteTasksParts {
  readonly queue: RemoteTaskQueue;
  readonly executor: Pick<TaskExecutor, 'execute'>;
  readonly catalog: Catalog;
  readonly store: Pick<RunStore, 'get' | 'signal'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly maxOutputBytes: number;
}

/** Does steps of runs that other nodes execute, and tells their results as signals. */
export class RemoteTasks {
  constructor(private readonly parts: RemoteTasksParts) {}

  open(): Promise<void> {
    const { queue, catalog } = this.parts;
    return queue.open(
      () => catalog.index.capabilityNames(),
      (job, lost) => this.#do(job, lost),
    );
  }

  close(): Promise<void> {
    return this.parts.queue.close();
  }

  async #do(job: RemoteJob, lost: AbortSignal): Promise<void> {
    const { runId, key } = job;
    if (!(await this.#isWanted(runId))) return;
    const child = childOf(lost);
    const stopLooking = this.#abortWhenUnwanted(runId, (reason) => child.abort(reason));
    try {
      const result = await this.#execute(job, child.signal);
      if (!lost.aborted) await this.parts.store.signal(runId, { kind: 'result', name: key, payload: result });
    } finally {
      stopLooking();
      child.dispose();
    }
  }

  async #execute(job: RemoteJob, signal: AbortSignal): Promise<ActionResult> {
    const { runId, key, capability, agent, input, inputType, timeoutMs, idempotencyKey } = job;
    try {
      const task = await this.parts.executor.execute(
        capability,
        input,
        { agent, inputType, timeoutMs, idempotencyKey, signal },
        { runId, stepId: key, context: RunContext.EMPTY },
      );
      if (task.status === 'skipped') return { status: 'skipped', failure: task.error, capability };
      const problem = findOutputProblem(task.output, this.parts.maxOutputBytes);
      if (problem !== undefined) throw new StepOutputError(key, problem);
      const { output, outputType, taskId, version, choice, attempts, costUsd } = task;
      const record = { capability, taskId, agent: task.agent, version, choice, attempts, costUsd };
      return { status: 'succeeded', output, outputType, ...record };
    } catch (error) {
      return toFailed(capability, error);
    }
  }

  #abortWhenUnwanted(runId: string, abort: (reason: unknown) => void): () => void {
    const { clock } = this.parts;
    const look = async (): Promise<void> => {
      if (await this.#isWanted(runId)) cancel = clock.schedule(LOOK_EVERY_MS, () => void look());
      else abort('its run has ended, or is about to');
    };
    let cancel = clock.schedule(LOOK_EVERY_MS, () => void look());
    return () => cancel();
  }

  /** When it cannot be told, the step goes on. */
  async #isWanted(runId: string): Promise<boolean> {
    try {
      const run = await this.parts.store.get(runId);
      return run !== undefined && run.finishedAt === undefined && run.cancelReason === undefined;
    } catch (error) {
      this.parts.logger.warn('a run could not be looked at', { runId, error: messageOf(error) });
      return true;
    }
  }
}

function toFailed(capability: string, error: unknown): ActionResult {
  const failed = error instanceof TaskFailedError ? error.result : undefined;
  return {
    status: 'failed',
    failure: toFailure(error),
    capability,
    taskId: failed?.taskId,
    agent: failed?.agent,
    version: failed?.version,
    choice: failed?.choice,
    attempts: failed?.attempts,
    costUsd: failed?.costUsd,
  };
}
