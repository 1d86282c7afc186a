import type { AttemptRecord, FailedTask, TaskResult } from '../../orchestration/index.js';
import { toInstant } from '../instants.js';

/** A task's envelope as REST answers it: instants in ISO 8601. */
export function toTaskView(result: TaskResult | FailedTask) {
  return {
    ...result,
    durationMs: toMicroseconds(result.durationMs),
    queuedMs: toMicroseconds(result.queuedMs),
    attempts: result.attempts.map(toAttemptView),
  };
}

/** An attempt as REST answers it. */
export function toAttemptView(attempt: AttemptRecord) {
  return {
    ...attempt,
    startedAt: toInstant(attempt.startedAt),
    durationMs: toMicroseconds(attempt.durationMs),
    toolCalls: attempt.toolCalls.map((call) => ({
      ...call,
      startedAt: toInstant(call.startedAt),
      durationMs: toMicroseconds(call.durationMs),
    })),
  };
}

/** Milliseconds to three decimals: more than that is noise of the clock. */
function toMicroseconds(durationMs: number): number {
  return Math.round(durationMs * 1_000) / 1_000;
}
