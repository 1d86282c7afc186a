import { RunContext } from '../agents/index.js';
import { newId, type Clock } from '../common/index.js';
import {
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
import { RunFinishedError, RunsFullError } from './workflows.errors.js';

/** Runs that may be under way at a time; each holds its outputs in memory. */
const MAX_ACTIVE_RUNS = 1_000;

/**
 * Runs the bare list form, in sequence and in memory: each step is a task, and a run ends with its process.
 * The durable engine takes its place behind the same port.
 */
export class ListRunner extends WorkflowRunner {
  readonly #ledger = new RunLedger();

  constructor(
    private readonly executor: TaskExecutor,
    private readonly catalog: Catalog,
    private readonly clock: Clock,
  ) {
    super();
  }

  async start(definition: WorkflowList, input?: unknown): Promise<Run> {
    const steps = await planList(definition, input, this.catalog);
    if (this.#ledger.activeCount >= MAX_ACTIVE_RUNS) throw new RunsFullError(MAX_ACTIVE_RUNS);
    const run = this.#ledger.open(newId(), steps, input, this.clock.now());
    // Not awaited: its end is in the ledger, and it never rejects.
    run.ended = this.#run(run, steps, input);
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
    let cancel = (): void => {};
    const late = new Promise<void>((resolve) => (cancel = this.clock.schedule(timeoutMs, resolve)));
    await Promise.race([ended, late]);
    cancel();
  }

  /** Never rejects: whatever happens is in the record of the run. */
  async #run(run: LiveRun, steps: readonly PlannedStep[], input: unknown): Promise<void> {
    let context = RunContext.EMPTY;
    let before: { readonly value: unknown; readonly type?: string } = { value: input };
    for (const [index, step] of steps.entries()) {
      run.beginStep(index, this.clock.now());
      try {
        const {
          output: value,
          outputType: type,
          ...task
        } = await this.#runStep(run, step, step.input ?? before, context);
        run.succeedStep(index, { ...task, output: value, outputType: type }, this.clock.now());
        context = context.withOutput(step.id, { type, value });
        before = { value, type };
      } catch (error) {
        run.failStep(index, error, this.clock.now());
        break;
      }
    }
    this.#ledger.close(run, this.clock.now());
  }

  async #runStep(
    run: LiveRun,
    step: PlannedStep,
    input: { readonly value: unknown; readonly type?: string },
    context: RunContext,
  ): Promise<SucceededTask> {
    const { runId, controller } = run;
    // A value of a type that the step does not name is left to its contract: it may fit one that is wider.
    const inputType =
      input.type !== undefined && this.#takes(step.capability, input.type) ? input.type : undefined;
    const result = await this.executor.execute(
      step.capability,
      input.value,
      { agent: step.agent, inputType, signal: controller.signal, idempotencyKey: `${runId}:${step.id}` },
      { runId, stepId: step.id, context },
    );
    // The default policies of a task never skip it.
    return result as SucceededTask;
  }

  #takes(capability: string, type: string): boolean {
    const contracts = this.catalog.index.entry(capability)?.contracts ?? [];
    return contracts.some(({ mode, inputs }) => mode === 'any' && inputs.has(type));
  }
}
