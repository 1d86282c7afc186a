import { CadreError } from '../../../common/index.js';
import type { WorkflowBundle, WorkflowPlan } from '../../plan/plan.types.js';
import type { RunStore } from '../run.store.js';

/** Plans that are kept compiled; the one not used for longest is dropped first. */
const MAX_PLANS = 500;

/** The definition of a run is not kept any more; the store has lost it. */
export class BundleMissingError extends CadreError {
  constructor(runId: string, hash: string) {
    super({
      code: 'RUN_DEFINITION_MISSING',
      kind: 'internal',
      message: `The definition of the run "${runId}" is missing from the store; the run cannot go on.`,
      details: { runId, hash },
    });
  }
}

/** The plans of runs, compiled once for all runs of a definition. */
export class PlanCache {
  readonly #plans = new Map<string, WorkflowPlan>();
  #newest: string | undefined;

  constructor(private readonly compile: (bundle: WorkflowBundle) => WorkflowPlan) {}

  add(hash: string, plan: WorkflowPlan): void {
    if (this.#newest === hash) return;
    this.#newest = hash;
    this.#plans.delete(hash);
    this.#plans.set(hash, plan);
    if (this.#plans.size <= MAX_PLANS) return;
    const [oldest] = this.#plans.keys();
    this.#plans.delete(oldest as string);
  }

  /** @throws RUN_DEFINITION_MISSING */
  async get(runId: string, hash: string, store: Pick<RunStore, 'bundle'>): Promise<WorkflowPlan> {
    const known = this.#plans.get(hash);
    if (known !== undefined) return known;
    const bundle = await store.bundle(hash);
    if (bundle === undefined) throw new BundleMissingError(runId, hash);
    const plan = this.compile(bundle);
    this.add(hash, plan);
    return plan;
  }

  /** The plan, where it is at hand. */
  find(hash: string): WorkflowPlan | undefined {
    return this.#plans.get(hash);
  }
}
