import { InvalidInputError, RunContext } from '../agents/index.js';
import { jsonPath, newId, type Clock } from '../common/index.js';
import {
  ShuttingDownError,
  TaskCanceledError,
  WorkflowRunner,
  type Page,
  type Run,
  type RunQuery,
  type RunStep,
  type SucceededTask,
  type TaskExecutor,
  type WorkflowList,
} from '../orchestration/index.js';
import type { Catalog } from '../registry/index.js';
import { planList, type PlannedStep } from './list-definition.js';
import { RunLedger, type LiveRun } from './run-ledger.js';
import { takeSnapshot } from './definition/snapshot.js';
import { RunFinishedError, RunsFullError } from './workflows.errors.js';

/** Runs that may be under way at a time; each holds its outputs in memory. */
const MAX_ACTIVE_RUNS = 1_000;

/** What flows into a step. */
interface StepInput {
  readonly value: unknown;
  /** The data type of an output; absent for what a caller gave. */
  readonly type?: string;
}

/**
 * Runs the bare list form, in sequence and in memory: each step is a task, and a run ends with its process.
 * The durable engine takes its place behind the same port.
 */
export class ListRunner extends WorkflowRunner {
  readonly #ledger = new RunLedger();

  constructor(
    private readonly executor: Pick<TaskExecutor, 'execute' | 'isClosing'>,
    private readonly catalog: Catalog,
    private readonly clock: Clock,
  ) {
    super();
  }

  async start(definition: WorkflowList, input?: unknown): Promise<Run> {
    const kept = input === undefined ? undefined : keepInput(input);
    const steps = await planList(definition, kept, this.catalog);
    // Asked after the last wait: nothing may come between these checks and the run.
    if (this.executor.isClosing) throw new ShuttingDownError();
    if (this.#ledger.activeCount >= MAX_ACTIVE_RUNS) throw new RunsFullError(MAX_ACTIVE_RUNS);
    const run = this.#ledger.open({ runId: newId(), steps, input: kept, startedAt: this.clock.now() });
    // Not awaited: its end is in the ledger, and it never rejects.
    run.ended = this.#run(run, steps, kept);
    return run.view();
  }

  async wait(runId: string, timeoutMs?: number): Promise<Run> {
    const run = this.#ledger.get(runId);
    if (timeoutMs === undefined) await run.ended;
    else await this.#waitAtMost(run.ended, timeoutMs);
    return run.view();
  }

  get(runId: string): Run {
    return this.#ledger.get(runId).view();
  }

  steps(runId: string): readonly RunStep[] {
    return this.#ledger.get(runId).steps.map((step) => ({ ...step }));
  }

  list(query: RunQuery): Page<Run> {
    return this.#ledger.list(query);
  }

  async cancel(runId: string, reason = 'canceled by request'): Promise<Run> {
    const run = this.#ledger.get(runId);
    if (run.finishedAt !== undefined) throw new RunFinishedError(runId, run.status);
    run.controller.abort(reason);
    await run.ended;
    return run.view();
  }

  /** Leaves no timer behind, whichever comes first. */
  async #waitAtMost(ended: Promise<void>, timeoutMs: number): Promise<void> {
    const over = new AbortController();
    await Promise.race([ended, this.clock.delay(timeoutMs, over.signal)]);
    over.abort();
  }

  /** Never rejects: whatever happens is in the record of the run. */
  async #run(run: LiveRun, steps: readonly PlannedStep[], input: unknown): Promise<void> {
    let context = RunContext.EMPTY;
    let before: StepInput = { value: input };
    for (const [index, step] of steps.entries()) {
      run.beginStep(index, this.clock.now());
      try {
        const task = await this.#runStep(run, step, before, context);
        before = { value: task.output, type: task.outputType };
        // Freezes the output, so it comes before anybody else can see it.
        context = context.withOutput(step.id, { value: task.output, type: task.outputType });
        run.succeedStep(index, task, this.clock.now());
      } catch (error) {
        run.failStep(index, error, this.clock.now());
        break;
      }
    }
    this.#ledger.close(run, this.clock.now());
  }

  async #runStep(
    { runId, controller: { signal } }: LiveRun,
    step: PlannedStep,
    before: StepInput,
    context: RunContext,
  ): Promise<SucceededTask> {
    if (signal.aborted) throw new TaskCanceledError(step.capability, signal.reason);
    const { value, type }: StepInput = step.input ?? before;
    // A value of a type that the step does not name is left to its contract: it may fit one that is wider.
    const inputType = type !== undefined && step.accepts.has(type) ? type : undefined;
    const result = await this.executor.execute(
      step.capability,
      value,
      { agent: step.agent, inputType, signal, idempotencyKey: `${runId}:${step.id}` },
      { runId, stepId: step.id, context },
    );
    // The default policies of a task never skip it.
    return result as SucceededTask;
  }
}

/** @throws INPUT_INVALID */
function keepInput(input: unknown): unknown {
  const snapshot = takeSnapshot(input);
  if (snapshot.ok) return snapshot.value;
  const { path, reason } = snapshot.found;
  throw new InvalidInputError('a run, which takes JSON', [{ path: jsonPath(path), message: reason }]);
}
