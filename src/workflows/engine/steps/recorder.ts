import type { StepResult } from '../../runs/run-record.types.js';
import { StepOutputError } from '../engine.errors.js';
import type { Execution } from '../execution.js';
import { never } from '../never.js';
import { sealOutput } from '../output.js';
import type { ActionResult } from '../actions/action-result.js';
import { CANCELED_END, toFailedResult, type Unit, type UnitEnd } from './step-unit.js';

/** Follows the key of a step in the key of what undoes it; done also when the end of the run is decided. */
export const UNDO_SUFFIX = '~undo';

/** How a unit is recorded. */
export interface Recording {
  /** Its output is made of results that are recorded themselves: it is left out, and put together again from them. */
  readonly isMade: boolean;
  /** Turns what it came to into what is recorded. */
  readonly finish?: (result: ActionResult) => ActionResult;
}

/** Has each unit of a run done once and its result recorded before anything depends on it. */
export class Recorder {
  constructor(private readonly execution: Execution) {}

  /** Does the action unless its result is known. Never rejects; does not settle when the run leaves this process. */
  once(unit: Unit, recording: Recording, action: () => Promise<ActionResult>): Promise<UnitEnd> {
    const { execution } = this;
    const known = execution.journal.result(unit.key);
    if (known !== undefined && (known.status !== 'succeeded' || !recording.isMade)) {
      return Promise.resolve(known);
    }
    if (!recording.isMade && this.#isUnwound(unit)) return Promise.resolve(CANCELED_END);
    if (execution.isHalted) return never();
    return this.#do(unit, recording, action, known);
  }

  /** What is made of others is gone through once more though it is known or too late: its parts may have to be undone. */
  async #do(
    unit: Unit,
    { isMade, finish }: Recording,
    action: () => Promise<ActionResult>,
    known: StepResult | undefined,
  ): Promise<UnitEnd> {
    const isNew = known === undefined && !this.#isUnwound(unit);
    const startedAt = this.#begin(unit.key, isNew);
    let result: ActionResult;
    try {
      result = this.check(unit.key, await action());
    } catch (error) {
      result = toFailedResult(unit, error);
    }
    if (finish !== undefined) result = finish(result);
    if (known !== undefined) return { ...known, output: result.output, outputType: result.outputType };
    if (!isNew) return CANCELED_END;
    const keeping = this.#keep(unit, isMade ? { ...result, output: undefined } : result, startedAt);
    if (keeping !== undefined) await keeping;
    this.execution.end();
    return result;
  }

  /** What an action came to, if it can be kept. @throws STEP_OUTPUT_INVALID */
  check(key: string, result: ActionResult): ActionResult {
    const { output, status } = result;
    if (status !== 'succeeded') return result;
    const problem = sealOutput(output, this.execution.limits.maxOutputBytes);
    if (problem === undefined) return result;
    throw new StepOutputError(key, problem);
  }

  /** The end of the run is decided, and nothing is recorded of the unit any more. */
  #isUnwound({ key }: Unit): boolean {
    return this.execution.isUnwinding && !key.includes(UNDO_SUFFIX);
  }

  /** Records that a step is left out. */
  async skip(unit: Unit): Promise<UnitEnd> {
    const { execution } = this;
    if (execution.isUnwinding) return CANCELED_END;
    const result: ActionResult = { status: 'skipped' };
    await this.#keep(unit, result, execution.clock.now());
    execution.end();
    return result;
  }

  /** When the step began, which is told once, however often the run is taken up. */
  #begin(key: string, isTold: boolean): number {
    const { journal, clock, log } = this.execution;
    const before = journal.startedAt(key);
    if (before !== undefined) return before;
    const startedAt = clock.now();
    if (isTold) log.start(key, startedAt);
    return startedAt;
  }

  /** The run is not quiet until the write that this begins has ended. */
  #keep({ key, frame, step }: Unit, result: ActionResult, startedAt: number): Promise<void> | undefined {
    const { execution } = this;
    execution.begin();
    const finished = { ...result, startedAt, finishedAt: execution.clock.now() };
    return execution.log.finish(key, finished, key === step.id && frame.isLast);
  }
}
