import type {
  ApprovalAnswer,
  Page,
  Run,
  RunEvent,
  RunQuery,
  RunStep,
  StartOptions,
  WorkflowSource,
} from './run.types.js';
import type { WorkflowDefinition } from './workflow-definition.types.js';

/**
 * Runs workflows: the port through which {@link OrchestrationService} reaches the engine that stands to its right.
 */
export abstract class WorkflowRunner {
  /**
   * Checks the whole definition and records a run of it, which then begins by itself.
   * @throws WORKFLOW_INVALID with every problem; nothing has run then. WORKFLOW_UNKNOWN, INPUT_INVALID, RUN_OPTION_INVALID,
   * IDEMPOTENCY_KEY_REUSED, RUNS_FULL, SHUTTING_DOWN
   */
  abstract start(workflow: WorkflowSource, input?: unknown, options?: StartOptions): Promise<Run>;

  /**
   * Resolves when the run has ended, or after `timeoutMs` (default: no limit) or an abort with the run as it is then.
   * @throws RUN_UNKNOWN
   */
  abstract wait(runId: string, timeoutMs?: number, signal?: AbortSignal): Promise<Run>;

  /** @throws RUN_UNKNOWN */
  abstract get(runId: string): Promise<Run>;

  /** The steps in the order of the definition, those of items and nested workflows behind their step. @throws RUN_UNKNOWN */
  abstract steps(runId: string): Promise<readonly RunStep[]>;

  /** The definition that the run was started with. @throws RUN_UNKNOWN */
  abstract definition(runId: string): Promise<unknown>;

  /** The workflows that a run runs inside of it, by the references to them. @throws RUN_UNKNOWN */
  abstract nestedDefinitions(runId: string): Promise<Readonly<Record<string, WorkflowDefinition>>>;

  /** Runs, newest first. @throws CURSOR_INVALID */
  abstract list(query: RunQuery): Promise<Page<Run>>;

  /** Ends a run early; its running agents are told to stop, its steps undone. @throws RUN_UNKNOWN, RUN_FINISHED */
  abstract cancel(runId: string, reason?: string): Promise<Run>;

  /** Takes a failed or canceled run up again, from the steps that did not succeed. @throws RUN_UNKNOWN, RUN_NOT_RETRYABLE */
  abstract retry(runId: string): Promise<Run>;

  /** Tells a run of a named event; one that comes before its step is kept for it. @throws RUN_UNKNOWN, RUN_FINISHED, INPUT_INVALID */
  abstract signal(runId: string, name: string, payload?: unknown): Promise<void>;

  /** Answers an approval. @throws RUN_UNKNOWN, RUN_FINISHED, APPROVAL_UNKNOWN, APPROVAL_NOT_OPEN */
  abstract approve(runId: string, stepId: string, answer: ApprovalAnswer): Promise<void>;

  /**
   * What happens in a run, from the event behind `after` (default: the first) to its end, then ends itself.
   * @throws RUN_UNKNOWN, CURSOR_INVALID
   */
  abstract events(runId: string, after?: string, signal?: AbortSignal): AsyncIterable<RunEvent>;

  /** Starts no further runs and begins no further steps. */
  abstract halt(): void;

  /** Halts, waits until what is under way has ended, and hands the rest to whoever goes on with it. */
  abstract close(): Promise<void>;
}
