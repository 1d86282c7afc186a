import { CadreError, type Failure } from '../../common/index.js';

/** Shows a place in a run without letting it grow beyond what a message can hold. */
const shown = (key: string): string => `"${key.slice(0, 120)}"`;

/** What a step, or the run as a whole, made cannot be kept. */
export class StepOutputError extends CadreError {
  /**
   * @param key absent for the output of the run
   * @param problem goes on from "the output of the step": `$.at: a Date instance is not JSON`
   */
  constructor(key: string | undefined, problem: string) {
    super({
      code: 'STEP_OUTPUT_INVALID',
      kind: 'execution',
      retryable: false,
      message: `The output of the ${key === undefined ? 'run' : `step ${shown(key)}`} cannot be kept: ${problem}.`,
      details: key === undefined ? {} : { step: key },
    });
  }
}

/** The time of a step is over. */
export class StepTimeoutError extends CadreError {
  constructor(key: string, timeoutMs: number) {
    super({
      code: 'STEP_TIMEOUT',
      kind: 'timeout',
      message: `The step ${shown(key)} was not done within its ${timeoutMs} ms. Give it more (timeout), or look at what it waits for.`,
      details: { step: key, timeoutMs },
    });
  }
}

/** A wait ended without what it waited for. */
export class WaitTimeoutError extends CadreError {
  constructor(key: string, what: string) {
    super({
      code: 'WAIT_TIMEOUT',
      kind: 'timeout',
      message: `The step ${shown(key)} waited in vain for ${what}.`,
      details: { step: key },
      retryable: false,
    });
  }
}

/** A person said no. */
export class ApprovalRejectedError extends CadreError {
  constructor(key: string, comment: string | undefined) {
    super({
      code: 'APPROVAL_REJECTED',
      kind: 'execution',
      message: `The approval ${shown(key)} was rejected${comment === undefined ? '' : `: ${comment.slice(0, 500)}`}.`,
      details: { step: key },
      retryable: false,
    });
  }
}

/** The items of a step are no list, or too many. */
export class ItemsError extends CadreError {
  constructor(key: string, problem: string) {
    super({
      code: 'ITEMS_INVALID',
      kind: 'execution',
      message: `The items of the step ${shown(key)} ${problem}.`,
      details: { step: key },
      retryable: false,
    });
  }
}

/** A step was repeated as often as it may be, and its condition never held. */
export class RepeatExhaustedError extends CadreError {
  constructor(key: string, max: number) {
    super({
      code: 'REPEAT_EXHAUSTED',
      kind: 'execution',
      message: `The step ${shown(key)} was done ${max} times and its condition "until" never held. Raise max, or set onMax to continue.`,
      details: { step: key, max },
      retryable: false,
    });
  }
}

/** The time to sleep for is none. */
export class SleepError extends CadreError {
  constructor(key: string, problem: string) {
    super({
      code: 'SLEEP_INVALID',
      kind: 'execution',
      message: `The step ${shown(key)} cannot sleep: ${problem}.`,
      details: { step: key },
      retryable: false,
    });
  }
}

/** The time of a run is over. */
export class RunTimeoutError extends CadreError {
  constructor(runId: string) {
    super({
      code: 'RUN_TIMEOUT',
      kind: 'timeout',
      message: `The run "${runId}" was not done by its deadline.`,
      details: { runId },
      retryable: false,
    });
  }
}

/** Somebody ended the run. */
export class RunCanceledError extends CadreError {
  constructor(runId: string, reason: string) {
    super({
      code: 'RUN_CANCELED',
      kind: 'canceled',
      message: `The run "${runId}" was canceled: ${reason.slice(0, 500)}.`,
      details: { runId },
    });
  }
}

/** A step that had not ended when its run was about to end. */
export class StepCanceledError extends CadreError {
  constructor(key: string, why: string) {
    super({
      code: 'STEP_CANCELED',
      kind: 'canceled',
      message: `The step ${shown(key)} was canceled: ${why}.`,
      details: { step: key },
    });
  }
}

/** Makes an error of a recorded failure. */
export function toError(failure: Failure): CadreError {
  return new CadreError(failure);
}
