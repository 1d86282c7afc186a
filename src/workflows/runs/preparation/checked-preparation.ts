import { createHash } from 'node:crypto';
import { InvalidInputError } from '../../../agents/index.js';
import { describeIssues, jsonPath, validate } from '../../../common/index.js';
import type { WorkflowDefinition, WorkflowSource } from '../../../orchestration/index.js';
import type { Catalog, Demand } from '../../../registry/index.js';
import { checkWorkflow } from '../../check/check-workflow.js';
import type { CheckEnvironment, CheckResult } from '../../check/check.types.js';
import { DataTypes } from '../../check/data-types.js';
import { fitsTaker, type ContractTaker } from '../../check/fit-contracts.js';
import { readGivenInput } from '../../check/fit-members.js';
import { takeSnapshot } from '../../definition/snapshot.js';
import { compileWorkflow } from '../../plan/compile.js';
import type { WorkflowBundle, WorkflowPlan } from '../../plan/plan.types.js';
import { InvalidWorkflowError } from '../../workflows.errors.js';
import { WorkflowPreparation, type PreparedWorkflow } from './prepared-workflow.js';

/** What a preparation asks. */
export interface PreparationParts {
  readonly catalog: Catalog;
  /** A workflow by `name` or `name@range`; the same object as long as it is the same. @throws WORKFLOW_UNKNOWN */
  getWorkflow(reference: string): WorkflowDefinition;
  findWorkflow(reference: string): WorkflowDefinition | undefined;
  workflowNames(): Iterable<string>;
  strategyNames(): Iterable<string>;
  isElsewhere?(demand: Demand): boolean;
}

type Prepared = PreparedWorkflow & { readonly input: unknown };

/** A workflow that was checked, and who takes the input of its runs as it comes. */
interface KnownWorkflow {
  readonly prepared: PreparedWorkflow;
  readonly inputTakers: readonly ContractTaker[];
}

/**
 * Checks whole definitions against the catalog before they run. A named workflow is checked once, and again when agents have
 * come or gone since; its input is checked at each start, against what it declares and by those who take it as it comes.
 */
export class CheckedPreparation extends WorkflowPreparation {
  #known = new WeakMap<object, KnownWorkflow>();

  constructor(private readonly parts: PreparationParts) {
    super();
  }

  /** The catalog or the workflows have changed: what was found to be right may not be so any more. */
  forget(): void {
    this.#known = new WeakMap();
  }

  async prepare(source: WorkflowSource, input: unknown): Promise<Prepared> {
    const given = keepInput(input);
    if (typeof source !== 'string') return (await this.#check(source, given)).prepared;
    const definition = this.parts.getWorkflow(source);
    const known = this.#known.get(definition);
    if (known !== undefined) {
      const fitted = definition.input === undefined ? given : await this.#fit(definition, given);
      const taken = isTaken(known, fitted);
      if (taken instanceof Promise ? await taken : taken) return { ...known.prepared, input: fitted };
    }
    const memory = this.#known;
    const { prepared, inputTakers } = await this.#check(definition, given);
    // Not where the catalog has changed in between.
    if (inputTakers !== undefined && memory === this.#known) {
      const { input: _, ...rest } = prepared;
      memory.set(definition, { prepared: rest, inputTakers });
    }
    return prepared;
  }

  /** Everything that is wrong with a definition, and what may be better. */
  check(source: unknown): Promise<CheckResult> {
    return checkWorkflow(source, this.#environment);
  }

  compile(bundle: WorkflowBundle): WorkflowPlan {
    return compileWorkflow(bundle);
  }

  async findTypeProblem(typeName: string, value: unknown): Promise<string | undefined> {
    const type = new DataTypes(this.parts.catalog).find(typeName);
    if (type === undefined) return undefined;
    const result = await validate(type, value);
    return result.ok ? undefined : `is no ${typeName}: ${describeIssues(result.issues)}`;
  }

  async #check(source: unknown, given: unknown) {
    const result = await checkWorkflow(source, { ...this.#environment, runInput: { value: given } });
    const { problems, inputIssues, plan, bundle, input, inputTakers } = result;
    if (problems.length > 0) throw new InvalidWorkflowError(problems);
    if (inputIssues.length > 0) throw new InvalidInputError('the workflow', inputIssues);
    const kept = { plan: plan as WorkflowPlan, bundle: bundle as WorkflowBundle };
    const prepared: Prepared = { ...kept, hash: hashOf(kept.bundle), input };
    return { prepared, inputTakers };
  }

  /** @throws INPUT_INVALID */
  async #fit({ name, input: members = {} }: WorkflowDefinition, given: unknown): Promise<unknown> {
    const fitted = await readGivenInput(members, given, new DataTypes(this.parts.catalog));
    if (fitted.ok) return fitted.value;
    throw new InvalidInputError(`the workflow "${name}"`, fitted.issues);
  }

  get #environment(): CheckEnvironment {
    const { catalog } = this.parts;
    return {
      catalog,
      findWorkflow: (reference) => this.parts.findWorkflow(reference),
      workflowNames: () => this.parts.workflowNames(),
      strategyNames: () => this.parts.strategyNames(),
      isElsewhere: (demand) => this.parts.isElsewhere?.(demand) ?? false,
    };
  }
}

/** What does not fit is left to the whole check: it says all that is wrong. */
function isTaken(
  { inputTakers }: Pick<KnownWorkflow, 'inputTakers'>,
  input: unknown,
): boolean | Promise<boolean> {
  if (input === undefined) return inputTakers.length === 0;
  for (const [at, taker] of inputTakers.entries()) {
    const fits = fitsTaker(taker, input);
    if (fits instanceof Promise) return isTakenToo(fits, inputTakers.slice(at + 1), input);
    if (!fits) return false;
  }
  return true;
}

async function isTakenToo(
  fits: Promise<boolean>,
  inputTakers: readonly ContractTaker[],
  input: unknown,
): Promise<boolean> {
  return (await fits) && isTaken({ inputTakers }, input);
}

/** A frozen copy: a run outlives the call that starts it. @throws INPUT_INVALID */
function keepInput(input: unknown): unknown {
  if (input === undefined) return undefined;
  const snapshot = takeSnapshot(input);
  if (snapshot.ok) return snapshot.value;
  const { path, reason } = snapshot.found;
  throw new InvalidInputError('a run, which takes JSON', [{ path: jsonPath(path), message: reason }]);
}

/** Names a definition: the same for the same text of it. */
function hashOf(bundle: WorkflowBundle): string {
  return createHash('sha256').update(JSON.stringify(bundle)).digest('hex');
}
