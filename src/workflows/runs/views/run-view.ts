import type { Run, RunStep, RunStepStatus } from '../../../orchestration/index.js';
import type { PlannedAction, PlannedStep, WorkflowPlan } from '../../plan/plan.types.js';
import type { PlacedRecord, StoredRun } from '../run-record.types.js';

/** A run as it is told of. */
export function toRun(stored: StoredRun): Run {
  const { runId, workflow, version, status, durability, priority, tenant, input, output } = stored;
  const { outputType, failure, createdAt, startedAt, finishedAt, deadlineAt, costUsd, stepCount, waits } =
    stored;
  return {
    runId,
    workflow,
    version,
    status,
    durability,
    priority,
    tenant,
    input,
    output,
    outputType,
    failure,
    createdAt,
    startedAt,
    finishedAt,
    deadlineAt,
    costUsd,
    stepCount,
    waits,
  };
}

type MutableStep = { -readonly [K in keyof RunStep]: RunStep[K] };

/** Tells of the steps of a run from its plan and what is recorded of it. */
export class StepViews {
  readonly #steps = new Map<string, MutableStep>();

  constructor(private readonly plan: WorkflowPlan) {
    for (const step of plan.steps) this.#add(step.id, step);
  }

  note({ record }: PlacedRecord): void {
    switch (record.type) {
      case 'step.started':
        this.begin(record.key, record.at);
        return;
      case 'step.waiting':
        this.#change(record.key, { status: 'waiting' });
        return;
      case 'step.finished': {
        const { signalId: _, ...result } = record.result;
        this.#change(record.key, result);
        return;
      }
      case 'run.retried':
      case 'step.retried':
        for (const key of record.dropped) this.#forget(key);
        return;
      default:
    }
  }

  /** What is known of it already says more: that a step began may be told late. */
  begin(key: string, startedAt: number): void {
    const isNews = (this.#steps.get(key)?.status ?? 'pending') === 'pending';
    this.#change(key, isNews ? { status: 'running', startedAt } : { startedAt });
  }

  /** The run has ended: what had not ended with it never will. */
  close(): void {
    for (const step of this.#steps.values()) {
      if (step.status === 'running' || step.status === 'waiting') step.status = 'canceled';
    }
  }

  /**
   * In the order of the definition; the items and rounds of a step and the steps of a nested workflow stand behind it, in theirs,
   * whichever of them came first: nobody who reads page by page misses one that ends meanwhile.
   */
  get all(): readonly RunStep[] {
    return [...this.#steps.values()]
      .map((step) => ({ step, place: this.#placeOf(step.key) }))
      .sort((one, other) => comparePlaces(one.place, other.place))
      .map(({ step }) => step);
  }

  #change(key: string, change: Partial<MutableStep>): void {
    if (key.endsWith('~pause')) return;
    const step = this.#steps.get(key) ?? this.#add(key, this.#find(key));
    Object.assign(step, change);
  }

  #forget(key: string): void {
    const step = this.#find(key);
    if (this.plan.steps.some(({ id }) => id === key)) this.#add(key, step);
    else this.#steps.delete(key);
  }

  #add(key: string, step: PlannedStep | undefined): MutableStep {
    const { item, iteration } = placeOf(key);
    const action = key.endsWith('~undo') ? step?.compensate : step?.action;
    const added: MutableStep = {
      key,
      stepId: step?.id ?? key,
      item,
      iteration,
      kind: action?.kind ?? 'task',
      status: 'pending' satisfies RunStepStatus,
      capability: action?.kind === 'task' ? action.capability : undefined,
    };
    this.#steps.set(key, added);
    return added;
  }

  /** The step of a plan that a key belongs to, through nested workflows. */
  #find(key: string): PlannedStep | undefined {
    return this.#way(key).at(-1)?.step;
  }

  #placeOf(key: string): readonly PlaceInPlan[] {
    return this.#way(key).map(({ part, order }) => {
      const { item = -1, iteration = -1 } = placeOf(part);
      return { numbers: [order, item, iteration], rest: part };
    });
  }

  /** The steps that a key leads through, each with its place in its workflow. */
  #way(key: string) {
    let plan: WorkflowPlan | undefined = this.plan;
    return key.split('/').map((part) => {
      const order = plan?.steps.findIndex(({ id }) => id === idOf(part)) ?? -1;
      const step = plan?.steps[order];
      plan = step && nestedPlan(part, step);
      return { part, order, step };
    });
  }
}

/** Where a part of a key stands: the step, the item, the round; then a step before what undoes it. */
interface PlaceInPlan {
  readonly numbers: readonly number[];
  readonly rest: string;
}

function comparePlaces(one: readonly PlaceInPlan[], other: readonly PlaceInPlan[]): number {
  for (const [depth, { numbers, rest }] of one.entries()) {
    const facing = other[depth];
    if (facing === undefined) return 1;
    const unequal = numbers.findIndex((number, at) => number !== facing.numbers[at]);
    if (unequal >= 0) return (numbers[unequal] as number) - (facing.numbers[unequal] as number);
    if (rest !== facing.rest) return rest < facing.rest ? -1 : 1;
  }
  return one.length - other.length;
}

function nestedPlan(part: string, { action, onError, compensate }: PlannedStep): WorkflowPlan | undefined {
  let nested: PlannedAction | undefined = action;
  if (part.endsWith('~undo')) nested = compensate;
  if (part.endsWith('~fallback')) nested = typeof onError === 'object' ? onError.fallback : undefined;
  return nested?.kind === 'workflow' ? nested.plan : undefined;
}

const idOf = (part: string): string => part.replace(/[[#~].*$/, '');

/** The item and the round that the last part of a key names. */
function placeOf(key: string): { readonly item?: number; readonly iteration?: number } {
  const last = key.slice(key.lastIndexOf('/') + 1);
  const item = /\[(\d+)\]/.exec(last)?.[1];
  const iteration = /#(\d+)/.exec(last)?.[1];
  return {
    item: item === undefined ? undefined : Number(item),
    iteration: iteration === undefined ? undefined : Number(iteration),
  };
}
