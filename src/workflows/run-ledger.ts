import { toFailure, type Failure } from '../common/index.js';
import {
  TaskFailedError,
  type Page,
  type Run,
  type RunQuery,
  type RunStatus,
  type RunStep,
  type SucceededTask,
} from '../orchestration/index.js';
import type { PlannedStep } from './list-definition.js';
import { InvalidCursorError, UnknownRunError } from './workflows.errors.js';

/** Runs that have ended and are still remembered; the oldest are forgotten first. */
const MAX_FINISHED_RUNS = 1_000;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What a run begins with. */
export interface RunStart {
  readonly runId: string;
  readonly steps: readonly PlannedStep[];
  readonly input: unknown;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/** A run under way or ended, as it changes. */
export class LiveRun {
  readonly runId: string;
  readonly controller = new AbortController();
  readonly steps: Mutable<RunStep>[];
  /** Resolves when the run has ended. */
  ended: Promise<void> = Promise.resolve();
  status: RunStatus = 'running';
  finishedAt: number | undefined;
  readonly #input: unknown;
  readonly #startedAt: number;
  #costUsd = 0;
  #failure: Failure | undefined;

  /** @param order counts up, from the oldest run to the newest */
  constructor(
    { runId, steps, input, startedAt }: RunStart,
    readonly order: number,
  ) {
    this.runId = runId;
    this.#input = input;
    this.#startedAt = startedAt;
    this.steps = steps.map(({ id, capability }) => ({ stepId: id, status: 'pending', capability }));
  }

  beginStep(index: number, now: number): void {
    Object.assign(this.#step(index), { status: 'running', startedAt: now } satisfies Partial<RunStep>);
  }

  succeedStep(index: number, task: SucceededTask, now: number): void {
    const { taskId, agent, version, output, outputType, attempts, choice } = task;
    this.#costUsd += task.costUsd;
    const outcome: Partial<RunStep> = { taskId, agent, version, output, outputType, attempts, choice };
    Object.assign(this.#step(index), outcome, { status: 'succeeded', finishedAt: now });
  }

  failStep(index: number, error: unknown, now: number): void {
    this.#failure = toFailure(error);
    // An agent may fail because something of its own was canceled: that ends the run, but nobody canceled it.
    const isCanceled = this.controller.signal.aborted && this.#failure.kind === 'canceled';
    this.status = isCanceled ? 'canceled' : 'failed';
    const result = error instanceof TaskFailedError ? error.result : undefined;
    this.#costUsd += result?.costUsd ?? 0;
    const { taskId, agent, version, attempts, choice } = result ?? {};
    const outcome: Partial<RunStep> = { taskId, agent, version, attempts, choice, failure: this.#failure };
    Object.assign(this.#step(index), outcome, { status: this.status, finishedAt: now });
  }

  /** The run as it is now; a copy. */
  view(): Run {
    const last = this.steps.at(-1);
    const isDone = this.status === 'succeeded';
    return {
      runId: this.runId,
      status: this.status,
      input: this.#input,
      output: isDone ? last?.output : undefined,
      outputType: isDone ? last?.outputType : undefined,
      failure: this.#failure,
      startedAt: this.#startedAt,
      finishedAt: this.finishedAt,
      costUsd: this.#costUsd,
      stepCount: this.steps.length,
    };
  }

  #step(index: number): Mutable<RunStep> {
    return this.steps[index] as Mutable<RunStep>;
  }
}

/** The runs of this process: those under way, and the last ones that ended. */
export class RunLedger {
  readonly #runs = new Map<string, LiveRun>();
  readonly #finished: string[] = [];
  #opened = 0;

  get activeCount(): number {
    return this.#runs.size - this.#finished.length;
  }

  open(start: RunStart): LiveRun {
    const run = new LiveRun(start, ++this.#opened);
    this.#runs.set(run.runId, run);
    return run;
  }

  /** Marks a run as ended and forgets the oldest one of those that have. */
  close(run: LiveRun, now: number): void {
    if (run.status === 'running') run.status = 'succeeded';
    run.finishedAt = now;
    this.#finished.push(run.runId);
    if (this.#finished.length > MAX_FINISHED_RUNS) this.#runs.delete(this.#finished.shift() as string);
  }

  /** @throws RUN_UNKNOWN */
  get(runId: string): LiveRun {
    const run = this.#runs.get(runId);
    if (run === undefined) throw new UnknownRunError(runId);
    return run;
  }

  /** Newest first. The cursor is the order number of the last run of a page. @throws CURSOR_INVALID */
  list({ status, limit, cursor }: RunQuery): Page<Run> {
    if (cursor !== undefined && !/^\d{1,15}$/.test(cursor)) throw new InvalidCursorError(cursor);
    const before = cursor === undefined ? Infinity : Number(cursor);
    const fitting = [...this.#runs.values()]
      .toReversed()
      .filter((run) => run.order < before && (status === undefined || run.status === status));
    const page = fitting.slice(0, limit);
    const nextCursor = fitting.length > limit ? String(page.at(-1)?.order) : undefined;
    return { items: page.map((run) => run.view()), nextCursor };
  }
}
