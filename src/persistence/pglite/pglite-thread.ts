import { Worker } from 'node:worker_threads';
import { messageOf } from '../../common/index.js';
import { DatabaseUnavailableError, toDatabaseError } from '../sql/database.errors.js';
import type { PgliteAnswer, PgliteRequest, PgliteResult, PgliteWorkerData } from './pglite.worker.js';

/** Starts the worker's file as it is: JavaScript in `dist`, TypeScript in `src`, whose types Node strips. */
export function spawnPglite(data: PgliteWorkerData): Worker {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new Worker(new URL(`./pglite.worker.${extension}`, import.meta.url), {
    workerData: data,
    name: 'cadre-pglite',
    // Not those of this process: they may be a test runner's, or a debugger's.
    execArgv: [],
  });
}

interface PendingRequest {
  readonly resolve: (result: PgliteResult) => void;
  readonly reject: (error: unknown) => void;
}

/** A thread that PGlite runs in, as long as it lives. Statements are carried out in the order in which they are sent. */
export class PgliteThread {
  readonly #worker: Worker;
  readonly #pending = new Map<number, PendingRequest>();
  readonly #ready = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<void>();
  #lastId = 0;
  #endReason: string | undefined;

  /** @param onNotification hears what comes on the channels that were listened to */
  constructor(worker: Worker, onNotification: (channel: string, payload: string) => void) {
    this.#worker = worker;
    worker.on('message', (answer: PgliteAnswer) =>
      answer.kind === 'notification' ? onNotification(answer.channel, answer.payload) : this.#settle(answer),
    );
    worker.on('error', (error) => (this.#endReason ??= messageOf(error)));
    worker.on('exit', () => this.#onExit());
    // Whoever needs it waits for it; an end before that is no unhandled rejection.
    this.#ready.promise.catch(() => {});
  }

  /** Resolves when statements can be sent; rejects with DATABASE_UNAVAILABLE when the data cannot be opened. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** Resolves when the thread has ended, for whatever reason. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  run(statement: Omit<PgliteRequest, 'id'>): Promise<PgliteResult> {
    if (this.#endReason !== undefined) return Promise.reject(this.#lostError());
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#worker.postMessage({ ...statement, id }, []);
    });
  }

  /** Ends the thread once it has carried out what was sent. */
  async close(): Promise<void> {
    this.#worker.postMessage('close', []);
    await this.ended;
  }

  /** Ends the thread at once, as a crash would. */
  async terminate(reason: string): Promise<void> {
    this.#endReason ??= reason;
    await this.#worker.terminate();
  }

  #settle(answer: Exclude<PgliteAnswer, { kind: 'notification' }>): void {
    if (answer.kind === 'ready') return this.#ready.resolve();
    if (answer.kind === 'unusable') {
      this.#endReason ??= answer.message;
      return;
    }
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if (answer.kind === 'result') pending?.resolve(answer.result);
    else pending?.reject(toDatabaseError(answer.failure));
  }

  #onExit(): void {
    this.#endReason ??= 'it is closed';
    const error = this.#lostError();
    this.#ready.reject(error);
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
    this.#ended.resolve();
  }

  #lostError(): DatabaseUnavailableError {
    return new DatabaseUnavailableError(`its thread has ended (${this.#endReason})`);
  }
}
