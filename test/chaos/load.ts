import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { SeededRandom } from '../../src/common/index.js';
import type { Api } from './api.js';
import { SIGNAL, STORED, type Workload } from './workloads.js';

/** A run that was started, and what it is to come to. */
export interface StartedRun {
  readonly runId: string;
  readonly idempotencyKey: string;
  readonly workload: Workload;
  /** Somebody wanted it to end early, perhaps too late. */
  readonly isCanceled?: boolean;
}

/** Starts that are under way at a time. */
const AT_ONCE = 16;
/** Milliseconds within which the signals of a run come. */
const SIGNAL_WITHIN_MS = 3_000;
const UNFINISHED = ['queued', 'running', 'waiting'];

/** Starts runs, brings them their signals, and sees when they have ended. */
export class Load {
  readonly runs: StartedRun[] = [];
  readonly #signaling: Promise<void>[] = [];
  readonly #full = Promise.withResolvers<void>();
  #count = 0;

  constructor(
    private readonly api: Api,
    private readonly random: SeededRandom,
  ) {}

  /** Stores what runs are to find. */
  async prepare(): Promise<void> {
    const { status, body } = await this.api.call('PUT', `workflows/${STORED.name}`, { body: STORED });
    assert.ok(status < 300, JSON.stringify(body));
  }

  /** Starts a run; tries again, with the same key, until it knows that it is started. */
  async start(workload: Workload): Promise<StartedRun> {
    const idempotencyKey = `load-${(this.#count += 1)}`;
    const { status, body } = await this.api.call('POST', 'runs', {
      body: { definition: workload.definition, input: workload.input },
      headers: { 'idempotency-key': idempotencyKey },
    });
    assert.ok(status < 300, JSON.stringify(body));
    const run = { runId: body['runId'] as string, idempotencyKey, workload };
    this.runs.push(run);
    for (const name of workload.signals ?? []) {
      const signaling = this.#signal(run.runId, name);
      // Seen in the end, when all runs are waited for.
      signaling.catch(() => {});
      this.#signaling.push(signaling);
    }
    return run;
  }

  /** Keeps so many runs in flight until it is aborted. */
  async keep(count: number, workloads: readonly Workload[], signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const missing = count - (await this.countInFlight());
      for (let started = 0; started < missing && !signal.aborted; started += AT_ONCE) {
        const some = Array.from({ length: Math.min(AT_ONCE, missing - started) });
        await Promise.all(some.map(() => this.start(workloads[this.#count % workloads.length]!)));
      }
      this.#full.resolve();
      await delay(200);
    }
  }

  /** Resolves when as many are in flight as are to be kept there. */
  get full(): Promise<void> {
    return this.#full.promise;
  }

  /** Runs that have not ended; of more than 200 in one status, 200. */
  async countInFlight(): Promise<number> {
    const pages = await Promise.all(
      UNFINISHED.map((status) => this.api.call('GET', `runs?status=${status}&limit=200`)),
    );
    return pages.reduce((count, { body }) => count + (body['items'] as unknown[]).length, 0);
  }

  /** Waits until all runs have ended; how many have not when the time is up. */
  async drain(timeoutMs: number): Promise<number> {
    await Promise.all(this.#signaling);
    for (const startedMs = performance.now(); ; await delay(200)) {
      const count = await this.countInFlight();
      if (count === 0 || performance.now() - startedMs > timeoutMs) return count;
    }
  }

  async #signal(runId: string, name: string): Promise<void> {
    await delay(this.random.below(2) * this.random.below(SIGNAL_WITHIN_MS));
    const { status, body } = await this.api.call('POST', `runs/${runId}/signals/${name}`, {
      body: { payload: SIGNAL },
    });
    // A try whose answer was lost may have brought it to its end.
    assert.ok(status < 300 || body['code'] === 'RUN_FINISHED', JSON.stringify(body));
  }
}
