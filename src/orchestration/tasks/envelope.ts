import { toFailure, type CadreError } from '../../common/index.js';
import type { Choice } from '../../selection/index.js';
import type { Attempt } from '../attempts/attempt.js';
import type { TaskRun } from './task-run.js';
import type { AttemptRecord, FailedTask, SkippedTask, SucceededTask, TaskUsage } from './task.types.js';

/** The result of a task whose last attempt succeeded. */
export function toSucceeded(
  task: TaskRun,
  attempt: Attempt,
  output: { readonly type: string; readonly value: unknown },
): SucceededTask {
  const envelope = envelopeOf(task, task.elapsedMsAt(attempt.endedMonotonicMs));
  // Written out: this is made for every task, and a spread takes three times as long.
  return {
    status: 'succeeded',
    output: output.value,
    outputType: output.type,
    agent: attempt.release.name,
    version: attempt.release.version,
    confidence: attempt.confidence,
    sources: attempt.sources,
    taskId: envelope.taskId,
    capability: envelope.capability,
    durationMs: envelope.durationMs,
    queuedMs: envelope.queuedMs,
    costUsd: envelope.costUsd,
    usage: envelope.usage,
    attempts: envelope.attempts,
    choice: envelope.choice,
  };
}

/** The result of a task that was left out, and why. */
export function toSkipped(task: TaskRun, error: CadreError): SkippedTask {
  return { status: 'skipped', error: toFailure(error), ...envelopeOf(task) };
}

/** The record of a task that failed. */
export function toFailed(task: TaskRun, error: CadreError): FailedTask {
  const last = task.attempts.at(-1);
  return {
    status: 'failed',
    agent: last?.agent,
    version: last?.version,
    error: toFailure(error),
    ...envelopeOf(task),
  };
}

function envelopeOf(task: TaskRun, durationMs: number = task.elapsedMs) {
  const { taskId, capability, attempts, queuedMs } = task;
  const [only] = attempts;
  const isSingle = attempts.length === 1 && only !== undefined;
  return {
    taskId,
    capability,
    durationMs,
    queuedMs,
    costUsd: isSingle ? only.costUsd : attempts.reduce((sum, { costUsd }) => sum + costUsd, 0),
    usage: isSingle ? only.usage : sumUsage(attempts),
    attempts,
    choice: task.choice ?? noChoice(task.strategy.name),
  };
}

/** For a task that ended before anybody was considered. */
function noChoice(strategy: string): Choice {
  return { strategy, reason: 'the task ended before a choice was made', candidates: [], excluded: [] };
}

function sumUsage(attempts: readonly AttemptRecord[]): TaskUsage {
  return attempts.reduce(
    (sum, { usage }) => ({
      inputTokens: sum.inputTokens + usage.inputTokens,
      outputTokens: sum.outputTokens + usage.outputTokens,
    }),
    { inputTokens: 0, outputTokens: 0 },
  );
}
