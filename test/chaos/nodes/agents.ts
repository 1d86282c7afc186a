import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, CadreError, Provides, type TaskContext } from 'cadre';
import { Ledger } from '../judgement/ledger.js';

/** What steps hand on: a number to be calculated with, and which execution made it. */
export interface Parcel {
  readonly value: number;
  readonly mark: string;
}

/** Milliseconds that a step takes, at least and at most. */
const WORK_MS = { least: 50, most: 900 };

/** Tells the ledger of all that it does. */
@Agent({ name: 'worker', maxConcurrentTasks: 150 })
export class WorkerAgent {
  /** Steps that have failed once in this process. */
  readonly #stumbled = new Set<string>();

  constructor(private readonly ledger: Ledger) {}

  /** One more than all it gets together. */
  @Provides('add')
  async add(input: Parcel | readonly Parcel[], task: TaskContext): Promise<Parcel> {
    return this.#work(input, task);
  }

  /** As `add`, at the second try. */
  @Provides('stumble')
  async stumble(input: Parcel, task: TaskContext): Promise<Parcel> {
    const isFirst = !this.#stumbled.has(task.idempotencyKey);
    this.#stumbled.add(task.idempotencyKey);
    const result = await this.#work(input, task);
    if (isFirst) throw new CadreError({ code: 'STUMBLED', kind: 'unavailable', message: 'stumbled' });
    return result;
  }

  /** Never well. */
  @Provides('refuse')
  async refuse(input: Parcel, task: TaskContext): Promise<Parcel> {
    await this.#work(input, task);
    throw new CadreError({ code: 'REFUSED', kind: 'input', message: 'refused' });
  }

  async #work(input: Parcel | readonly Parcel[], task: TaskContext): Promise<Parcel> {
    const parcels = 'mark' in input ? [input] : input;
    const { taskId, attempt, runId = '', stepId: key = '', idempotencyKey } = task;
    const of = parcels.map(({ mark }) => mark);
    this.ledger.note({ kind: 'begun', runId, key, taskId, attempt, idempotencyKey, of });
    await delay(workMs(idempotencyKey), undefined, { signal: task.signal });
    this.ledger.note({ kind: 'done', taskId, attempt });
    return { value: parcels.reduce((sum, { value }) => sum + value, 1), mark: taskId };
  }
}

/** Differs from step to step, not from try to try. */
function workMs(key: string): number {
  const chance = createHash('sha256').update(key).digest().readUInt16BE() / 65_536;
  return WORK_MS.least + chance * (WORK_MS.most - WORK_MS.least);
}
