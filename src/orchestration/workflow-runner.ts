import type { Page, Run, RunQuery, RunStep, WorkflowList } from './run.types.js';

/**
 * Runs workflows: the port through which {@link OrchestrationService} reaches the engine that stands to its right.
 */
export abstract class WorkflowRunner {
  /**
   * Checks the whole definition and starts a run of it.
   * @throws WORKFLOW_INVALID with every problem; nothing has run then. RUNS_FULL, SHUTTING_DOWN
   */
  abstract start(definition: WorkflowList, input?: unknown): Promise<Run>;

  /** Resolves when the run has ended, or after `timeoutMs` (default: no limit) with the run as it is then. @throws RUN_UNKNOWN */
  abstract wait(runId: string, timeoutMs?: number): Promise<Run>;

  /** @throws RUN_UNKNOWN */
  abstract get(runId: string): Run;

  /** The steps in the order of the definition. @throws RUN_UNKNOWN */
  abstract steps(runId: string): readonly RunStep[];

  /** Runs, newest first. @throws CURSOR_INVALID */
  abstract list(query: RunQuery): Page<Run>;

  /** Ends a run early; its running agents are told to stop. @throws RUN_UNKNOWN, RUN_FINISHED */
  abstract cancel(runId: string, reason?: string): Promise<Run>;
}
