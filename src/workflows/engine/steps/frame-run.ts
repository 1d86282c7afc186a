import { toFailure, type CancelSignal, type Failure } from '../../../common/index.js';
import type { PlannedStep } from '../../plan/plan.types.js';
import type { ChildSignal } from '../child-signal.js';
import type { Flowing, Frame, StepOutcome } from './frame.js';
import { toOutcome, type UnitEnd } from './step-unit.js';

/** How a workflow ended. A canceled one was told to stop from outside. */
export type FrameEnd =
  | { readonly status: 'succeeded'; readonly result: Flowing }
  | { readonly status: 'failed'; readonly failure: Failure }
  | { readonly status: 'canceled' };

/** Does one step; never rejects. It does not settle when the run leaves this process. */
export type DoStep = (step: PlannedStep, signal: CancelSignal) => Promise<UnitEnd>;

/**
 * Takes the steps of a workflow in the order that the plan allows, side by side where it can. The first fatal outcome cancels
 * the steps under way and begins no other; the end comes when all that were begun have ended.
 */
export class FrameRun {
  /** Steps that must end before each step can begin. */
  readonly #missing: number[];
  #running = 0;
  #failure: Failure | undefined;
  #isCanceled = false;
  #resolve: (() => void) | undefined;

  constructor(
    private readonly frame: Frame,
    private readonly child: ChildSignal,
    private readonly doStep: DoStep,
  ) {
    this.#missing = frame.plan.steps.map(({ predecessors }) => predecessors.length);
  }

  async run(): Promise<FrameEnd> {
    await new Promise<void>((resolve) => {
      this.#resolve = resolve;
      for (const step of this.frame.plan.steps) if (this.#missing[step.index] === 0) this.#begin(step);
      if (this.#running === 0) resolve();
    });
    this.child.dispose();
    if (this.#failure !== undefined) return { status: 'failed', failure: this.#failure };
    if (this.#isCanceled) return { status: 'canceled' };
    try {
      return { status: 'succeeded', result: this.frame.result() };
    } catch (error) {
      return { status: 'failed', failure: toFailure(error) };
    }
  }

  #begin(step: PlannedStep): void {
    this.#running += 1;
    void this.doStep(step, this.child).then((end) => this.#settle(step, toOutcome(step, end)));
  }

  #settle(step: PlannedStep, outcome: StepOutcome): void {
    this.#running -= 1;
    this.frame.settle(step, outcome);
    if (outcome.isFatal) this.#stop(outcome);
    else if (!this.#isStopping) this.#beginDependents(step);
    if (this.#running === 0) this.#resolve?.();
  }

  get #isStopping(): boolean {
    return this.#failure !== undefined || this.#isCanceled;
  }

  #stop({ status, failure }: StepOutcome): void {
    if (status === 'canceled') this.#isCanceled = true;
    else this.#failure ??= failure;
    this.child.abort('another step failed');
  }

  #beginDependents({ dependents }: PlannedStep): void {
    const { steps } = this.frame.plan;
    for (const index of dependents) {
      this.#missing[index]! -= 1;
      if (this.#missing[index] === 0) this.#begin(steps[index]!);
    }
  }
}
