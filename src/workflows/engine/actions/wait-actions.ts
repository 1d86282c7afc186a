import { isCadreError, parseDurationMs, toFailure } from '../../../common/index.js';
import type { ApprovalAnswer, RunWait } from '../../../orchestration/index.js';
import { INSTANT_RULE, readInstantMs } from '../../definition/instants.js';
import type { PlannedApproval, PlannedSignal, PlannedSleep } from '../../plan/plan.types.js';
import { ApprovalRejectedError, SleepError, StepCanceledError, WaitTimeoutError } from '../engine.errors.js';
import type { Execution } from '../execution.js';
import { never } from '../never.js';
import { ActionFailedError } from './action-failed.error.js';
import type { ActionResult } from './action-result.js';
import type { Unit } from '../steps/step-unit.js';
import type { WaitEnd } from '../waits/waits.js';

/** The longest text that a person is shown as a question. */
const MAX_MESSAGE_LENGTH = 2_000;

/** What a step waits for; where it is and when it began are added. */
type Waiting = Pick<RunWait, 'kind' | 'subject'> & { readonly timeoutMs?: number; readonly dueAt?: number };

/** The steps that wait: for a time, a person, an event. */
export class WaitActions {
  constructor(private readonly execution: Execution) {}

  async sleep(unit: Unit, { durationMs, until, isInstant }: PlannedSleep): Promise<ActionResult> {
    // Recorded waits keep the time they were opened with, whatever the expression would give now.
    const isOpen = this.execution.journal.wait(unit.key) !== undefined;
    const value = until === undefined || isOpen ? undefined : until.evaluate(unit.scope);
    const time =
      value === undefined
        ? { timeoutMs: durationMs }
        : isInstant
          ? { dueAt: readInstant(unit.key, value) }
          : { timeoutMs: readDuration(unit.key, value) };
    await this.pause(unit, time);
    return { status: 'succeeded', output: null };
  }

  /** Waits for a time within a step, and records it under the step's key. */
  async pause(unit: Unit, time: { readonly timeoutMs?: number; readonly dueAt?: number }): Promise<void> {
    await this.#wait(unit, { kind: 'sleep', ...time });
  }

  async approval(unit: Unit, approval: PlannedApproval): Promise<ActionResult> {
    const { message, timeoutMs, onTimeout, onReject } = approval;
    const text = message.evaluate(unit.scope);
    const subject = (typeof text === 'string' ? text : JSON.stringify(text)).slice(0, MAX_MESSAGE_LENGTH);
    const end = await this.#wait(unit, { kind: 'approval', subject, timeoutMs });
    if (end.kind !== 'signal') return this.#decideLate(unit, onTimeout, onReject);
    return decide(unit, end.signal.payload as ApprovalAnswer, onReject, end.signal.id);
  }

  async signal(unit: Unit, { name, timeoutMs, onTimeout, type }: PlannedSignal): Promise<ActionResult> {
    const end = await this.#wait(unit, { kind: 'signal', subject: name, timeoutMs });
    if (end.kind === 'signal') {
      const { payload, id } = end.signal;
      return { status: 'succeeded', output: payload ?? null, outputType: type, signalId: id };
    }
    if (onTimeout === 'fail') throw new WaitTimeoutError(unit.key, `the signal "${name}"`);
    return { status: 'succeeded', output: null };
  }

  #decideLate(
    unit: Unit,
    onTimeout: PlannedApproval['onTimeout'],
    onReject: PlannedApproval['onReject'],
  ): ActionResult {
    if (onTimeout === 'fail') throw new WaitTimeoutError(unit.key, 'an approval');
    return decide(unit, { approved: onTimeout === 'approve', comment: 'the time was over' }, onReject);
  }

  /** A wait of this step that is recorded already goes on as it was: its time is not begun anew by a restart. */
  async #wait({ key, step, signal }: Unit, waiting: Waiting): Promise<WaitEnd> {
    const { journal, clock, waits, log } = this.execution;
    if (this.execution.isHalted) return never();
    const known = journal.wait(key);
    const wait = known ?? openWait(key, step.id, waiting, clock.now());
    if (known === undefined) void log.add({ type: 'step.waiting', at: wait.openedAt, key, wait });
    const end = await waits.open(wait, signal);
    if (end.kind === 'aborted') throw new StepCanceledError(key, 'its run is about to end');
    return end;
  }
}

function openWait(
  key: string,
  stepId: string,
  { kind, subject, timeoutMs, dueAt }: Waiting,
  openedAt: number,
): RunWait {
  const due = dueAt ?? (timeoutMs === undefined ? undefined : openedAt + timeoutMs);
  return { key, stepId, kind, subject, openedAt, dueAt: due };
}

function decide(
  { key }: Unit,
  answer: ApprovalAnswer,
  onReject: PlannedApproval['onReject'],
  signalId?: string,
): ActionResult {
  if (answer.approved || onReject === 'continue') return { status: 'succeeded', output: answer, signalId };
  // The answer is used up by a failure, too: who takes the run up again is asked anew.
  const failure = toFailure(new ApprovalRejectedError(key, answer.comment));
  throw ActionFailedError.of(failure, { signalId, costUsd: undefined, attempts: undefined });
}

function readDuration(key: string, value: unknown): number {
  try {
    return parseDurationMs(value as string);
  } catch (error) {
    throw isCadreError(error) ? new SleepError(key, error.message) : error;
  }
}

function readInstant(key: string, value: unknown): number {
  const at = readInstantMs(value);
  if (at !== undefined) return at;
  throw new SleepError(key, `until ${INSTANT_RULE}`);
}
