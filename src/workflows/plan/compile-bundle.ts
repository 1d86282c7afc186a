import semver from 'semver';
import { didYouMean, MAX_ISSUES, nearestNames } from '../../common/index.js';
import { parseAgentReference } from '../../registry/index.js';
import { DEFINITION_LIMITS } from '../definition/definition-limits.js';
import type { Report } from '../definition/problem-list.js';
import { definitionOf, readDraft, type DefinitionDraft } from '../definition/read-definition.js';
import { compileDraft, type CompiledWorkflow } from './compile-workflow.js';
import type { WorkflowBundle, WorkflowPlan } from './plan.types.js';

/** Where workflows are found that others run. */
export interface WorkflowSources {
  /** @param reference `name` or `name@range`, whose range is one */
  find(reference: string): unknown;
  /** For suggestions. */
  names(): Iterable<string>;
}

/** A workflow of a bundle. */
export interface BundledWorkflow extends CompiledWorkflow {
  /** How it is called in messages: `brief@1.0.0`. */
  readonly title: string;
  /** The workflows that it runs itself, by the reference as it is written. */
  readonly nested: ReadonlyMap<string, NestedUse>;
  /** Its steps, and those of what it runs, each time that it runs it. */
  readonly stepTotal: number;
  /** Workflows within one another, itself included. */
  readonly height: number;
}

/** The use of one workflow by another. */
export interface NestedUse {
  readonly workflow: BundledWorkflow;
  /** Of the step that uses it first. */
  readonly report: Report;
}

/** A workflow that is being compiled, and the one that runs it. */
interface Ancestor {
  readonly draft: DefinitionDraft;
  readonly outer?: Ancestor;
  readonly depth: number;
}

/** Compiles a workflow with all that it runs, each once, however often it is referred to. */
export class BundleCompiler {
  readonly #workflows = new Map<string, BundledWorkflow>();

  constructor(private readonly sources: WorkflowSources) {}

  /** Everything that is run inside of what was compiled, by reference; what is run within another stands before it. */
  get nested(): ReadonlyMap<string, BundledWorkflow> {
    return this.#workflows;
  }

  compile(draft: DefinitionDraft): BundledWorkflow {
    return this.#compile({ draft, depth: 0 });
  }

  /** The definitions of what was compiled without problems. */
  bundle(main: BundledWorkflow): WorkflowBundle {
    const nested = [...this.#workflows].map(
      ([reference, { draft }]) => [reference, definitionOf(draft)] as const,
    );
    return { main: definitionOf(main.draft), nested: Object.fromEntries(nested) };
  }

  #compile(at: Ancestor): BundledWorkflow {
    const { draft } = at;
    const nested = new Map<string, NestedUse>();
    let stepTotal = draft.steps.length;
    const compiled = compileDraft(draft, (reference, report): WorkflowPlan | undefined => {
      const workflow = nested.get(reference)?.workflow ?? this.#resolve(reference, report, at);
      if (workflow === undefined) return undefined;
      if (!nested.has(reference)) nested.set(reference, { workflow, report });
      stepTotal += workflow.stepTotal;
      this.#checkTotal(stepTotal, workflow, report);
      return workflow.plan;
    });
    const heights = [...nested.values()].map(({ workflow }) => workflow.height);
    const title = `${draft.head.name}@${draft.head.version}`;
    return { ...compiled, title, nested, stepTotal, height: 1 + Math.max(0, ...heights) };
  }

  /** Reported where the sum first exceeds the limit. */
  #checkTotal(stepTotal: number, { stepTotal: added }: BundledWorkflow, report: Report): void {
    const { maxSteps } = DEFINITION_LIMITS;
    if (stepTotal <= maxSteps || stepTotal - added > maxSteps) return;
    const message = `brings the workflow to ${stepTotal} steps, those of the workflows that it runs included; at most ${maxSteps} are allowed`;
    report('TOO_MANY_STEPS', '', message);
  }

  #resolve(reference: string, report: Report, at: Ancestor): BundledWorkflow | undefined {
    if (!checkReference(reference, report) || !checkCircle(reference, at, report)) return undefined;
    const known = this.#workflows.get(reference);
    const { maxNesting } = DEFINITION_LIMITS;
    if (at.depth + (known?.height ?? 1) > maxNesting) {
      report('NESTING_TOO_DEEP', '', `is more than ${maxNesting} workflows within one another`);
      return undefined;
    }
    return known ?? this.#find(reference, report, at);
  }

  #find(reference: string, report: Report, outer: Ancestor): BundledWorkflow | undefined {
    const definition = this.sources.find(reference);
    if (definition === undefined) {
      const hint = didYouMean(nearestNames(parseAgentReference(reference).name, this.sources.names()));
      report('WORKFLOW_UNKNOWN', '', `there is no workflow "${reference}".${hint}`);
      return undefined;
    }
    const workflow = this.#compile({ draft: readDraft(definition), outer, depth: outer.depth + 1 });
    this.#workflows.set(reference, workflow);
    return workflow;
  }
}

/** Tells the problems of nested workflows where they are used, the innermost first; each once. */
export function surfaceProblems(workflow: BundledWorkflow, seen = new Set<BundledWorkflow>()): void {
  for (const { workflow: inner, report } of workflow.nested.values()) {
    if (seen.has(inner)) continue;
    seen.add(inner);
    surfaceProblems(inner, seen);
    for (const { code, path, message } of inner.draft.problems.inOrder().slice(0, MAX_ISSUES)) {
      report(code, '', `in ${inner.title} at ${path}: ${message}`);
    }
  }
}

function checkReference(reference: string, report: Report): boolean {
  const { range } = parseAgentReference(reference);
  if (range === undefined || semver.validRange(range) !== null) return true;
  const message = `"${range}" is no semantic version or range; write one such as 2.1.0, ^2.0.0 or 2.x.`;
  report('VERSION_RANGE_INVALID', '', message);
  return false;
}

/**
 * A reference that fits a workflow around it would be a circle, also where it means an older version for now: without a range it
 * comes to mean the newest.
 */
function checkCircle(reference: string, at: Ancestor, report: Report): boolean {
  const { name, range } = parseAgentReference(reference);
  const path: string[] = [];
  for (let around: Ancestor | undefined = at; around !== undefined; around = around.outer) {
    const { head, problems } = around.draft;
    path.unshift(head.name);
    const isMeant = range === undefined || semver.satisfies(head.version as string, range);
    // A bare list cannot be referred to.
    if (problems.stepsPath === '$' || head.name !== name || !isMeant) continue;
    report('WORKFLOW_RECURSIVE', '', `calls itself: ${[...path, name].join(' → ')}`);
    return false;
  }
  return true;
}
