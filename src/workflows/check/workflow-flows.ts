import { BROKEN } from '../plan/compile-templates.js';
import type { BundledWorkflow } from '../plan/compile-bundle.js';
import { NO_STEP_ABOVE, WORKFLOW_INPUT } from '../plan/compile-structure.js';
import type { CompiledTemplate } from '../plan/plan.types.js';
import { compileTemplate } from '../expressions/compile-template.js';
import { isObject } from '../definition/shapes/shapes.js';
import { declaredFlows, fromMaker, UNKNOWN, type Flow } from './flow.js';

/** A text that is the whole of one name: `${ input }`. */
const WHOLE_NAME = /^\s*\$\{\s*(\w+)\s*\}\s*$/;

/** An input as it is written and as it was compiled. */
export interface WrittenInput {
  readonly template: unknown;
  readonly compiled?: CompiledTemplate;
}

/** What flows between the steps of one workflow, as far as it is known. */
export class WorkflowFlows {
  readonly #declared: ReadonlyMap<string, Flow> | undefined;
  readonly #stepIds: ReadonlySet<string>;

  /**
   * @param made what each step makes, by position
   * @param given what the run is given; absent where that is not known
   */
  constructor(
    private readonly workflow: BundledWorkflow,
    private readonly made: readonly Flow[],
    readonly given?: Flow,
  ) {
    const { input } = workflow.draft.head;
    this.#declared = input && declaredFlows(input);
    this.#stepIds = new Set(workflow.structure.ids.keys());
  }

  /** What the workflow takes as a whole: as it is declared, and as it is given. */
  get wholeInput(): readonly Flow[] {
    const declared: readonly Flow[] = this.#declared ? [{ kind: 'members', members: this.#declared }] : [];
    return this.given === undefined ? declared : [...declared, this.given];
  }

  /** Tells whether what flows is what the workflow is given, or made with it. */
  isOfGiven(flow: Flow): boolean {
    if (flow.kind === 'members') return [...flow.members.values()].some((member) => this.isOfGiven(member));
    return this.given !== undefined && flow === this.given;
  }

  /** What the workflow makes. */
  get output(): Flow {
    const { head } = this.workflow.draft;
    const { output, steps } = this.workflow.plan;
    if (output === undefined) return this.made[steps.length - 1] ?? UNKNOWN;
    return this.ofTemplate({ template: head.output, compiled: output });
  }

  /** What comes from above for a step without an input of its own; `undefined` where it cannot be told which step is meant. */
  above(index: number): readonly Flow[] | undefined {
    const { structure } = this.workflow;
    const above = structure.above[index]!;
    if (structure.ancestors === undefined) return [];
    if (above === NO_STEP_ABOVE) return undefined;
    if (above !== WORKFLOW_INPUT) return [this.made[above]!];
    // A condition may keep the step from what is given this time.
    const isGuarded = this.workflow.plan.steps[index]?.when !== undefined;
    return this.wholeInput.filter((flow) => flow !== this.given || !isGuarded);
  }

  /** @param own what the step itself makes, for those templates that can see it */
  ofTemplate({ template, compiled }: WrittenInput, own: Flow = UNKNOWN): Flow {
    if (compiled === undefined || compiled === BROKEN) return UNKNOWN;
    const { constant, wholeOutputOf, wholeInputMember } = compiled;
    if (constant !== undefined) return { kind: 'value', value: constant.value };
    if (wholeOutputOf !== undefined) return this.#outputOf(wholeOutputOf);
    if (wholeInputMember !== undefined) return this.#declared?.get(wholeInputMember) ?? UNKNOWN;
    if (typeof template === 'string') return this.#ofName(WHOLE_NAME.exec(template)?.[1], own);
    return isObject(template) ? { kind: 'members', members: this.#membersOf(template, own) } : UNKNOWN;
  }

  #outputOf(stepId: string): Flow {
    const index = this.workflow.structure.ids.get(stepId)!;
    return fromMaker(this.made[index]!, `"${stepId}" makes`);
  }

  #ofName(name: string | undefined, own: Flow): Flow {
    if (name === 'output') return fromMaker(own, 'the step makes');
    return name === 'input' ? (this.wholeInput[0] ?? UNKNOWN) : UNKNOWN;
  }

  #membersOf(template: object, own: Flow): ReadonlyMap<string, Flow> {
    const names = { steps: this.#stepIds, extra: new Set<string>() };
    return new Map(
      Object.entries(template).map(([name, part]) => {
        // Parts that see other names than these do not compile here: nothing is known of them.
        const compiled = compileTemplate(part, names).value;
        return [name, this.ofTemplate({ template: part, compiled }, own)];
      }),
    );
  }
}
