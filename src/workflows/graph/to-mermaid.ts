import type {
  RunStep,
  RunStepStatus,
  StepDefinition,
  WorkflowDefinition,
  WorkflowList,
} from '../../orchestration/index.js';
import { labelOf } from './mermaid-text.js';
import { marksOf, type StepMark } from './run-marks.js';
import { linesOf, lookOf, type StepLook } from './step-lines.js';

/** How a workflow is drawn. */
export interface MermaidOptions {
  /** Where it runs to: down (default) or right. */
  readonly direction?: 'TD' | 'LR';
  /** Gives the workflows that it runs, which are drawn inside; without it, or where it gives none, they are boxes. */
  readonly findWorkflow?: (reference: string) => WorkflowDefinition | undefined;
  /** Draws a run: each step with its status. */
  readonly runSteps?: readonly RunStep[];
}

/** Steps in one chart. A workflow that would bring more than are left stays a box, and so does one that runs itself. */
const MAX_STEPS = 2_000;

const BRACKETS: Readonly<Record<StepLook, readonly [string, string]>> = {
  task: ['[', ']'],
  workflow: ['[[', ']]'],
  sleep: ['([', '])'],
  approval: ['{{', '}}'],
  signal: ['[/', '/]'],
};

/** Colors that can be told apart on light and dark pages. */
const STYLES: Readonly<Record<RunStepStatus, string>> = {
  pending: 'fill:#f3f4f6,stroke:#9ca3af,color:#374151',
  running: 'fill:#dbeafe,stroke:#2563eb,color:#1e3a8a',
  waiting: 'fill:#fef3c7,stroke:#d97706,color:#78350f',
  succeeded: 'fill:#dcfce7,stroke:#16a34a,color:#14532d',
  failed: 'fill:#fee2e2,stroke:#dc2626,color:#7f1d1d',
  skipped: 'fill:#f3f4f6,stroke:#9ca3af,color:#6b7280,stroke-dasharray:4 3',
  canceled: 'fill:#ede9fe,stroke:#7c3aed,color:#4c1d95',
};

/**
 * Draws a workflow, or a run of it, as a Mermaid flowchart. Any definition can be drawn, also one that is wrong; whatever its texts
 * hold, the chart has the steps and the arrows of the definition and nothing else.
 */
export function toMermaid(
  workflow: WorkflowDefinition | WorkflowList,
  { direction = 'TD', findWorkflow, runSteps }: MermaidOptions = {},
): string {
  const isList = 'length' in workflow;
  const title = isList ? 'list' : `${workflow.name} ${workflow.version ?? '1.0.0'}`;
  const chart = new Chart(findWorkflow, runSteps && marksOf(runSteps));
  chart.line(`flowchart ${direction}`, 0);
  chart.line(`start((${labelOf([title])}))`);
  const steps = isList ? workflow : workflow.steps;
  const { first, last } = chart.steps(steps, { node: 's', place: '', around: [steps] });
  chart.line('done(("end"))');
  for (const node of first) chart.line(`start --> ${node}`);
  for (const node of last) chart.line(`${node} --> done`);
  chart.classes();
  return chart.text;
}

/** Where a list of steps stands: prefixes of the names of its nodes and of the places of its steps. */
interface Spot {
  readonly node: string;
  readonly place: string;
  /** The lists of steps around it, itself last. */
  readonly around: readonly WorkflowList[];
}

/** The nodes that follow none, and those that none follows. */
interface Ends {
  readonly first: readonly string[];
  readonly last: readonly string[];
}

class Chart {
  readonly #lines: string[] = [];
  #stepsLeft = MAX_STEPS;
  readonly #nodesByStatus = new Map<RunStepStatus, string[]>();

  constructor(
    private readonly findWorkflow: MermaidOptions['findWorkflow'],
    private readonly marks: ReadonlyMap<string, StepMark> | undefined,
  ) {}

  get text(): string {
    return `${this.#lines.join('\n')}\n`;
  }

  line(line: string, depth = 1): void {
    this.#lines.push('  '.repeat(depth) + line);
  }

  steps(steps: WorkflowList, spot: Spot): Ends {
    this.#stepsLeft -= steps.length;
    const ids = steps.map(({ id }, index) => id ?? `step-${index + 1}`);
    const nodes = steps.map((_, index) => `${spot.node}${index}`);
    steps.forEach((step, index) =>
      this.#step(step, ids[index] as string, { ...spot, node: nodes[index] as string }),
    );
    const followed = new Set<string>();
    const first = nodes.filter((node, index) => {
      const before = nodesBefore(steps, index, { ids, nodes });
      for (const other of before) {
        followed.add(other);
        this.line(`${other} --> ${node}`, spot.around.length);
      }
      return before.length === 0;
    });
    return { first, last: nodes.filter((node) => !followed.has(node)) };
  }

  /** The colors of the statuses that are there, and who has them. */
  classes(): void {
    for (const [status, nodes] of this.#nodesByStatus) {
      this.line(`classDef ${status} ${STYLES[status]}`);
      this.line(`class ${nodes.join(',')} ${status}`);
    }
  }

  #step(step: StepDefinition, id: string, { node, place, around }: Spot): void {
    const key = place + id;
    const mark = this.marks?.get(key);
    if (mark !== undefined) this.#paint(node, mark.status);
    const label = labelOf([id, ...linesOf(step), ...(mark?.lines ?? [])]);
    const inner = 'workflow' in step ? this.#inside(step.workflow, around) : undefined;
    if (inner === undefined) {
      const [open, close] = BRACKETS[lookOf(step)];
      this.line(`${node}${open}${label}${close}`, around.length);
      return;
    }
    this.line(`subgraph ${node}[${label}]`, around.length);
    this.steps(inner, { node: `${node}_`, place: `${key}/`, around: [...around, inner] });
    this.line('end', around.length);
  }

  /** The steps of a workflow that can be drawn inside of others. */
  #inside(reference: string, around: readonly WorkflowList[]): WorkflowList | undefined {
    const steps = this.findWorkflow?.(reference)?.steps;
    const canBe = steps !== undefined && !around.includes(steps) && steps.length <= this.#stepsLeft;
    return canBe ? steps : undefined;
  }

  #paint(node: string, status: RunStepStatus): void {
    const nodes = this.#nodesByStatus.get(status);
    if (nodes === undefined) this.#nodesByStatus.set(status, [node]);
    else nodes.push(node);
  }
}

/** The nodes that a step follows; what `after` names and is not there is left out. */
function nodesBefore(
  steps: WorkflowList,
  index: number,
  { ids, nodes }: { readonly ids: readonly string[]; readonly nodes: readonly string[] },
): string[] {
  const after = steps[index]?.after;
  if (after === undefined) return index === 0 ? [] : [nodes[index - 1] as string];
  return [...new Set(after)].flatMap((id) => nodes[ids.indexOf(id)] ?? []);
}
