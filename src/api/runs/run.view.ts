import type { Run, RunStep } from '../../orchestration/index.js';
import { toInstant, toOptionalInstant } from '../instants.js';
import { toAttemptView } from '../capabilities/task.view.js';

/** A run as REST answers it. */
export function toRunView(run: Run) {
  return { ...run, startedAt: toInstant(run.startedAt), finishedAt: toOptionalInstant(run.finishedAt) };
}

/** A step of a run as REST answers it. */
export function toRunStepView(step: RunStep) {
  return {
    ...step,
    startedAt: toOptionalInstant(step.startedAt),
    finishedAt: toOptionalInstant(step.finishedAt),
    attempts: step.attempts?.map(toAttemptView),
  };
}
