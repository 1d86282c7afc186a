import type { Report } from '../definition/problem-list.js';
import { type DefinitionDraft } from '../definition/read-definition.js';
import { defined, optionalMs, type FindPlan } from './compile-actions.js';
import { compileStep } from './compile-step.js';
import { readStructure, type Structure } from './compile-structure.js';
import { Templates, type Surroundings } from './compile-templates.js';
import type { WorkflowPlan } from './plan.types.js';

/** One workflow, compiled. Where its draft had problems, or more were found, the plan serves only to find yet more. */
export interface CompiledWorkflow {
  readonly draft: DefinitionDraft;
  readonly structure: Structure;
  readonly plan: WorkflowPlan;
}

/** Compiles a definition that was read; what is wrong with it is added to its problems. */
export function compileDraft(draft: DefinitionDraft, findPlan: FindPlan): CompiledWorkflow {
  const { head, steps, problems } = draft;
  const structure = readStructure(steps, problems);
  const surroundings: Surroundings = {
    structure,
    stepIds: new Set(structure.ids.keys()),
    ...(head.input && { inputMembers: new Set(Object.keys(head.input)) }),
  };
  const context = { surroundings, findPlan, problems };
  const plan: WorkflowPlan = {
    name: head.name,
    version: head.version as string,
    steps: steps.map((step, index) => compileStep(step, index, context)),
    inputDefaults: defaultsOf(head.input),
    ...defined({
      output: compileOutput(head.output, surroundings, problems.report),
      timeoutMs: optionalMs(head.timeout),
    }),
    priority: head.priority ?? 0,
    ...defined({ durability: head.durability }),
  };
  return { draft, structure, plan };
}

function compileOutput(output: unknown, surroundings: Surroundings, report: Report): WorkflowPlan['output'] {
  return output === undefined ? undefined : new Templates(surroundings, report).template(output, '.output');
}

function defaultsOf(members: DefinitionDraft['head']['input'] = {}): WorkflowPlan['inputDefaults'] {
  const defaults = Object.entries(members).flatMap(([name, member]) =>
    typeof member === 'object' && member.default !== undefined ? [[name, member.default] as const] : [],
  );
  return Object.freeze(Object.fromEntries(defaults));
}
