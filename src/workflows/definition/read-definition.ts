import type { WorkflowDefinition } from '../../orchestration/index.js';
import type { DefinitionProblem } from '../workflows.errors.js';
import { DEFINITION_LIMITS } from './definition-limits.js';
import { DocumentCopier, isPlain } from './document-copy.js';
import { ProblemList, type StepsPath } from './problem-list.js';
import { isObject, readFields, reportUnknownFields } from './shapes/shapes.js';
import { readStep, type StepDraft } from './shapes/step.shape.js';
import { HEAD_FIELDS, WORKFLOW_FIELDS, type WorkflowHead } from './shapes/workflow.shape.js';

/** The name of a workflow that was written as a bare list. */
export const LIST_NAME = 'list';

/** The version of a workflow that says none. */
export const DEFAULT_VERSION = '1.0.0';

/** A longer one is no id, and is not repeated in messages. */
const MAX_SHOWN_ID_LENGTH = 64;

/** As much of a definition as could be read, and what was wrong with the rest. */
export interface DefinitionDraft {
  readonly head: WorkflowHead;
  readonly steps: readonly StepDraft[];
  readonly problems: ProblemList;
}

/** A definition that is well formed, or why it is not. */
export type ReadDefinition =
  | { readonly ok: true; readonly definition: WorkflowDefinition; readonly stepsPath: StepsPath }
  | { readonly ok: false; readonly problems: readonly DefinitionProblem[] };

/** What was read already: reading a definition again that came out of here costs nothing. */
const DRAFTS = new WeakMap<object, DefinitionDraft>();

/**
 * Reads a workflow, or a bare list of steps, in one form: with name and version, an id for each step, and `input` for `task`.
 * What comes out is a frozen copy. Names, references and expressions are not looked at.
 */
export function readDefinition(source: unknown): ReadDefinition {
  const draft = readDraft(source);
  if (!draft.problems.isEmpty) return { ok: false, problems: draft.problems.inOrder() };
  return { ok: true, definition: definitionOf(draft), stepsPath: draft.problems.stepsPath };
}

/** The definition of a draft without problems. */
export function definitionOf(draft: DefinitionDraft): WorkflowDefinition {
  const definition = Object.freeze({ ...draft.head, steps: draft.steps }) as WorkflowDefinition;
  DRAFTS.set(definition, draft);
  return definition;
}

/** Reads what can be read of a definition, and finds everything that is wrong in its form. */
export function readDraft(source: unknown): DefinitionDraft {
  const known = typeof source === 'object' && source !== null ? DRAFTS.get(source) : undefined;
  // Its list of problems is its own: whoever reads it goes on to find more.
  if (known !== undefined) return { ...known, problems: new ProblemList(known.problems.stepsPath) };
  const copier = new DocumentCopier();
  return Array.isArray(source) ? readList(source, copier) : readWorkflow(source, copier);
}

function readList(list: readonly unknown[], copier: DocumentCopier): DefinitionDraft {
  const problems = new ProblemList('$');
  const head = Object.freeze({ name: LIST_NAME, version: DEFAULT_VERSION });
  return { head, steps: readSteps(list, copier, problems), problems };
}

function readWorkflow(source: unknown, copier: DocumentCopier): DefinitionDraft {
  const problems = new ProblemList('$.steps');
  const nothing = { head: { name: '', version: DEFAULT_VERSION }, steps: [], problems };
  if (!isObject(source) || !isPlain(source)) {
    problems.report('NOT_A_WORKFLOW', '', 'must be a list of steps, or an object with a name and steps');
    return nothing;
  }
  const { steps, ...rest } = source as { readonly steps?: unknown };
  const copied = copier.copy(rest, 0);
  if (!copied.ok) {
    const { code, place, message } = copied.refusal;
    problems.report(code, place, message);
    return nothing;
  }
  const head = readHead(copied.value as object, steps !== undefined, problems);
  if (steps === undefined) return { ...nothing, head };
  if (Array.isArray(steps)) return { head, steps: readSteps(steps, copier, problems), problems };
  problems.report('NOT_A_LIST', '.steps', 'must be a list of steps');
  return { ...nothing, head };
}

function readHead(written: object, hasSteps: boolean, problems: ProblemList): WorkflowHead {
  const { report } = problems;
  const isStep = !hasSteps && (Object.hasOwn(written, 'capability') || Object.hasOwn(written, 'agent'));
  if (isStep) {
    report(
      'NOT_A_WORKFLOW',
      '',
      'is a single step; a workflow must be a list of steps, or an object with a name and steps',
    );
    return { name: '' };
  }
  reportUnknownFields('a workflow', WORKFLOW_FIELDS, written, report);
  const { $schema: _, ...head } = readFields(HEAD_FIELDS, written, report);
  if (!hasSteps) report('FIELD_MISSING', '.steps', 'is missing');
  return { version: DEFAULT_VERSION, ...(head as unknown as WorkflowHead) };
}

function readSteps(
  steps: readonly unknown[],
  copier: DocumentCopier,
  problems: ProblemList,
): readonly StepDraft[] {
  const place = problems.stepsPath.slice(1);
  const { maxSteps } = DEFINITION_LIMITS;
  if (steps.length === 0) problems.report('NO_STEPS', place, 'has no steps; give it at least one');
  if (steps.length > maxSteps) {
    problems.report('TOO_MANY_STEPS', place, `has ${steps.length} steps; at most ${maxSteps} are allowed`);
    return [];
  }
  const depth = problems.stepsPath === '$' ? 1 : 2;
  const positions = new Map<string, number>();
  // By position: `map` skips the holes of a list.
  return Array.from(steps, (step, index) => {
    const report = problems.ofStep(index);
    const copied = copier.copy(step, depth);
    if (!copied.ok) {
      const { code, place: part, message } = copied.refusal;
      report(part === '' && code === 'WRONG_TYPE' ? 'NOT_A_STEP' : code, part, message);
    }
    const written = copied.ok ? copied.value : undefined;
    const read = copied.ok ? readStep(written, report) : undefined;
    // An id that breaks the rule was reported; that it is referred to is no second mistake.
    const id = read?.id ?? writtenId(written) ?? `step-${index + 1}`;
    const first = positions.get(id);
    if (first === undefined) positions.set(id, index);
    else report('ID_REPEATED', '.id', `"${id}" is the id of ${problems.stepsPath}[${first}] already`);
    return Object.freeze({ ...read, id });
  });
}

function writtenId(step: unknown): string | undefined {
  const id = isObject(step) ? (step as { readonly id?: unknown }).id : undefined;
  return typeof id === 'string' && id.length <= MAX_SHOWN_ID_LENGTH ? id : undefined;
}
