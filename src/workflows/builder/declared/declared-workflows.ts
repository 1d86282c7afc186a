import { messageOf } from '../../../common/index.js';
import type { WorkflowDefinition } from '../../../orchestration/index.js';
import { WorkflowsRefusedError } from '../../library/library.errors.js';
import type { WorkflowLibrary } from '../../library/workflow-library.js';
import type { DefinitionProblem } from '../../workflows.errors.js';
import type { WorkflowDeclaration } from './workflow.accessor.js';
import { workflow } from '../workflow-builder.js';

/** A workflow class among the providers. */
export interface FoundWorkflow {
  readonly declaration: WorkflowDeclaration;
  /** Absent where there is none that lives as long as the application. */
  readonly instance: unknown;
}

/** Problems that end once somebody has come. */
const LACKS: ReadonlySet<string> = new Set(['CAPABILITY_UNKNOWN', 'AGENT_UNKNOWN']);

/** What declared workflows are checked by, and where they are kept. */
export interface DeclarationParts {
  readonly library: WorkflowLibrary;
  /** Finds everything that is wrong with a definition. */
  readonly check: (
    definition: WorkflowDefinition,
  ) => Promise<{ readonly problems: readonly DefinitionProblem[] }>;
}

type Read =
  { readonly definition: WorkflowDefinition; readonly className: string } | { readonly violation: string };

/**
 * Opens the library with what the application's classes define. They may run one another, and stored workflows, in any order.
 * @throws WORKFLOWS_REFUSED with every violation of every class; the library is closed then
 */
export async function declareWorkflows(
  found: readonly FoundWorkflow[],
  { library, check }: DeclarationParts,
): Promise<void> {
  const read = findDuplicates(found.map(readFound));
  const declared = read.flatMap((one) => ('definition' in one ? [one] : []));
  await library.open(declared.map(({ definition }) => definition));
  const violations = read.flatMap((one) => ('violation' in one ? [one.violation] : []));
  let lacksOnlyAgents = violations.length === 0;
  for (const { className, definition } of declared) {
    const { problems } = await check(definition);
    lacksOnlyAgents &&= problems.every(({ code }) => LACKS.has(code));
    violations.push(
      ...problems.map(({ path, message, code }) => `${className}: ${path}: ${message} (${code})`),
    );
  }
  if (violations.length === 0) return;
  library.close();
  throw new WorkflowsRefusedError(violations, lacksOnlyAgents);
}

function readFound({ declaration, instance }: FoundWorkflow): Read {
  const { className, name, options } = declaration;
  const refuse = (why: string): Read => ({ violation: `${className}: ${why}` });
  if (typeof instance !== 'object' || instance === null) {
    return refuse(
      'it is made anew for each request or use; a workflow is defined once, so make it a singleton',
    );
  }
  const { define } = instance as { readonly define?: unknown };
  if (typeof define !== 'function') return refuse('it has no define(flow), which returns the definition');
  try {
    const definition: unknown = define.call(instance, workflow(name, options));
    if (!isDefinition(definition)) {
      return refuse('define(flow) returns no definition; end it by .output(…) or .build(), and return that');
    }
    const expected = `${name}@${options.version ?? '1.0.0'}`;
    const actual = idOf(definition);
    if (actual === expected) return { className, definition };
    return refuse(
      `define(flow) returns "${actual}", @Workflow says "${expected}"; begin with the flow it is given`,
    );
  } catch (error) {
    return refuse(`define(flow) failed: ${messageOf(error)}`);
  }
}

function isDefinition(value: unknown): value is WorkflowDefinition {
  return typeof value === 'object' && value !== null && Array.isArray((value as { steps?: unknown }).steps);
}

function idOf({ name, version = '1.0.0' }: WorkflowDefinition): string {
  return `${name}@${version}`;
}

/** The first of two with one name and version stays. */
function findDuplicates(read: readonly Read[]): Read[] {
  const owners = new Map<string, string>();
  return read.map((one) => {
    if (!('definition' in one)) return one;
    const id = idOf(one.definition);
    const owner = owners.get(id);
    owners.set(id, owner ?? one.className);
    if (owner === undefined) return one;
    return { violation: `${one.className}: ${owner} declares "${id}" too; give one of them another version` };
  });
}
