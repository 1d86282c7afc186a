import type {
  NewRun,
  PlacedRecord,
  RecordBatch,
  RecordPlace,
  RunRecord,
  StoredRun,
  StoredSignal,
} from '../../../workflows/index.js';
import type { Job } from './job-queue.js';

/** Shared by all who have none of something. */
export const NOTHING: readonly never[] = [];

/** Records that follow each other in one epoch, each with the next seq. A run has few of these, and places for each record would be many. */
interface Stretch {
  readonly epoch: number;
  readonly firstSeq: number;
  /** The position of the first among all records of the run. */
  readonly from: number;
}

/** A run in memory and all that is kept with it. */
export class HeldRun {
  readonly signals: StoredSignal[] = [];
  /** What brings it to a node; absent while it is claimed or has ended. Older jobs of it mean nothing. */
  job: Job | undefined;
  wakeKeys: readonly string[] = NOTHING;
  /** Its place among those that have ended; absent while it has not. */
  endedAs: number | undefined;
  #records: RunRecord[] = [];
  #stretches: Stretch[] = [];

  /** @param run replaced at each change: whoever was given it keeps it as it was */
  constructor(public run: StoredRun) {}

  get recordCount(): number {
    return this.#records.length;
  }

  write({ firstSeq, records }: RecordBatch): void {
    if (records.length === 0) return;
    const { epoch } = this.run;
    if (this.#records.length === 0) {
      // No longer than they are: lists that grow keep room for more, in every run that is remembered.
      this.#records = records.slice();
      this.#stretches = [{ epoch, firstSeq, from: 0 }];
      return;
    }
    const from = this.#records.length;
    const last = this.#stretches.at(-1);
    const goesOn = last?.epoch === epoch && last.firstSeq + from - last.from === firstSeq;
    if (!goesOn) this.#stretches.push({ epoch, firstSeq, from });
    for (const record of records) this.#records.push(record);
  }

  signalsAfter(signalId = '0'): readonly StoredSignal[] {
    const after = Number(signalId);
    return this.signals.filter(({ id }) => Number(id) > after);
  }

  recordsBehind(place: RecordPlace | undefined, limit: number): readonly PlacedRecord[] {
    const first = place === undefined ? 0 : this.#positionBehind(place);
    const end = Math.min(first + limit, this.#records.length);
    const placed: PlacedRecord[] = [];
    let at = this.#stretches.findLastIndex(({ from }) => from <= first);
    for (let position = first; position < end; position += 1) {
      if (this.#stretches[at + 1]?.from === position) at += 1;
      const { epoch, firstSeq, from } = this.#stretches[at]!;
      placed.push({ epoch, seq: firstSeq + position - from, record: this.#records[position]! });
    }
    return placed;
  }

  #positionBehind({ epoch, seq }: RecordPlace): number {
    const at = this.#stretches.findLastIndex(
      (stretch) => stretch.epoch < epoch || (stretch.epoch === epoch && stretch.firstSeq <= seq),
    );
    const stretch = this.#stretches[at];
    if (stretch === undefined) return 0;
    const end = this.#stretches[at + 1]?.from ?? this.#records.length;
    return stretch.epoch < epoch ? end : Math.min(stretch.from + seq - stretch.firstSeq + 1, end);
  }
}

/** With a place for all that it comes to have: what grows by and by is several objects, for each run that is remembered. */
export function toStored(run: NewRun): StoredRun {
  return {
    runId: run.runId,
    workflow: run.workflow,
    version: run.version,
    bundleHash: run.bundleHash,
    input: run.input,
    priority: run.priority,
    durability: run.durability,
    tenant: run.tenant,
    stepCount: run.stepCount,
    createdAt: run.createdAt,
    deadlineAt: run.deadlineAt,
    idempotencyKey: run.idempotencyKey,
    requestHash: run.requestHash,
    status: 'queued',
    epoch: 0,
    output: undefined,
    outputType: undefined,
    failure: undefined,
    startedAt: undefined,
    finishedAt: undefined,
    costUsd: 0,
    waits: NOTHING,
    cancelReason: undefined,
  };
}
