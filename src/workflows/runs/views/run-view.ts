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

  /** In the order of the definition; the items and rounds of a step and the steps of a nested workflow stand behind it. */
  get all(): readonly RunStep[] {
    const byTop = new Map<string, RunStep[]>(this.plan.steps.map(({ id }) => [id, []]));
    for (const step of this.#steps.values()) byTop.get(topOf(step.key))?.push(step);
    return [...byTop.values()].flat();
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
    let plan: WorkflowPlan | undefined = this.plan;
    let step: PlannedStep | undefined;
    for (const part of key.split('/')) {
      step = plan?.steps.find(({ id }) => id === idOf(part));
      plan = step && nestedPlan(part, step);
    }
    return step;
  }
}

function nestedPlan(part: string, { action, onError, compensate }: PlannedStep): WorkflowPlan | undefined {
  let nested: PlannedAction | undefined = action;
  if (part.endsWith('~undo')) nested = compensate;
  if (part.endsWith('~fallback')) nested = typeof onError === 'object' ? onError.fallback : undefined;
  return nested?.kind === 'workflow' ? nested.plan : undefined;
}

const idOf = (part: string): string => part.replace(/[[#~].*$/, '');
const topOf = (key: string): string => idOf(key.split('/', 1)[0] as string);

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
