import type { Run, RunEvent, RunStep, RunWait } from '../../orchestration/index.js';
import { toInstant, toOptionalInstant } from '../instants.js';
import { toAttemptView } from '../capabilities/task.view.js';

/** A run as REST answers it. */
export function toRunView(run: Run) {
  return {
    ...run,
    createdAt: toInstant(run.createdAt),
    startedAt: toOptionalInstant(run.startedAt),
    finishedAt: toOptionalInstant(run.finishedAt),
    deadlineAt: toOptionalInstant(run.deadlineAt),
    waits: run.waits.map(toWaitView),
  };
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

/** An event of a run as its stream tells it: what it is about, with instants as everywhere else. */
export function toRunEventView({ runId, at, data }: RunEvent) {
  return { runId, at: toInstant(at), ...withInstants(data) };
}

function toWaitView(wait: RunWait) {
  return { ...wait, openedAt: toInstant(wait.openedAt), dueAt: toOptionalInstant(wait.dueAt) };
}

/** Members of events that are instants. Those of outputs and reports, further down, are their agents' own. */
const INSTANTS = ['openedAt', 'dueAt', 'startedAt', 'finishedAt'] as const;

function withInstants(data: RunEvent['data']): Record<string, unknown> {
  const view: Record<string, unknown> = { ...data };
  for (const member of INSTANTS) {
    const at = view[member];
    if (typeof at === 'number') view[member] = toInstant(at);
  }
  if (Array.isArray(view['waits'])) view['waits'] = (view['waits'] as RunWait[]).map(toWaitView);
  return view;
}
