import { CadreError } from '../common/index.js';

/** One thing that is wrong in a definition. */
export interface DefinitionProblem {
  /** Where, as a JSON path: `$[1].capability`. */
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

/** Problems that the message spells out; the details list all. */
const MAX_SPELLED_PROBLEMS = 20;

/** A definition cannot be run; lists every problem at once. */
export class InvalidWorkflowError extends CadreError {
  constructor(problems: readonly DefinitionProblem[]) {
    const spelled = problems.slice(0, MAX_SPELLED_PROBLEMS);
    const rest = problems.length - spelled.length;
    super({
      code: 'WORKFLOW_INVALID',
      kind: 'definition',
      message: [
        `${problems.length === 1 ? 'One problem stops' : `${problems.length} problems stop`} the workflow:`,
        ...spelled.map(({ code, path, message }) => `- ${path}: ${message} (${code})`),
        ...(rest > 0 ? [`- and ${rest} more`] : []),
      ].join('\n'),
      details: { problems },
    });
  }
}

/** There is no such run, or it is so old that it was forgotten. */
export class UnknownRunError extends CadreError {
  constructor(runId: string) {
    super({
      code: 'RUN_UNKNOWN',
      kind: 'not-found',
      message: `There is no run "${runId.slice(0, 80)}". Of those that have ended only the latest are remembered; list the runs to see them.`,
      details: { runId: runId.slice(0, 80) },
    });
  }
}

/** The run has ended already. */
export class RunFinishedError extends CadreError {
  constructor(runId: string, status: string) {
    super({
      code: 'RUN_FINISHED',
      kind: 'conflict',
      message: `The run "${runId}" has ended already and is ${status}; read its result.`,
      details: { runId, status },
    });
  }
}

/** A run is executed by somebody else by now, or by nobody: what this node knows of it is out of date. */
export class RunLostError extends CadreError {
  constructor(runId: string, epoch: number) {
    super({
      code: 'RUN_LOST',
      kind: 'conflict',
      message: `The run "${runId}" is no longer held under epoch ${epoch}; drop it: whoever holds it now goes on from its journal.`,
      details: { runId, epoch },
    });
  }
}

/** Too many runs are under way. */
export class RunsFullError extends CadreError {
  constructor(limit: number) {
    super({
      code: 'RUNS_FULL',
      kind: 'unavailable',
      message: `${limit} runs are under way already. Come back later.`,
      details: { limit },
    });
  }
}

/** An option of workflows is out of its bounds. */
export class WorkflowOptionError extends CadreError {
  constructor(field: string, value: unknown, allowed: string) {
    super({
      code: 'WORKFLOW_OPTION_INVALID',
      kind: 'definition',
      message: `workflows.${field} is ${String(value).slice(0, 60)}; it must be ${allowed}.`,
      details: { field },
    });
  }
}
