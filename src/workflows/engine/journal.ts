import { deepFreeze, type Failure } from '../../common/index.js';
import type { RunWait } from '../../orchestration/index.js';
import type { PlacedRecord, RunRecord, StepResult } from '../runs/run-record.types.js';

/** A result, and its place in the order in which results came. */
interface JournaledResult {
  readonly result: StepResult;
  readonly order: number;
}

/**
 * What is recorded of a run, by the keys of its steps: a step that is in here is not done again.
 *
 * It is filled from the records of earlier claims and goes on with those of this one.
 */
export class Journal {
  readonly #results = new Map<string, JournaledResult>();
  // Made when the first comes: most runs have none of these.
  #startedAt: Map<string, number> | undefined;
  #waits: Map<string, RunWait> | undefined;
  #usedSignals: Set<string> | undefined;
  /** How often the work of a step was undone and begun anew. */
  #generations: Map<string, number> | undefined;
  /** How often workflows within the run were gone through again, by what goes before the keys of their steps: in all, and since the run, or what they are in, was. */
  #repeats: Map<string, number> | undefined;
  #retries: Map<string, number> | undefined;
  #order = 0;
  #round = 0;
  #startedOnce = false;
  #failing: { readonly status: 'failed' | 'canceled'; readonly failure: Failure } | undefined;
  #costUsd = 0;

  static replay(records: readonly PlacedRecord[]): Journal {
    const journal = new Journal();
    for (const { record } of records) {
      // As the outputs of this claim's own steps are.
      if (record.type === 'step.finished') deepFreeze(record.result.output);
      journal.note(record);
    }
    return journal;
  }

  /** Takes a record in, as if it had been read. */
  note(record: RunRecord): void {
    switch (record.type) {
      case 'run.started':
        this.#startedOnce = true;
        return;
      case 'run.failing':
        this.#failing = record;
        return;
      case 'run.retried':
        this.#drop(record);
        return;
      case 'step.retried':
        this.#retry(record);
        return;
      case 'step.started':
        (this.#startedAt ??= new Map()).set(record.key, record.at);
        return;
      case 'step.waiting':
        (this.#waits ??= new Map()).set(record.key, record.wait);
        return;
      case 'step.finished':
        this.#finish(record.key, record.result);
        return;
      default:
    }
  }

  /** Whether the run has begun before. */
  get hasStarted(): boolean {
    return this.#startedOnce;
  }

  /** Why the run is coming to its end; then nothing is begun any more but what undoes its steps. */
  get failing(): { readonly status: 'failed' | 'canceled'; readonly failure: Failure } | undefined {
    return this.#failing;
  }

  /** US dollars, over all steps that are recorded. */
  get costUsd(): number {
    return this.#costUsd;
  }

  /** Of all results, in the order in which they came. */
  get keys(): string[] {
    return [...this.#results].sort(([, one], [, other]) => one.order - other.order).map(([key]) => key);
  }

  result(key: string): StepResult | undefined {
    return this.#results.get(key)?.result;
  }

  /** Greater for a result that came later. */
  orderOf(key: string): number {
    return this.#results.get(key)?.order ?? 0;
  }

  startedAt(key: string): number | undefined {
    return this.#startedAt?.get(key);
  }

  /** The wait that a step opened and that has not ended. */
  wait(key: string): RunWait | undefined {
    return this.#waits?.get(key);
  }

  hasUsed(signalId: string): boolean {
    return this.#usedSignals?.has(signalId) ?? false;
  }

  /** How often the run was taken up again after it had ended. */
  get round(): number {
    return this.#round;
  }

  generationOf(key: string): number {
    return this.#generations?.get(key) ?? 0;
  }

  /** How often a workflow within the run was tried again. */
  retriesOf(prefix: string): number {
    return this.#retries?.get(prefix) ?? 0;
  }

  /** How often a step was gone through again because a workflow that it is in was. */
  repeatsOf(key: string): number {
    if (this.#repeats === undefined) return 0;
    let count = 0;
    for (const [prefix, times] of this.#repeats) if (key.startsWith(prefix)) count += times;
    return count;
  }

  #finish(key: string, result: StepResult): void {
    this.#results.set(key, { result, order: ++this.#order });
    this.#waits?.delete(key);
    if (result.signalId !== undefined) (this.#usedSignals ??= new Set()).add(result.signalId);
    this.#costUsd += result.costUsd ?? 0;
  }

  #drop({ dropped, undone }: Extract<RunRecord, { type: 'run.retried' }>): void {
    this.#failing = undefined;
    this.#round += 1;
    this.#retries = undefined;
    this.#forget(dropped);
    for (const key of undone) (this.#generations ??= new Map()).set(key, this.generationOf(key) + 1);
  }

  #retry({ key: prefix, dropped }: Extract<RunRecord, { type: 'step.retried' }>): void {
    const retries = (this.#retries ??= new Map());
    // Those within it have all their tries again.
    for (const inner of retries.keys()) {
      if (inner !== prefix && inner.startsWith(prefix)) retries.delete(inner);
    }
    retries.set(prefix, this.retriesOf(prefix) + 1);
    const repeats = (this.#repeats ??= new Map());
    repeats.set(prefix, (repeats.get(prefix) ?? 0) + 1);
    this.#forget(dropped);
  }

  #forget(keys: readonly string[]): void {
    for (const key of keys) {
      this.#results.delete(key);
      this.#startedAt?.delete(key);
      this.#waits?.delete(key);
    }
  }
}
