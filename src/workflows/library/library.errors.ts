import { CadreError, didYouMean } from '../../common/index.js';

/** There is no such workflow, or no version of it in the range. */
export class UnknownWorkflowError extends CadreError {
  constructor(reference: string, versions: readonly string[], nearest: readonly string[]) {
    const hint =
      versions.length > 0 ? ` Its versions are ${versions.slice(0, 10).join(', ')}.` : didYouMean(nearest);
    super({
      code: 'WORKFLOW_UNKNOWN',
      kind: 'not-found',
      message: `There is no workflow "${reference.slice(0, 120)}".${hint}`,
      details: { workflow: reference.slice(0, 120), versions: versions.slice(0, 50) },
    });
  }
}

/** A version never changes once it is stored. */
export class WorkflowVersionExistsError extends CadreError {
  constructor(name: string, version: string) {
    super({
      code: 'WORKFLOW_VERSION_EXISTS',
      kind: 'conflict',
      message: `"${name}@${version}" is stored already, with another content. Give what you changed a new version.`,
      details: { workflow: name, version },
    });
  }
}

/** The application's own code declares the workflow. */
export class WorkflowDeclaredError extends CadreError {
  constructor(name: string, version: string) {
    super({
      code: 'WORKFLOW_DECLARED',
      kind: 'conflict',
      message: `"${name}@${version}" is declared in the code of the application and is neither stored nor removed from outside. Store another version, or change the code.`,
      details: { workflow: name, version },
    });
  }
}

/** Other workflows or schedules run the one that is to be removed. */
export class WorkflowInUseError extends CadreError {
  constructor(
    name: string,
    {
      workflows,
      schedules,
    }: { readonly workflows: readonly string[]; readonly schedules: readonly string[] },
  ) {
    const users = [...workflows, ...schedules.map((id) => `the schedule ${id}`)];
    super({
      code: 'WORKFLOW_IN_USE',
      kind: 'conflict',
      message: `"${name}" is run by ${users.slice(0, 10).join(', ')}. Change or remove them first, or use force.`,
      details: { workflow: name, usedBy: workflows.slice(0, 50), schedules: schedules.slice(0, 50) },
    });
  }
}

/** Workflows in the code of the application are wrong: the boot stops. */
export class WorkflowsRefusedError extends CadreError {
  /** @param lacksOnlyAgents they would be valid if more agents were there */
  constructor(
    violations: readonly string[],
    readonly lacksOnlyAgents = false,
  ) {
    super({
      code: 'WORKFLOWS_REFUSED',
      kind: 'definition',
      message: `The declared workflows are not valid:\n${violations.map((violation) => `- ${violation}`).join('\n')}`,
      details: { violations },
    });
  }
}
