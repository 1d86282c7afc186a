import { toFailure, type CancelSignal } from '../../../common/index.js';
import type { PlannedAction, PlannedStep, PlannedSubstitute } from '../../plan/plan.types.js';
import { ChildSignal } from '../child-signal.js';
import { RepeatExhaustedError, StepCanceledError, StepTimeoutError, toError } from '../engine.errors.js';
import type { Execution } from '../execution.js';
import { FrameRun, type FrameEnd } from './frame-run.js';
import type { Frame } from './frame.js';
import { doItems, readItems } from './items.js';
import { NestedAction } from '../actions/nested-action.js';
import { Recorder } from './recorder.js';
import type { ActionResult } from '../actions/action-result.js';
import { failureOf, toFailedResult, within, type Unit, type UnitEnd } from './step-unit.js';
import { TaskAction } from '../actions/task-action.js';
import { WaitActions } from '../actions/wait-actions.js';

/**
 * Does the steps of a run: a step is done for each item, an item in rounds, a round by an action; each of these has a key and
 * is recorded. What the journal knows is not done again, however often the run is taken up.
 */
export class Steps {
  readonly #tasks: TaskAction;
  readonly #waits: WaitActions;
  readonly #nested: NestedAction;
  readonly #recorder: Recorder;

  constructor(private readonly execution: Execution) {
    this.#tasks = new TaskAction(execution);
    this.#waits = new WaitActions(execution);
    this.#nested = new NestedAction(execution, (frame, signal) => this.runFrame(frame, signal));
    this.#recorder = new Recorder(execution);
  }

  /** Runs all steps of a workflow. */
  runFrame(frame: Frame, signal: CancelSignal): Promise<FrameEnd> {
    return new FrameRun(frame, new ChildSignal(signal), (step, abort) =>
      this.#step(frame, step, abort),
    ).run();
  }

  /** Undoes a step, or does what stands in for it; `unit` has the key under which that is recorded. */
  undo(unit: Unit, action: PlannedSubstitute): Promise<UnitEnd> {
    const isMade = action.kind === 'workflow';
    return this.#recorder.once(unit, { isMade }, () => this.#act(unit, action, `${unit.key}/`));
  }

  /** Never rejects; does not settle when the run leaves this process. */
  #step(frame: Frame, step: PlannedStep, signal: CancelSignal): Promise<UnitEnd> {
    const unit: Unit = { key: frame.prefix + step.id, frame, step, scope: frame.scope, signal };
    const { journal } = this.execution;
    if (step.when !== undefined && journal.result(unit.key) === undefined) {
      const skipped = this.#testWhen(unit);
      if (skipped !== undefined) return skipped;
    }
    return step.timeoutMs === undefined ? this.#whole(unit) : this.#within(unit, step.timeoutMs);
  }

  /** The end of a step whose condition does not hold, or cannot be told. */
  #testWhen(unit: Unit): Promise<UnitEnd> | undefined {
    try {
      return unit.step.when?.test(unit.scope) === false ? this.#recorder.skip(unit) : undefined;
    } catch (error) {
      return this.#recorder.once(unit, { isMade: false, finish: optional(unit.step) }, () =>
        Promise.reject(toError(toFailure(error))),
      );
    }
  }

  /** The step with a limit on its time, which counts on while the run is out of memory. */
  async #within(unit: Unit, timeoutMs: number): Promise<UnitEnd> {
    const { journal, clock, timers } = this.execution;
    const startedAt = journal.startedAt(unit.key) ?? journal.wait(unit.key)?.openedAt ?? clock.now();
    const deadlineAt = startedAt + timeoutMs;
    const child = new ChildSignal(unit.signal);
    const cancelAlarm = timers.at(deadlineAt, () => child.abort(new StepTimeoutError(unit.key, timeoutMs)));
    try {
      return await this.#whole({ ...unit, signal: child, deadlineAt });
    } finally {
      cancelAlarm();
      child.dispose();
    }
  }

  #whole(unit: Unit): Promise<UnitEnd> {
    const { step } = unit;
    if (step.forEach === undefined) return this.#item(unit, optional(step));
    return this.#recorder.once(unit, { isMade: true, finish: optional(step) }, () => this.#items(unit));
  }

  async #items(unit: Unit): Promise<ActionResult> {
    const { items, as, concurrency } = unit.step.forEach!;
    const group = new ChildSignal(unit.signal);
    try {
      const list = readItems(unit.key, items.evaluate(unit.scope));
      const output = await doItems(list, concurrency, async (item, index) => {
        const scope = within(unit.scope, { [as]: item, index });
        const end = await this.#item({ ...unit, key: `${unit.key}[${index}]`, scope, signal: group });
        if (end.status === 'failed' && unit.step.onError !== 'continue') group.abort('another item failed');
        return outputOf(unit, end);
      });
      return { status: 'succeeded', output };
    } finally {
      group.dispose();
    }
  }

  /** A whole step, or one item of it: its rounds, its fallback, and what undoes it. */
  #item(unit: Unit, finish?: (result: ActionResult) => ActionResult): Promise<UnitEnd> {
    const { step } = unit;
    // With a fallback it cannot be told from the parts which of the two it was.
    const hasFallback = typeof step.onError !== 'string';
    const isMade = !hasFallback && (step.repeat !== undefined || step.action.kind === 'workflow');
    const action = hasFallback ? () => this.#withFallback(unit) : () => this.#rounds(unit);
    const end = this.#recorder.once(unit, { isMade, finish }, action);
    return step.compensate === undefined ? end : this.#noteUndo(unit, step.compensate, end);
  }

  async #noteUndo(
    { key, frame, step, scope }: Unit,
    action: PlannedSubstitute,
    ending: Promise<UnitEnd>,
  ): Promise<UnitEnd> {
    const end = await ending;
    if (end.status === 'succeeded') {
      const seen = within(scope, { output: end.output ?? null });
      this.execution.undoList.add({ key, frame, step, action, scope: seen });
    }
    return end;
  }

  async #withFallback(unit: Unit): Promise<ActionResult> {
    const { step, signal, scope, key } = unit;
    try {
      return this.#recorder.check(key, await this.#rounds(unit));
    } catch (error) {
      const { failure, status } = toFailedResult(unit, error);
      if (failure === undefined || status === 'canceled' || signal.aborted) throw error;
      const { code, message } = failure;
      const inner = { ...unit, scope: within(scope, { error: { code, message } }) };
      const { fallback } = step.onError as { readonly fallback: PlannedSubstitute };
      return this.#act(inner, fallback, `${key}~fallback/`);
    }
  }

  #rounds(unit: Unit): Promise<ActionResult> {
    const { repeat, action } = unit.step;
    return repeat === undefined ? this.#act(unit, action, `${unit.key}/`) : this.#repeat(unit, repeat);
  }

  async #repeat(unit: Unit, repeat: NonNullable<PlannedStep['repeat']>): Promise<ActionResult> {
    const { key, step, scope } = unit;
    const { action } = step;
    let previous: unknown = null;
    for (let iteration = 1; iteration <= repeat.max; iteration += 1) {
      const names = { iteration, previous };
      const round: Unit = { ...unit, key: `${key}#${iteration}`, scope: within(scope, names) };
      const end = await this.#recorder.once(round, { isMade: action.kind === 'workflow' }, () =>
        this.#act(round, action, `${round.key}/`),
      );
      if (end.status === 'failed') throw toError(failureOf(end));
      const output = outputOf(unit, end);
      const isLast = iteration === repeat.max;
      if (
        repeat.until.test(within(scope, { iteration, output })) ||
        (isLast && repeat.onMax === 'continue')
      ) {
        return { status: 'succeeded', output, outputType: end.outputType };
      }
      if (!isLast) await this.#rest(unit, iteration);
      previous = output;
    }
    throw new RepeatExhaustedError(key, repeat.max);
  }

  /** The pause behind a round. A run that is taken up again does not repeat those between rounds that are recorded. */
  async #rest(unit: Unit, iteration: number): Promise<void> {
    const { delayMs } = unit.step.repeat!;
    const hasNext = this.execution.journal.result(`${unit.key}#${iteration + 1}`) !== undefined;
    if (delayMs === 0 || hasNext || this.execution.isUnwinding) return;
    await this.#waits.pause({ ...unit, key: `${unit.key}#${iteration}~pause` }, { timeoutMs: delayMs });
  }

  /** @param prefix of the steps of a nested workflow */
  #act(unit: Unit, action: PlannedAction, prefix: string): Promise<ActionResult> {
    switch (action.kind) {
      case 'task':
        return this.#tasks.do(unit, action);
      case 'workflow':
        return this.#nested.do(unit, action, prefix);
      case 'sleep':
        return this.#waits.sleep(unit, action);
      case 'approval':
        return this.#waits.approval(unit, action);
      default:
        return this.#waits.signal(unit, action);
    }
  }
}

/** The output of an item for its step. @throws what it failed with, unless the step goes on all the same */
function outputOf(unit: Unit, end: UnitEnd): unknown {
  if (end.status === 'canceled') throw canceled(unit);
  if (end.status === 'failed' && unit.step.onError !== 'continue') throw toError(failureOf(end));
  return end.output ?? null;
}

function canceled({ key }: Unit): StepCanceledError {
  return new StepCanceledError(key, 'its run is about to end');
}

/** A failure of an optional step counts as skipped. */
function optional({ isOptional }: PlannedStep): ((result: ActionResult) => ActionResult) | undefined {
  if (!isOptional) return undefined;
  return (result) =>
    result.status === 'failed' ? { ...result, status: 'skipped', output: undefined } : result;
}
