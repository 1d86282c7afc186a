import { once } from 'node:events';
import {
  WorkflowRunner,
  type Page,
  type Run,
  type RunEvent,
  type RunStep,
  type StartOptions,
  type WorkflowDefinition,
} from '../../orchestration/index.js';
import { RunFinishedError, UnknownRunError } from '../../workflows/index.js';

/** What a start was asked for. */
export interface StartCall {
  readonly source: unknown;
  readonly input: unknown;
  readonly options: StartOptions | undefined;
}

/** A runner of one run that is what a test makes of it: for what stands before the engine. */
export class ScriptedRunner extends WorkflowRunner {
  readonly starts: StartCall[] = [];
  readonly told: unknown[] = [];
  run: Run;
  stepList: readonly RunStep[] = [];
  /** What cancel answers; default: the run, canceled. */
  canceling: Promise<Run> | undefined;
  readonly #events: RunEvent[] = [];
  readonly #bell = new EventTarget();
  #followers = 0;
  /** Requests that wait for the end of the run. */
  waiters = 0;
  /** Events that were asked for. */
  yielded = 0;

  constructor(run: Partial<Run> = {}) {
    super();
    this.run = {
      runId: 'run-1',
      workflow: 'list',
      version: '1.0.0',
      status: 'running',
      durability: 'memory',
      priority: 0,
      createdAt: 0,
      costUsd: 0,
      stepCount: 1,
      waits: [],
      ...run,
    };
  }

  /** Clients that follow the run. */
  get followers(): number {
    return this.#followers;
  }

  /** Makes something happen; its id is one more than the last one's. */
  tell(type: RunEvent['type'], data: RunEvent['data'] = {}): void {
    const { runId } = this.run;
    this.#events.push({ id: `1.${this.#events.length + 1}.0`, type, runId, at: 1_000, data });
    this.#bell.dispatchEvent(new Event('ring'));
  }

  end(status: 'succeeded' | 'failed' | 'canceled' = 'succeeded'): void {
    this.run = { ...this.run, status, finishedAt: 2_000 };
    this.tell('run.finished', { status });
  }

  start(source: unknown, input?: unknown, options?: StartOptions): Promise<Run> {
    this.starts.push({ source, input, options });
    return Promise.resolve(this.run);
  }

  async wait(runId: string, _timeoutMs?: number, signal?: AbortSignal): Promise<Run> {
    this.waiters += 1;
    const isOver = (): boolean => this.run.finishedAt !== undefined || signal?.aborted === true;
    while (!isOver()) await once(this.#bell, 'ring', { signal }).catch(() => undefined);
    this.waiters -= 1;
    return this.get(runId);
  }

  get(runId: string): Promise<Run> {
    if (runId === this.run.runId) return Promise.resolve(this.run);
    return Promise.reject(new UnknownRunError(runId));
  }

  async steps(runId: string): Promise<readonly RunStep[]> {
    await this.get(runId);
    return this.stepList;
  }

  async definition(runId: string): Promise<unknown> {
    await this.get(runId);
    return this.starts.at(-1)?.source;
  }

  async nestedDefinitions(runId: string): Promise<Readonly<Record<string, WorkflowDefinition>>> {
    await this.get(runId);
    return {};
  }

  list(query: unknown): Promise<Page<Run>> {
    this.told.push(query);
    return Promise.resolve({ items: [this.run] });
  }

  async cancel(runId: string, reason?: string): Promise<Run> {
    const { finishedAt, status } = await this.get(runId);
    if (finishedAt !== undefined) throw new RunFinishedError(runId, status);
    this.told.push({ cancel: reason });
    if (this.canceling === undefined) this.end('canceled');
    return this.canceling ?? this.run;
  }

  async retry(runId: string): Promise<Run> {
    this.told.push('retry');
    return this.get(runId);
  }

  async signal(runId: string, name: string, payload?: unknown): Promise<void> {
    await this.get(runId);
    this.told.push({ name, payload });
  }

  async approve(runId: string, stepId: string, answer: unknown): Promise<void> {
    await this.get(runId);
    this.told.push({ stepId, answer });
  }

  async *events(runId: string, after?: string, signal?: AbortSignal): AsyncIterable<RunEvent> {
    await this.get(runId);
    this.#followers += 1;
    let index = after === undefined ? 0 : Number(after.split('.')[1]);
    try {
      for (;;) {
        for (; index < this.#events.length; index++) {
          this.yielded += 1;
          yield this.#events[index] as RunEvent;
        }
        if (signal?.aborted || this.run.finishedAt !== undefined) return;
        await once(this.#bell, 'ring', { signal }).catch(() => undefined);
      }
    } finally {
      this.#followers -= 1;
    }
  }

  halt(): void {}

  close(): Promise<void> {
    return Promise.resolve();
  }
}
