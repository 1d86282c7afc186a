import { CadreError } from '../../common/index.js';

/** An option with which a run is started is out of its bounds. */
export class RunOptionError extends CadreError {
  /** @param problem names the field first: `priority is 200; it must be …` */
  constructor(problem: string) {
    super({
      code: 'RUN_OPTION_INVALID',
      kind: 'input',
      message: `The run option ${problem}.`,
      details: { field: problem.slice(0, problem.indexOf(' ')) },
    });
  }
}

/** A key that names one start was used for another one. */
export class IdempotencyKeyReusedError extends CadreError {
  constructor(key: string, runId: string) {
    super({
      code: 'IDEMPOTENCY_KEY_REUSED',
      kind: 'conflict',
      message: `The idempotency key "${key.slice(0, 80)}" belongs to the run "${runId}", which was started with another workflow or input. Use a new key.`,
      details: { runId },
    });
  }
}

/** Only a run that failed or was canceled can be taken up again. */
export class RunNotRetryableError extends CadreError {
  constructor(runId: string, status: string) {
    super({
      code: 'RUN_NOT_RETRYABLE',
      kind: 'conflict',
      message: `The run "${runId}" is ${status}; only one that failed or was canceled can be taken up again.`,
      details: { runId, status },
    });
  }
}

/** The run has no approval of this name. */
export class UnknownApprovalError extends CadreError {
  constructor(runId: string, key: string, known: readonly string[]) {
    super({
      code: 'APPROVAL_UNKNOWN',
      kind: 'not-found',
      message: `The run "${runId}" has no approval "${key.slice(0, 80)}"; it has ${known.slice(0, 10).join(', ') || 'none'}.`,
      details: { runId, approvals: known.slice(0, 50) },
    });
  }
}

/** Nobody is asked now. */
export class ApprovalNotOpenError extends CadreError {
  constructor(runId: string, key: string, status: string) {
    super({
      code: 'APPROVAL_NOT_OPEN',
      kind: 'conflict',
      message: `The approval "${key}" of the run "${runId}" is ${status}, not waiting for an answer.`,
      details: { runId, step: key, status },
    });
  }
}
