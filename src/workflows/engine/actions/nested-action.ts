import type { CancelSignal, Failure } from '../../../common/index.js';
import type { PlannedNested } from '../../plan/plan.types.js';
import type { ActionResult } from './action-result.js';
import { StepCanceledError, toError } from '../engine.errors.js';
import type { Execution } from '../execution.js';
import type { FrameEnd } from '../steps/frame-run.js';
import { Frame } from '../steps/frame.js';
import { keysToRedo } from './keys-to-redo.js';
import { waitForNextTry } from './next-try.js';
import { UNDO_SUFFIX } from '../steps/recorder.js';
import type { Unit } from '../steps/step-unit.js';

/** Runs all steps of a workflow. */
export type RunFrame = (frame: Frame, signal: CancelSignal) => Promise<FrameEnd>;

/**
 * Runs a workflow inside of a run. Each try that the `retry` of its step allows goes on from the steps of it that did not succeed:
 * what was done is not done again, nor has it to be undone in between.
 */
export class NestedAction {
  constructor(
    private readonly execution: Execution,
    private readonly runFrame: RunFrame,
  ) {}

  /** @param prefix of the steps of the workflow */
  async do(unit: Unit, { plan, input }: PlannedNested, prefix: string): Promise<ActionResult> {
    const { frame, scope, step, signal } = unit;
    const given = input === undefined ? frame.above(step).value : input.evaluate(scope);
    for (;;) {
      const nested = new Frame(plan, prefix, fillIn(given, plan.inputDefaults), frame.scope.run);
      const end = await this.runFrame(nested, signal);
      if (end.status === 'canceled') throw new StepCanceledError(unit.key, 'its run is about to end');
      if (end.status === 'succeeded') {
        return { status: 'succeeded', output: end.result.value, outputType: end.result.type };
      }
      if (!(await this.#retry(unit, prefix, end.failure))) throw toError(end.failure);
    }
  }

  /** Whether the workflow is to be gone through again; what did not succeed counts no longer then. */
  async #retry({ step, signal }: Unit, prefix: string, failure: Failure): Promise<boolean> {
    const { execution } = this;
    const { journal, clock, log } = execution;
    const { retry } = step;
    const tries = journal.retriesOf(prefix) + 1;
    if (!failure.retryable || tries >= retry.attempts || signal.aborted) return false;
    // The end of the run is decided: nothing is begun any more but what undoes its steps.
    if (execution.isUnwinding && !prefix.includes(UNDO_SUFFIX)) return false;
    if (!(await waitForNextTry(execution, retry, tries, signal))) return false;
    const dropped = keysToRedo(journal, prefix);
    execution.begin();
    await log.add({ type: 'step.retried', at: clock.now(), key: prefix, dropped });
    execution.end();
    return true;
  }
}

/** The input of a workflow, with the defaults of members that are not given. */
export function fillIn(input: unknown, defaults: Readonly<Record<string, unknown>>): unknown {
  if (Object.keys(defaults).length === 0) return input;
  return { ...defaults, ...(input as object | undefined) };
}
