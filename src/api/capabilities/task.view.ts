import type { AttemptRecord, FailedTask, TaskResult } from '../../orchestration/index.js';
import { roundToMicroseconds, toInstant } from '../instants.js';

/** A task's envelope as REST answers it: instants in ISO 8601. */
export function toTaskView(result: TaskResult | FailedTask) {
  return {
    ...result,
    durationMs: roundToMicroseconds(result.durationMs),
    queuedMs: roundToMicroseconds(result.queuedMs),
    attempts: result.attempts.map(toAttemptView),
  };
}

/** An attempt as REST answers it. */
export function toAttemptView(attempt: AttemptRecord) {
  return {
    ...attempt,
    startedAt: toInstant(attempt.startedAt),
    durationMs: roundToMicroseconds(attempt.durationMs),
    toolCalls: attempt.toolCalls.map((call) => ({
      ...call,
      startedAt: toInstant(call.startedAt),
      durationMs: roundToMicroseconds(call.durationMs),
    })),
  };
}
