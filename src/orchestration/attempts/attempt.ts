import {
  InvalidReportError,
  type ProgressReport,
  type RunContext,
  type SourceReport,
} from '../../agents/index.js';
import type { TaskContext, TaskScope, ToolCall, UsageReport } from '../../agents/index.js';
import { toJsonFacts, type Clock, type Logger, type RandomSource } from '../../common/index.js';
import type { Release } from '../../registry/index.js';
import type { TaskUsage } from '../tasks/task.types.js';

/** More records of tool calls than this help nobody; further calls are only not recorded. */
const MAX_TOOL_CALLS = 1_000;
const MAX_SOURCES = 1_000;

/** What is the same for all attempts of one task. */
export interface TaskIdentity {
  readonly taskId: string;
  readonly runId?: string;
  readonly stepId?: string;
  readonly capability: string;
  readonly idempotencyKey: string;
  readonly context: RunContext;
  readonly onProgress?: (progress: ProgressReport, attempt: Attempt) => void;
}

/** What attempts need of the process around them. */
export interface AttemptSurroundings {
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly logger: Logger;
}

/** What is known of an attempt when it begins. */
export interface AttemptScope {
  /** 1 for the first attempt of the task. */
  readonly number: number;
  readonly inputType: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly deadlineAt: number;
  /** On the clock that does not jump. */
  readonly startedMonotonicMs: number;
  /** Tasks that the agent has under way beside this one. */
  readonly inFlight: number;
}

/**
 * One try of a task by one agent: the context that the agent gets, and the sum of what it reports.
 *
 * The abort controller and the logger are made when first asked for: most attempts need neither, and they would cost more
 * than all the rest.
 */
export class Attempt implements TaskContext, TaskScope {
  #endedMonotonicMs: number | undefined;
  #controller: AbortController | undefined;
  #abortReason: Error | undefined;
  #isOver = false;
  #inputTokens = 0;
  #outputTokens = 0;
  #costUsd: number | undefined;
  #confidence: number | undefined;
  #sources: SourceReport[] | undefined;
  #toolCalls: ToolCall[] | undefined;

  constructor(
    private readonly task: TaskIdentity,
    readonly release: Release,
    private readonly scope: AttemptScope,
    private readonly surroundings: AttemptSurroundings,
  ) {}

  get taskId(): string {
    return this.task.taskId;
  }

  get runId(): string | undefined {
    return this.task.runId;
  }

  get stepId(): string | undefined {
    return this.task.stepId;
  }

  get capability(): string {
    return this.task.capability;
  }

  get attempt(): number {
    return this.scope.number;
  }

  get inputType(): string {
    return this.scope.inputType;
  }

  get startedAt(): number {
    return this.scope.startedAt;
  }

  get deadlineAt(): number {
    return this.scope.deadlineAt;
  }

  get inFlight(): number {
    return this.scope.inFlight;
  }

  get idempotencyKey(): string {
    return this.task.idempotencyKey;
  }

  get context(): RunContext {
    return this.task.context;
  }

  get clock(): Clock {
    return this.surroundings.clock;
  }

  get random(): RandomSource {
    return this.surroundings.random;
  }

  get logger(): Logger {
    const { taskId, capability, attempt, release } = this;
    return this.surroundings.logger.with({ taskId, capability, attempt, agent: release.id });
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortReason !== undefined) this.#controller.abort(this.#abortReason);
    }
    return this.#controller.signal;
  }

  /** Milliseconds that the attempt took so far, or in all, on the clock that does not jump. */
  get elapsedMs(): number {
    return this.endedMonotonicMs - this.scope.startedMonotonicMs;
  }

  /** When it was closed; now, while it is not. */
  get endedMonotonicMs(): number {
    return this.#endedMonotonicMs ?? this.clock.monotonicMs();
  }

  /** US dollars reported so far; `undefined` when the agent reported none. */
  get reportedCostUsd(): number | undefined {
    return this.#costUsd;
  }

  get usage(): TaskUsage {
    const inputTokens = this.#inputTokens;
    const outputTokens = this.#outputTokens;
    return inputTokens === 0 && outputTokens === 0 ? NO_USAGE : { inputTokens, outputTokens };
  }

  get confidence(): number | undefined {
    return this.#confidence;
  }

  get sources(): readonly SourceReport[] | undefined {
    return this.#sources;
  }

  get toolCalls(): readonly ToolCall[] {
    return this.#toolCalls ?? NO_TOOL_CALLS;
  }

  reportUsage({ inputTokens = 0, outputTokens = 0, costUsd }: UsageReport): void {
    checkAmount('inputTokens', inputTokens);
    checkAmount('outputTokens', outputTokens);
    if (costUsd !== undefined) checkAmount('costUsd', costUsd);
    if (this.#isOver) return;
    this.#inputTokens += inputTokens;
    this.#outputTokens += outputTokens;
    if (costUsd !== undefined) this.#costUsd = (this.#costUsd ?? 0) + costUsd;
  }

  reportProgress(progress: ProgressReport): void {
    if (progress.doneRatio !== undefined) checkRatio('doneRatio', progress.doneRatio);
    if (!this.#isOver) this.task.onProgress?.(progress, this);
  }

  reportConfidence(ratio: number): void {
    checkRatio('confidence', ratio);
    if (!this.#isOver) this.#confidence = ratio;
  }

  reportSources(sources: readonly SourceReport[]): void {
    for (const { credibility } of sources)
      if (credibility !== undefined) checkRatio('credibility', credibility);
    if (this.#isOver) return;
    const copies = sources.map((source) => toJsonFacts({ ...source }) as SourceReport);
    this.#sources = [...(this.#sources ?? []), ...copies].slice(0, MAX_SOURCES);
  }

  recordToolCall(call: ToolCall): void {
    if (this.#isOver) return;
    this.#toolCalls ??= [];
    if (this.#toolCalls.length < MAX_TOOL_CALLS) this.#toolCalls.push(call);
  }

  /** @throws what the attempt was aborted with */
  throwIfAborted(): void {
    if (this.#abortReason !== undefined) throw this.#abortReason;
  }

  /** Tells the agent's code to stop. What it reports from now on does not count. */
  abort(reason: Error): void {
    this.#isOver = true;
    this.#abortReason = reason;
    this.#controller?.abort(reason);
  }

  /** Ends the attempt: what the agent's code reports later, in work it left behind, does not count. */
  close(): void {
    this.#isOver = true;
    this.#endedMonotonicMs ??= this.clock.monotonicMs();
  }
}

const NO_TOOL_CALLS: readonly ToolCall[] = Object.freeze([]);
const NO_USAGE: TaskUsage = Object.freeze({ inputTokens: 0, outputTokens: 0 });

function checkAmount(field: string, value: number): void {
  if (!(Number.isFinite(value) && value >= 0)) {
    throw new InvalidReportError(field, value, 'it must be a finite number of at least 0');
  }
}

function checkRatio(field: string, value: number): void {
  const fits = typeof value === 'number' && value >= 0 && value <= 1;
  if (!fits) throw new InvalidReportError(field, value, 'it must lie between 0 and 1');
}
