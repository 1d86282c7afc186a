import type {
  PlacedRecord,
  RecordBatch,
  RecordPlace,
  StoredRun,
  StoredSignal,
} from '../../workflows/index.js';
import type { Job } from './job-queue.js';

/** Shared by all who have none of something. */
export const NOTHING: readonly never[] = [];

/** A run in memory and all that is kept with it. */
export class HeldRun {
  readonly records: PlacedRecord[] = [];
  readonly signals: StoredSignal[] = [];
  /** What brings it to a node; absent while it is claimed or has ended. Older jobs of it mean nothing. */
  job: Job | undefined;
  wakeKeys: readonly string[] = NOTHING;

  /** @param run replaced at each change: whoever was given it keeps it as it was */
  constructor(public run: StoredRun) {}

  write({ firstSeq, records }: RecordBatch): void {
    const { epoch } = this.run;
    let seq = firstSeq;
    for (const record of records) this.records.push({ epoch, seq: seq++, record });
  }

  signalsAfter(signalId = '0'): readonly StoredSignal[] {
    const after = Number(signalId);
    return this.signals.filter(({ id }) => Number(id) > after);
  }

  recordsBehind(place: RecordPlace | undefined, limit: number): readonly PlacedRecord[] {
    const first = place === undefined ? 0 : this.#positionBehind(place);
    return this.records.slice(first, first + limit);
  }

  #positionBehind(place: RecordPlace): number {
    let low = 0;
    let high = this.records.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const { epoch, seq } = this.records[middle]!;
      if (epoch < place.epoch || (epoch === place.epoch && seq <= place.seq)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
