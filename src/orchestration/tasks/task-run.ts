import type { RunContext } from '../../agents/index.js';
import { toFailure, type CadreError, type Clock } from '../../common/index.js';
import type { QuotaClaim, QuotaPass } from '../../quotas/index.js';
import type { Release } from '../../registry/index.js';
import type { Choice, ChoiceBasis, Requirements, SelectionRequest, Strategy } from '../../selection/index.js';
import type { Attempt, TaskIdentity } from '../attempts/attempt.js';
import type { CandidateQuery, CandidateSet } from '../dispatch/candidates.js';
import { TaskCanceledError, TaskTimeoutError } from '../orchestration.errors.js';
import type { TaskInput } from './task-input.js';
import { TaskSelection } from './task-selection.js';
import type { ResolvedTaskOptions } from './task.options.js';
import type { AttemptRecord, TaskProgress } from './task.types.js';

/** What is asked of the executor. */
export interface TaskRequest {
  /** Who may be asked. */
  readonly query: CandidateQuery;
  readonly input: TaskInput;
  readonly options: ResolvedTaskOptions;
  readonly strategy: Strategy;
  readonly taskId: string;
  /** Set when the task is a step of a run. */
  readonly runId?: string;
  readonly stepId?: string;
  readonly workflow?: string;
  readonly idempotencyKey?: string;
}

const NO_BASIS: ChoiceBasis = Object.freeze({ kind: 'chosen' });
const NO_ATTEMPTS: readonly AttemptRecord[] = Object.freeze([]);

/** The state of one task from its request to its envelope. */
export class TaskRun implements TaskIdentity, QuotaClaim {
  attempts: readonly AttemptRecord[] = NO_ATTEMPTS;
  /** The release whose tries are not used up; it is preferred, as long as it is free. */
  retryWith: Release | undefined;
  choice: Choice | undefined;
  /** What the choice went by, for the record. */
  basis: ChoiceBasis = NO_BASIS;
  /** What the last attempt failed with. */
  lastError: CadreError | undefined;
  /** Milliseconds in line, over all attempts. */
  queuedMs = 0;
  #countedQueuedMs = 0;
  /** What was reserved of quotas for the attempt that is about to begin. */
  pass: QuotaPass | undefined;
  /** Where the list of running tasks keeps it. */
  place = -1;
  readonly #startedMonotonicMs: number;
  /** Failed tries with each release that was asked, by its id. */
  #tries: Map<string, number> | undefined;
  /** Releases that failed the task for good. */
  #givenUp: Set<Release> | undefined;
  /** Releases that quotas exclude for now. */
  #stops: Map<Release, string> | undefined;
  #requirements: Requirements | undefined;
  #selection: SelectionRequest | undefined;
  #controller: AbortController | undefined;
  #cancelError: CadreError | undefined;
  /** Gives up what is under way. */
  #giveUp: ((error: Error) => void) | undefined;

  constructor(
    readonly request: TaskRequest,
    public candidates: CandidateSet,
    private readonly clock: Clock,
    private readonly reportProgress: (progress: TaskProgress, task: TaskRun) => void,
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
    return this.request.query.capability;
  }

  get tenant(): string | undefined {
    return this.options.tenant;
  }

  get workflow(): string | undefined {
    return this.request.workflow;
  }

  get input(): TaskInput {
    return this.request.input;
  }

  get options(): ResolvedTaskOptions {
    return this.request.options;
  }

  get strategy(): Strategy {
    return this.request.strategy;
  }

  get idempotencyKey(): string {
    return this.request.idempotencyKey ?? this.options.idempotencyKey ?? this.taskId;
  }

  get context(): RunContext {
    return this.options.context;
  }

  get elapsedMs(): number {
    return this.elapsedMsAt(this.clock.monotonicMs());
  }

  get remainingMs(): number {
    return this.remainingMsAt(this.clock.monotonicMs());
  }

  elapsedMsAt(monotonicMs: number): number {
    return monotonicMs - this.#startedMonotonicMs;
  }

  remainingMsAt(monotonicMs: number): number {
    return this.options.timeoutMs - this.elapsedMsAt(monotonicMs);
  }

  /** Who may be asked. */
  get query(): CandidateQuery {
    return this.request.query;
  }

  /** What a candidate must meet now. */
  get requirements(): Requirements {
    if (this.#requirements === undefined) {
      const { capability, context } = this;
      const { region, residency, tags } = this.options;
      const { matches } = this.input;
      this.#requirements = {
        capability,
        context,
        matches,
        region,
        residency,
        tags,
        tried: this.#givenUp,
        stops: this.#stops,
      };
    }
    return this.#requirements;
  }

  /** What the strategy is told. */
  get selection(): SelectionRequest {
    const { capability, input, options } = this;
    return (this.#selection ??= new TaskSelection(capability, this.clock.now(), input, options));
  }

  /** The candidates to ask now: all, or only those that were asked already when no further one may be. */
  narrow(candidates: CandidateSet): CandidateSet {
    const tries = this.#tries;
    if (tries === undefined || tries.size <= this.options.maxFallbacks) return candidates;
    const releases = [...candidates.releases, ...candidates.alternatives];
    return { ...candidates, releases: releases.filter(({ id }) => tries.has(id)), alternatives: [] };
  }

  /** Counts a failed try with a release; answers how many there were with it. */
  countTry({ id }: Release): number {
    this.#tries ??= new Map();
    const tries = (this.#tries.get(id) ?? 0) + 1;
    this.#tries.set(id, tries);
    return tries;
  }

  /** Milliseconds in line since this was asked before: for the attempt that they led to. */
  countQueued(): number {
    const counted = this.#countedQueuedMs;
    this.#countedQueuedMs = this.queuedMs;
    return this.queuedMs - counted;
  }

  /** Has the release not asked again; answers whether there may be another one to ask. */
  giveUpOn(release: Release): boolean {
    this.retryWith = undefined;
    this.#givenUp = new Set([...(this.#givenUp ?? []), release]);
    this.#requirements = undefined;
    const tried = this.#tries?.size ?? 0;
    return tried <= this.options.maxFallbacks || this.#givenUp.size < tried;
  }

  /** Has the release not asked until {@link clearStops}, because of a quota. */
  stopBy(release: Release, reason: string): void {
    this.#stops = new Map(this.#stops).set(release, reason);
    this.#requirements = undefined;
  }

  clearStops(): void {
    if (this.#stops === undefined) return;
    this.#stops = undefined;
    this.#requirements = undefined;
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
    this.#giveUp?.(this.#cancelError);
  }

  /** @throws the error the task was canceled with */
  throwIfCanceled(): void {
    if (this.#cancelError !== undefined) throw this.#cancelError;
  }

  /** @throws TASK_TIMEOUT when its time is up, or the error the task was canceled with */
  throwIfOver(): void {
    this.throwIfCanceled();
    if (this.remainingMs <= 0) throw new TaskTimeoutError(this.capability, this.options.timeoutMs);
  }

  /** Says how to give up what begins now, which happens at once when the task is canceled already. */
  begin(giveUp: (error: Error) => void): void {
    this.#giveUp = giveUp;
    if (this.#cancelError !== undefined) giveUp(this.#cancelError);
  }

  /** What had begun is over. */
  end(): void {
    this.#giveUp = undefined;
  }

  /** Waits for work that is not an agent's, as long as the task lasts. @throws TASK_TIMEOUT, or what the task was canceled with */
  within<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const onTimeout = (): void =>
        settle(() => reject(new TaskTimeoutError(this.capability, this.options.timeoutMs)));
      const cancelTimer = this.clock.schedule(this.remainingMs, onTimeout);
      const settle = (report: () => void): void => {
        cancelTimer();
        this.end();
        report();
      };
      work.then(
        (value) => settle(() => resolve(value)),
        (error: Error) => settle(() => reject(error)),
      );
      this.begin((error) => settle(() => reject(error)));
    });
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
    const { taskId } = this;
    this.reportProgress({ ...progress, taskId, attempt: attempt.attempt, agent: attempt.release.name }, this);
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
    this.attempts = this.attempts.length === 0 ? [record] : [...this.attempts, record];
    return record;
  }
}

const NOTHING = (): void => {};

function declaredCostUsd({ release, capability }: Attempt): number {
  return release.capabilities.get(capability)?.estimatedCostUsd ?? release.manifest.costPerTaskUsd ?? 0;
}
