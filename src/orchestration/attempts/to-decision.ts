import type { AttemptObservation, Decision } from '../../metrics/index.js';
import type { Choice } from '../../selection/index.js';
import type { TaskRun } from '../tasks/task-run.js';

/** The choice that led to an attempt, with all that it went by, and what came of the attempt. */
export function toDecision(task: TaskRun, observed: AttemptObservation): Decision {
  const { selection, basis, strategy } = task;
  const { chosen, reason, propensity = 1, seed, candidates, excluded } = task.choice as ChoiceOfSomebody;
  return {
    taskId: observed.taskId,
    attempt: task.attempts.length,
    at: observed.startedAt,
    runId: observed.runId,
    workflow: observed.workflow,
    tenant: observed.tenant,
    capability: observed.capability,
    inputType: observed.inputType,
    inputBytes: observed.inputBytes,
    requestedAt: selection.at,
    priority: selection.priority,
    criticality: selection.criticality,
    kind: basis.kind,
    strategy: strategy.name,
    reason,
    chosen,
    propensity,
    seed,
    candidates,
    excluded,
    evidenceNames: strategy.evidenceNames,
    evidence: basis.evidence,
    outcome: {
      verdict: observed.verdict,
      errorCode: observed.errorCode,
      durationMs: observed.durationMs,
      queuedMs: observed.queuedMs,
      costUsd: observed.costUsd,
    },
  };
}

type ChoiceOfSomebody = Choice & Required<Pick<Choice, 'chosen'>>;
