import {
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { CallerInput, CallerOutput, Capability } from '../agents/index.js';
import { EventBus, type Cancel } from '../common/index.js';
import { TrafficEased } from '../health/index.js';
import { AgentDrainChanged, AgentRegistered, AgentUnregistered, HealthChanged } from '../registry/index.js';
import type { Choice } from '../selection/index.js';
import { StatusChanged } from '../status/index.js';
import { Dispatcher } from './dispatch/dispatcher.js';
import type { ApprovalAnswer, Run, RunEvent, StartOptions, WorkflowSource } from './runs/run.types.js';
import { TaskExecutor } from './tasks/task-executor.js';
import type { SucceededTask, TaskOptions, TaskResult } from './tasks/task.types.js';
import { WorkflowRunner } from './runs/workflow-runner.js';

/** Options under which a task either succeeds or fails, and is never skipped. */
export type UnskippableTaskOptions = TaskOptions & {
  readonly whenUnavailable?: 'alternative' | 'queue' | 'fail';
};

/**
 * Routes tasks to agents by capability and runs workflows.
 * @publicApi
 */
@Injectable()
export class OrchestrationService
  implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  #subscriptions: Cancel[] = [];

  constructor(
    private readonly executor: TaskExecutor,
    private readonly dispatcher: Dispatcher,
    private readonly runner: WorkflowRunner,
    private readonly bus: EventBus,
  ) {}

  /**
   * Has one task carried out by an agent that provides the capability, and resolves with its output and the record of it.
   *
   * @throws CAPABILITY_UNKNOWN, INPUT_INVALID, TASK_OPTION_INVALID for a wrong request; a `TaskFailedError`, whose `result` is
   * the whole record, with the code NO_AGENT_AVAILABLE, QUEUE_TIMEOUT, QUEUE_FULL, TASK_TIMEOUT, ATTEMPT_TIMEOUT,
   * TASK_CANCELED, AGENT_FAILED, OUTPUT_INVALID, or that of a Cadre error that the agent threw
   * @example const { output } = await orchestration.execute(WebResearch, 'AI agent registries', { timeoutMs: 20_000 });
   */
  execute<C extends Capability>(
    capability: C,
    input: CallerInput<C>,
    options?: UnskippableTaskOptions,
  ): Promise<SucceededTask<CallerOutput<C>>>;
  execute(capability: string, input: unknown, options?: UnskippableTaskOptions): Promise<SucceededTask>;
  execute<C extends Capability>(
    capability: C,
    input: CallerInput<C>,
    options: TaskOptions,
  ): Promise<TaskResult<CallerOutput<C>>>;
  execute(capability: string, input: unknown, options: TaskOptions): Promise<TaskResult>;
  execute(capability: Capability | string, input: unknown, options?: TaskOptions): Promise<TaskResult> {
    return this.executor.execute(nameOf(capability), input, options);
  }

  /**
   * Who would get the task now, and why, without running it or taking a slot. Give the input to have it held against the
   * candidates' contracts too.
   * @throws CAPABILITY_UNKNOWN, STRATEGY_UNKNOWN, INPUT_INVALID, TASK_OPTION_INVALID
   */
  choose(capability: Capability | string, options?: TaskOptions, input?: unknown): Promise<Choice> {
    return this.executor.choose(nameOf(capability), options, input);
  }

  /**
   * Starts a run of a workflow, by `name` or `name@range` or as a definition, and resolves once it is recorded.
   * @throws WORKFLOW_INVALID with every problem, WORKFLOW_UNKNOWN, INPUT_INVALID, RUN_OPTION_INVALID, IDEMPOTENCY_KEY_REUSED
   * @example const run = await orchestration.start('market_brief', { topic: 'AI agent registries', company: 'Acme' });
   */
  start(workflow: WorkflowSource, input?: unknown, options?: StartOptions): Promise<Run> {
    return this.runner.start(workflow, input, options);
  }

  /** Starts a run and resolves when it has ended, whichever way; look at its `status`. @throws as {@link start} does */
  async run(workflow: WorkflowSource, input?: unknown, options?: StartOptions): Promise<Run> {
    const { runId } = await this.runner.start(workflow, input, options);
    return this.runner.wait(runId);
  }

  /** Ends a run early: its agents are told to stop, and what it did is undone where its steps say how. @throws RUN_UNKNOWN, RUN_FINISHED */
  cancel(runId: string, reason?: string): Promise<Run> {
    return this.runner.cancel(runId, reason);
  }

  /** Takes a run that failed or was canceled up again, from the steps that did not succeed. @throws RUN_UNKNOWN, RUN_NOT_RETRYABLE */
  retry(runId: string): Promise<Run> {
    return this.runner.retry(runId);
  }

  /** Tells a run of a named event; one that comes before its step is kept for it. @throws RUN_UNKNOWN, RUN_FINISHED, INPUT_INVALID */
  signal(runId: string, name: string, payload?: unknown): Promise<void> {
    return this.runner.signal(runId, name, payload);
  }

  /** Answers an approval that a run waits for. @throws RUN_UNKNOWN, RUN_FINISHED, APPROVAL_UNKNOWN, APPROVAL_NOT_OPEN */
  approve(runId: string, stepId: string, answer: ApprovalAnswer = { approved: true }): Promise<void> {
    return this.runner.approve(runId, stepId, answer);
  }

  /**
   * What happens in a run, from its first event, or from the one behind `after`, to its end.
   * @throws RUN_UNKNOWN, CURSOR_INVALID for an `after` that is no event id
   * @example for await (const event of orchestration.events(run.runId)) console.log(event.type, event.data);
   */
  events(runId: string, after?: string, signal?: AbortSignal): AsyncIterable<RunEvent> {
    return this.runner.events(runId, after, signal);
  }

  onApplicationBootstrap(): void {
    const lookAgain = (): void => this.dispatcher.lookAgain();
    this.#subscriptions = [
      this.bus.subscribe(StatusChanged, lookAgain),
      this.bus.subscribe(AgentRegistered, lookAgain),
      this.bus.subscribe(AgentUnregistered, lookAgain),
      this.bus.subscribe(AgentDrainChanged, lookAgain),
      this.bus.subscribe(HealthChanged, lookAgain),
      this.bus.subscribe(TrafficEased, lookAgain),
    ];
  }

  /** Takes no further tasks and waits for those under way, for the grace time at most. */
  async beforeApplicationShutdown(): Promise<void> {
    // First of all, so that runs begin no steps that would be refused.
    this.runner.halt();
    await this.executor.close();
    await this.runner.close();
  }

  onApplicationShutdown(): void {
    for (const unsubscribe of this.#subscriptions) unsubscribe();
    this.#subscriptions = [];
  }
}

function nameOf(capability: Capability | string): string {
  return typeof capability === 'string' ? capability : capability.name;
}
