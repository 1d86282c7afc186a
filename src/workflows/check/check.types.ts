import type { SchemaIssue } from '../../common/index.js';
import type { WorkflowDefinition } from '../../orchestration/index.js';
import type { Catalog, Demand } from '../../registry/index.js';
import type { WorkflowBundle, WorkflowPlan } from '../plan/plan.types.js';
import type { DefinitionProblem } from '../workflows.errors.js';
import type { ContractTaker } from './fit-contracts.js';

/** What a definition is held against. */
export interface CheckEnvironment {
  readonly catalog: Catalog;
  /** A stored or declared workflow by `name` or `name@range`; the range was found to be one. */
  findWorkflow(reference: string): WorkflowDefinition | undefined;
  /** For suggestions. */
  workflowNames(): Iterable<string>;
  /** Whether other nodes could take a task for which nobody is here. */
  isElsewhere?(demand: Demand): boolean;
  /** Names of selection strategies; without them, any name is taken. */
  strategyNames?(): Iterable<string>;
  /** What the run is given, where one is to be started; its value is `undefined` for a run without input. */
  readonly runInput?: { readonly value: unknown };
}

/** What a check came to. */
export interface CheckResult {
  /** Everything that is wrong; none, and the workflow can run. */
  readonly problems: readonly DefinitionProblem[];
  /** What may be better. */
  readonly warnings: readonly DefinitionProblem[];
  /** Why the input of the run does not fit what the workflow declares; paths begin at the input: `$.topic`. */
  readonly inputIssues: readonly SchemaIssue[];
  /** The input of the run, with defaults filled in. */
  readonly input?: unknown;
  /** Who takes that input as it comes; absent where more of the check depends on it. */
  readonly inputTakers?: readonly ContractTaker[];
  /** Both absent where there are problems. */
  readonly bundle?: WorkflowBundle;
  readonly plan?: WorkflowPlan;
}
