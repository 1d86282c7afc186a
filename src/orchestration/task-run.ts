import type { Contract, Match, RunContext } from '../agents/index.js';
import { isCadreError, toFailure, type CadreError, type Clock } from '../common/index.js';
import type { Release } from '../registry/index.js';
import type { Choice, Requirements } from '../selection/index.js';
import type { Attempt, TaskIdentity } from './attempt.js';
import type { CandidateSet } from './candidates.js';
import { AgentFailedError, NoAgentAvailableError, TaskCanceledError } from './orchestration.errors.js';
import type { ResolvedTaskOptions } from './task.options.js';
import type {
  AttemptRecord,
  FailedTask,
  SkippedTask,
  SucceededTask,
  TaskProgress,
  TaskUsage,
} from './task.types.js';

/** What is asked of the executor. */
export interface TaskRequest {
  readonly capability: string;
  readonly options: ResolvedTaskOptions;
  readonly taskId: string;
  /** Set when the task is a step of a run. */
  readonly runId?: string;
  readonly stepId?: string;
}

/** The state of one task from its request to its envelope. */
export class TaskRun implements TaskIdentity {
  readonly attempts: AttemptRecord[] = [];
  /** How the input matched each contract that providers have. */
  readonly matches = new Map<Contract, Match>();
  /** The release whose further tries are not used up; only it is asked. */
  retryWith: Release | undefined;
  choice: Choice | undefined;
  /** What the last attempt failed with. */
  lastError: CadreError | undefined;
  queuedMs = 0;
  /** Gives up the attempt under way. */
  giveUp: ((error: Error) => void) | undefined;
  readonly #startedMonotonicMs: number;
  /** Releases that failed the task and are not asked again. */
  #tried: Set<Release> | undefined;
  #tries = 0;
  #requirements: Requirements | undefined;
  #controller: AbortController | undefined;
  #cancelError: CadreError | undefined;

  constructor(
    readonly request: TaskRequest,
    private readonly clock: Clock,
    private readonly reportProgress: (progress: TaskProgress) => void,
  ) {
    this.#startedMonotonicMs = clock.monotonicMs();
  }

  get taskId(): string {
    return this.request.taskId;
  }

  get runId(): string | undefined {
    return this.request.runId;
  }

  get stepId(): string | undefined {
    return this.request.stepId;
  }

  get capability(): string {
    return this.request.capability;
  }

  get options(): ResolvedTaskOptions {
    return this.request.options;
  }

  get idempotencyKey(): string {
    return this.options.idempotencyKey ?? this.taskId;
  }

  get context(): RunContext {
    return this.options.context;
  }

  get elapsedMs(): number {
    return this.clock.monotonicMs() - this.#startedMonotonicMs;
  }

  get remainingMs(): number {
    return this.options.timeoutMs - this.elapsedMs;
  }

  /** The data type of the input, by the first contract that it fits. */
  get inputType(): string | undefined {
    for (const match of this.matches.values()) if (match.ok) return match.type;
    return undefined;
  }

  /** What a candidate must meet now. */
  get requirements(): Requirements {
    if (this.#requirements === undefined) {
      const { capability, context, matches } = this;
      const { region, tags } = this.options;
      this.#requirements = { capability, context, matches, region, tags, tried: this.#tried };
    }
    return this.#requirements;
  }

  /** The candidates to ask now: all, or only the one whose further tries are not used up. */
  narrow(candidates: CandidateSet): CandidateSet {
    return this.retryWith === undefined
      ? candidates
      : { ...candidates, releases: [this.retryWith], alternatives: [] };
  }

  /** Counts a failed try with a release; answers how many there were with it in a row. */
  countTry(release: Release): number {
    this.#tries = this.retryWith === release ? this.#tries + 1 : 1;
    return this.#tries;
  }

  /** Has the release not asked again. */
  giveUpOn(release: Release): void {
    this.retryWith = undefined;
    this.#tried = new Set([...(this.#tried ?? []), release]);
    this.#requirements = undefined;
  }

  /** Stops waiting for the release that was to be tried again; answers whether there was one. */
  giveUpRetry(): boolean {
    if (this.retryWith === undefined) return false;
    this.giveUpOn(this.retryWith);
    return true;
  }

  /** Releases that failed the task for good. */
  get triedCount(): number {
    return this.#tried?.size ?? 0;
  }

  /** Aborts when the task is canceled; made when first asked for. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#cancelError !== undefined) this.#controller.abort(this.#cancelError);
    }
    return this.#controller.signal;
  }

  /** Ends the task early, wherever it is. */
  cancel(error: CadreError): void {
    this.#cancelError ??= error;
    this.#controller?.abort(this.#cancelError);
    this.giveUp?.(this.#cancelError);
  }

  /** @throws the error the task was canceled with */
  throwIfCanceled(): void {
    if (this.#cancelError !== undefined) throw this.#cancelError;
  }

  /** Cancels the task when the caller's signal aborts; the returned function ends that. */
  followSignal(): () => void {
    const { signal } = this.options;
    if (signal === undefined) return NOTHING;
    const onAbort = (): void => this.cancel(new TaskCanceledError(this.capability, signal.reason));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    return () => signal.removeEventListener('abort', onAbort);
  }

  onProgress(progress: object, attempt: Attempt): void {
    this.reportProgress({
      ...progress,
      taskId: this.taskId,
      attempt: attempt.attempt,
      agent: attempt.release.name,
    });
  }

  /** Adds the record of an attempt that is over. */
  record(attempt: Attempt, error: CadreError | undefined): AttemptRecord {
    attempt.close();
    const record: AttemptRecord = {
      attempt: attempt.attempt,
      agent: attempt.release.name,
      version: attempt.release.version,
      status: error === undefined ? 'succeeded' : 'failed',
      startedAt: attempt.startedAt,
      durationMs: attempt.elapsedMs,
      costUsd: attempt.reportedCostUsd ?? (error === undefined ? declaredCostUsd(attempt) : 0),
      usage: attempt.usage,
      toolCalls: attempt.toolCalls,
      error: error && toFailure(error),
    };
    this.attempts.push(record);
    return record;
  }

  succeeded(attempt: Attempt, output: { readonly type: string; readonly value: unknown }): SucceededTask {
    return {
      status: 'succeeded',
      output: output.value,
      outputType: output.type,
      agent: attempt.release.name,
      version: attempt.release.version,
      confidence: attempt.confidence,
      sources: attempt.sources,
      ...this.#envelope(),
    };
  }

  skipped(choice: Choice): SkippedTask {
    this.choice = choice;
    const error = toFailure(new NoAgentAvailableError(this.capability, choice));
    return { status: 'skipped', error, ...this.#envelope() };
  }

  failed(error: CadreError): FailedTask {
    const last = this.attempts.at(-1);
    return {
      status: 'failed',
      agent: last?.agent,
      version: last?.version,
      error: toFailure(error),
      ...this.#envelope(),
    };
  }

  #envelope() {
    const { taskId, capability, attempts, queuedMs } = this;
    const [only] = attempts;
    const isSingle = attempts.length === 1 && only !== undefined;
    return {
      taskId,
      capability,
      durationMs: this.elapsedMs,
      queuedMs,
      costUsd: isSingle ? only.costUsd : attempts.reduce((sum, { costUsd }) => sum + costUsd, 0),
      usage: isSingle ? only.usage : sumUsage(attempts),
      attempts,
      choice: this.choice as Choice,
    };
  }
}

/** Makes a Cadre error of whatever an agent threw. */
export function toAgentError(thrown: unknown, agent: string, capability: string): CadreError {
  return isCadreError(thrown) ? thrown : new AgentFailedError(agent, capability, thrown);
}

const NOTHING = (): void => {};

function declaredCostUsd({ release, capability }: Attempt): number {
  return release.capabilities.get(capability)?.estimatedCostUsd ?? release.manifest.costPerTaskUsd ?? 0;
}

function sumUsage(attempts: readonly AttemptRecord[]): TaskUsage {
  return attempts.reduce(
    (sum, { usage }) => ({
      inputTokens: sum.inputTokens + usage.inputTokens,
      outputTokens: sum.outputTokens + usage.outputTokens,
    }),
    { inputTokens: 0, outputTokens: 0 },
  );
}
