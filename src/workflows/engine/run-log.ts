import type { Lease, RunRecord, StepResult } from '../runs/run-record.types.js';
import type { RecordBatch, RunStore } from '../runs/run.store.js';
import type { Journal } from './journal.js';
import { never } from './never.js';

/**
 * Writes the records of one claim of a run, in order.
 *
 * That a step began is told together with its end, or after a while when it takes longer: so a short step costs one
 * record, and yet each event is told once, in its place, and from what is recorded.
 */
export class RunLog {
  readonly #starting = new Map<string, number>();
  #held: RunRecord[] = [];
  #seq = 0;
  #isLost = false;

  constructor(
    readonly lease: Lease,
    private readonly store: Pick<RunStore, 'append'>,
    private readonly journal: Journal,
    private readonly onLost: (error: unknown) => void,
  ) {}

  /** Resolves once the record is kept; never, when the run was lost to another node. Without a promise it is kept already. */
  add(record: RunRecord): Promise<void> | undefined {
    const records = this.#withStart(record);
    for (const each of records) this.journal.note(each);
    return this.#append(records);
  }

  /** Keeps a record back until the next one is written: it is worth no write of its own. */
  hold(record: RunRecord): undefined {
    this.journal.note(record);
    this.#held.push(record);
  }

  start(key: string, at: number): void {
    this.#starting.set(key, at);
  }

  /** @param isLast the run ends with it; so it is kept back, to be written together with the end of the run */
  finish(key: string, result: StepResult, isLast = false): Promise<void> | undefined {
    const withStart = this.#starting.delete(key);
    const record: RunRecord = { type: 'step.finished', at: result.finishedAt, key, result, withStart };
    if (isLast) return this.hold(record);
    this.journal.note(record);
    return this.#append([record]);
  }

  /** Steps that have begun and are told of nowhere yet. */
  get starting(): ReadonlyMap<string, number> {
    return this.#starting;
  }

  /** Tells of steps that began before an instant and have not ended. */
  flushStarted(before: number): void {
    const records = this.#takeStarted(before);
    if (records.length + this.#held.length > 0) void this.#append(records);
  }

  /** The last records of this claim, to be written with what ends it. */
  takeLast(...last: readonly RunRecord[]): RecordBatch {
    const records = this.#takeStarted(Infinity);
    records.push(...last);
    for (const record of last) this.journal.note(record);
    return this.#place(records);
  }

  /** Takes records back that were not written after all. */
  restore(records: readonly RunRecord[]): void {
    for (const record of records) {
      if (record.type === 'step.started') this.#starting.set(record.key, record.at);
      else if (record.type === 'run.started' || record.type === 'run.resumed') this.#held.push(record);
    }
  }

  /** That a step began is told before it reports or waits; its end tells of both by itself. */
  #withStart(record: RunRecord): RunRecord[] {
    if (record.type !== 'step.progress' && record.type !== 'step.waiting') return [record];
    const { key } = record;
    const at = this.#starting.get(key);
    if (at === undefined) return [record];
    this.#starting.delete(key);
    return [{ type: 'step.started', at, key }, record];
  }

  #takeStarted(before: number): RunRecord[] {
    const records: RunRecord[] = [];
    if (this.#starting.size === 0) return records;
    for (const [key, at] of this.#starting) {
      if (at > before) continue;
      this.#starting.delete(key);
      records.push({ type: 'step.started', at, key });
    }
    return records;
  }

  #place(following: readonly RunRecord[]): RecordBatch {
    let records = following;
    if (this.#held.length > 0) {
      records = this.#held.concat(following);
      this.#held = [];
    }
    const firstSeq = this.#seq + 1;
    this.#seq += records.length;
    return { firstSeq, records };
  }

  #append(records: readonly RunRecord[]): Promise<void> | undefined {
    return this.store.append(this.lease, this.#place(records))?.catch(this.#lose);
  }

  readonly #lose = (error: unknown): Promise<never> => {
    if (!this.#isLost) {
      this.#isLost = true;
      this.onLost(error);
    }
    return never();
  };
}
