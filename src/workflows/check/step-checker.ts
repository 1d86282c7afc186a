import { within } from '../definition/problem-list.js';
import type { StepDraft } from '../definition/shapes/step.shape.js';
import type { BundledWorkflow } from '../plan/compile-bundle.js';
import type { WorkflowPlan } from '../plan/plan.types.js';
import type { CheckEnvironment } from './check.types.js';
import type { DataTypes } from './data-types.js';
import { deedsOf, readDeeds, type Deed, type StepDeeds } from './deeds.js';
import { checkContracts, isInputTypeTaken, type ContractTaker } from './fit-contracts.js';
import { checkDataType, checkNestedInput, type GivenInput } from './fit-members.js';
import { APPROVAL_FLOW, eitherFlow, outputFlow, typesFlow, UNKNOWN, type Flow } from './flow.js';
import { WorkflowFlows } from './workflow-flows.js';

/** Holds the steps of workflows against the catalog: who does them, and whether data fit. */
export class StepChecker {
  /** What the workflows make that were checked so far. */
  readonly #made = new Map<WorkflowPlan, Flow>();
  #takers: ContractTaker[] | undefined = [];

  constructor(
    private readonly environment: CheckEnvironment,
    private readonly types: DataTypes,
  ) {}

  /**
   * Checks one workflow, after those that it runs.
   * @param given what its run is given, where that is known
   */
  async check(workflow: BundledWorkflow, given?: GivenInput): Promise<void> {
    const { draft, plan } = workflow;
    const steps = plan.steps.map((planned, index) =>
      readDeeds(draft.steps[index] as StepDraft, planned, this.environment, draft.problems.ofStep(index)),
    );
    const made = steps.map((step) => this.#outputOf(step));
    const flows = new WorkflowFlows(workflow, made, given?.ok ? flowOf(given.value) : undefined);
    this.#made.set(plan, flows.output);
    for (const step of steps) {
      this.#checkSignal(step);
      for (const deed of deedsOf(step)) await this.#checkInputs(deed, step, workflow, flows);
    }
  }

  /**
   * Who takes what the run is given as it comes, once all is checked; `undefined` where more than that depends on it. To hold the
   * next run's input against them is enough, as long as nothing else has changed.
   */
  get inputTakers(): readonly ContractTaker[] | undefined {
    return this.#takers;
  }

  #outputOf({ planned, own, fallback }: StepDeeds): Flow {
    // A list of outputs is of no data type.
    if (planned.forEach !== undefined) return UNKNOWN;
    const made = this.#madeBy(own);
    return fallback === undefined ? made : eitherFlow(made, this.#madeBy(fallback));
  }

  #madeBy({ action, contracts }: Deed): Flow {
    switch (action.kind) {
      case 'task':
        return contracts === undefined ? UNKNOWN : outputFlow(contracts);
      case 'workflow':
        return this.#made.get(action.plan)!;
      case 'signal':
        return action.type === undefined ? UNKNOWN : typesFlow([action.type], 'the step before makes');
      case 'approval':
        return APPROVAL_FLOW;
      default:
        return { kind: 'value', value: null };
    }
  }

  #checkSignal({ planned: { action }, report }: StepDeeds): void {
    if (action.kind !== 'signal' || action.type === undefined) return;
    checkDataType(action.type, this.types, within(report, '.signal.type'));
  }

  async #checkInputs(
    deed: Deed,
    step: StepDeeds,
    workflow: BundledWorkflow,
    flows: WorkflowFlows,
  ): Promise<void> {
    const { input } = deed;
    if (input.compiled !== undefined) {
      const flow = flows.ofTemplate(input, this.#madeBy(step.own));
      this.#noteTaker(deed, flow, flows);
      return this.#checkInput(deed, step, workflow, flow);
    }
    const above = flows.above(step.planned.index);
    if (above === undefined) return this.#checkAmbiguous(deed, step);
    const { problems } = workflow.draft;
    const sizeBefore = problems.size;
    for (const flow of above) {
      this.#noteTaker(deed, flow, flows);
      // What is wrong with one is most often wrong with the other.
      if (problems.size === sizeBefore) await this.#checkInput(deed, step, workflow, flow);
    }
  }

  #noteTaker({ action, contracts }: Deed, flow: Flow, flows: WorkflowFlows): void {
    if (action.kind !== 'task' && action.kind !== 'workflow') return;
    if (flow !== flows.given || action.kind !== 'task') {
      if (flows.isOfGiven(flow)) this.#takers = undefined;
    } else if (contracts !== undefined) {
      this.#takers?.push({ contracts, inputType: action.inputType });
    }
  }

  #checkAmbiguous({ action, place }: Deed, { report }: StepDeeds): void {
    if (action.kind !== 'task' && action.kind !== 'workflow') return;
    const message = 'is missing: the step follows several others, so it must say what it takes';
    report('INPUT_MISSING', `${place}.input`, message);
  }

  async #checkInput(
    { action, contracts, place }: Deed,
    { report }: StepDeeds,
    workflow: BundledWorkflow,
    flow: Flow,
  ): Promise<void> {
    const inner = within(report, `${place}.input`);
    if (action.kind === 'workflow') {
      const members = workflow.nested.get(action.reference)?.workflow.draft.head.input;
      if (members !== undefined) await checkNestedInput(members, flow, this.types, inner);
    }
    if (action.kind !== 'task' || contracts === undefined) return;
    const taker = { contracts, inputType: action.inputType };
    if (isInputTypeTaken(taker, within(report, `${place}.inputType`)))
      await checkContracts(taker, flow, inner);
  }
}

function flowOf(value: unknown): Flow {
  return value === undefined ? { kind: 'nothing' } : { kind: 'value', value };
}
