import { toFailure, type CancelSignal, type Failure } from '../../../common/index.js';
import type { PlannedStep, Scope } from '../../plan/plan.types.js';
import type { StepResult } from '../../runs/run-record.types.js';
import { StepTimeoutError } from '../engine.errors.js';
import type { Frame, StepOutcome } from './frame.js';
import type { ActionResult } from '../actions/action-result.js';
import { ActionFailedError } from '../actions/action-failed.error.js';

/** A step, an item or a round of one: what has a key and a result of its own. */
export interface Unit {
  readonly key: string;
  readonly frame: Frame;
  readonly step: PlannedStep;
  readonly scope: Scope;
  readonly signal: CancelSignal;
  /** When the step is given up, in milliseconds since the epoch. */
  readonly deadlineAt?: number;
}

/** A result, with the output that its record leaves out where it is made of the results of others. */
export type UnitEnd = Pick<StepResult, 'status' | 'output' | 'outputType' | 'failure'>;

/** Nothing is recorded of it: the run is about to end. */
export const CANCELED_END: UnitEnd = { status: 'canceled' };

/** A scope with more names; what was there before shows through. */
export function within(scope: Scope, names: Readonly<Record<string, unknown>>): Scope {
  return Object.assign(Object.create(scope) as Scope, names);
}

/** What is recorded of a unit whose action threw. */
export function toFailedResult({ key, signal }: Unit, error: unknown): ActionResult {
  const record = error instanceof ActionFailedError ? error.record : {};
  const isTimeout = signal.reason instanceof StepTimeoutError && signal.reason.details['step'] === key;
  if (isTimeout) return { ...record, status: 'failed', failure: toFailure(signal.reason) };
  const failure = toFailure(error);
  // An agent may fail because something of its own was canceled: that is a failure like any other.
  const isCanceled = signal.aborted && failure.kind === 'canceled';
  return { ...record, status: isCanceled ? 'canceled' : 'failed', failure };
}

/** What the end of a step means for those that follow it. */
export function toOutcome({ onError }: PlannedStep, end: UnitEnd): StepOutcome {
  const { status, output = null, outputType, failure } = end;
  if (status === 'succeeded') return { status, output, outputType, isFatal: false };
  const isFatal = status === 'canceled' || (status === 'failed' && onError !== 'continue');
  return { status, output: null, failure, isFatal };
}

/** The failure of a unit that failed. */
export function failureOf({ failure }: UnitEnd): Failure {
  return failure as Failure;
}
