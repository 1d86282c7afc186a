import type { WorkflowSource } from '../../../orchestration/index.js';
import type { WorkflowBundle, WorkflowPlan } from '../../plan/plan.types.js';

/** A workflow that was checked and can be run. */
export interface PreparedWorkflow {
  readonly plan: WorkflowPlan;
  readonly bundle: WorkflowBundle;
  /** SHA-256 of the bundle: the same for the same definition. */
  readonly hash: string;
}

/** Finds, checks and compiles what is to be run: the port of runs to the language. */
export abstract class WorkflowPreparation {
  /** @throws WORKFLOW_INVALID, WORKFLOW_UNKNOWN; INPUT_INVALID for an input that the workflow does not take */
  abstract prepare(
    source: WorkflowSource,
    input: unknown,
  ): Promise<PreparedWorkflow & { readonly input: unknown }>;

  /** Makes a plan of what a run keeps of its definition. */
  abstract compile(bundle: WorkflowBundle): WorkflowPlan;

  /** Why a value is none of a data type, as a sentence part; `undefined` when it is, or when nobody knows the type. */
  abstract findTypeProblem(type: string, value: unknown): Promise<string | undefined>;
}
