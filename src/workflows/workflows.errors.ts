import { CadreError } from '../common/index.js';

/** One thing that is wrong in a definition. */
export interface DefinitionProblem {
  /** Where, as a JSON path: `$[1].capability`. */
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

/** A definition cannot be run; lists every problem at once. */
export class InvalidWorkflowError extends CadreError {
  constructor(problems: readonly DefinitionProblem[]) {
    super({
      code: 'WORKFLOW_INVALID',
      kind: 'definition',
      message: `The workflow has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}: ${problems
        .slice(0, 20)
        .map(({ path, message }) => `${path}: ${message}`)
        .join('; ')}.`,
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
      message: `There is no run "${runId.slice(0, 80)}". Runs are kept in memory, the last 1 000 that ended; GET /runs lists them.`,
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
      message: `The run "${runId}" has ended already: it ${status}.`,
      details: { runId, status },
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

/** A cursor was not given out by this list. */
export class InvalidCursorError extends CadreError {
  constructor(cursor: string) {
    super({
      code: 'CURSOR_INVALID',
      kind: 'input',
      message: `"${cursor.slice(0, 80)}" is no cursor of this list; use the nextCursor of its last page, or none.`,
      details: {},
    });
  }
}
