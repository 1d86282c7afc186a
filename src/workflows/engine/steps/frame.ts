import { RunContext } from '../../../agents/index.js';
import type { Failure } from '../../../common/index.js';
import type { PlannedStep, Scope, StepView, WorkflowPlan } from '../../plan/plan.types.js';

/** How a step ended, for those that follow it. */
export interface StepOutcome {
  readonly status: 'succeeded' | 'failed' | 'skipped' | 'canceled';
  /** Null where there is none. */
  readonly output: unknown;
  readonly outputType?: string;
  readonly failure?: Failure;
  /** The workflow cannot go on after it. */
  readonly isFatal: boolean;
}

/** A value that flows into a step, with its data type where it is known. */
export interface Flowing {
  readonly value: unknown;
  readonly type?: string;
  /** It is the output of a step, as that was recorded. */
  readonly isKept?: boolean;
}

type OpenScope = { readonly steps: Record<string, StepView> } & Scope;

/** One workflow within a run, the main one or a nested one: its scope, and how its steps have ended so far. */
export class Frame {
  readonly scope: OpenScope;
  readonly outcomes: (StepOutcome | undefined)[];
  #context = RunContext.EMPTY;
  #openCount: number;

  /** @param prefix goes before the ids of its steps: empty, or `brief/` */
  constructor(
    readonly plan: WorkflowPlan,
    readonly prefix: string,
    readonly input: unknown,
    run: Scope['run'],
  ) {
    this.outcomes = plan.steps.map(() => undefined);
    this.#openCount = plan.steps.length;
    this.scope = { input, steps: Object.create(null) as Record<string, StepView>, run };
  }

  /** What agents may know of the workflow now. */
  get context(): RunContext {
    return this.#context;
  }

  /** Whether the run ends with the step that is under way: it is one of the run's own, and all others have ended. */
  get isLast(): boolean {
    return this.#openCount === 1 && this.prefix === '';
  }

  settle({ index, id }: PlannedStep, outcome: StepOutcome): void {
    this.#openCount -= 1;
    this.outcomes[index] = outcome;
    if (outcome.status === 'canceled') return;
    const { status, output, outputType, failure } = outcome;
    const error = failure === undefined ? null : { code: failure.code, message: failure.message };
    this.scope.steps[id] = { output, status, error };
    if (status === 'succeeded') {
      const frozen = { type: outputType ?? 'json', value: output, isFrozen: true };
      this.#context = this.#context.withOutput(id, frozen);
    }
  }

  /** What a step takes that has no input of its own. */
  above({ above }: PlannedStep): Flowing {
    if (above < 0) return { value: this.input };
    const { output, outputType } = this.outcomes[above] ?? { output: null };
    return { value: output, type: outputType };
  }

  /** The data type of the output of a step. */
  typeOf(stepId: string | undefined): string | undefined {
    if (stepId === undefined) return undefined;
    const index = indexesOf(this.plan).get(stepId);
    return index === undefined ? undefined : this.outcomes[index]?.outputType;
  }

  /** What the workflow gives, once all its steps have ended well. @throws EXPRESSION_FAILED */
  result(): Flowing {
    const { output, steps } = this.plan;
    if (output !== undefined) {
      return { value: output.evaluate(this.scope), type: this.typeOf(output.wholeOutputOf) };
    }
    const last = this.outcomes[steps.length - 1];
    return { value: last?.output ?? null, type: last?.outputType, isKept: true };
  }
}

/** Positions by step id, of plans that runs share. */
const INDEXES = new WeakMap<WorkflowPlan, ReadonlyMap<string, number>>();

function indexesOf(plan: WorkflowPlan): ReadonlyMap<string, number> {
  let indexes = INDEXES.get(plan);
  if (indexes === undefined) {
    indexes = new Map(plan.steps.map(({ id, index }) => [id, index]));
    INDEXES.set(plan, indexes);
  }
  return indexes;
}
