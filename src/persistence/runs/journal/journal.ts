import type { Clock, RandomSource } from '../../../common/index.js';
import type { Lease } from '../../../workflows/index.js';
import type { Database, SqlSession } from '../../sql/database.js';
import { APPEND_AND_MOVE, APPEND_MANY, APPEND_ONE, FIND_WRITTEN } from './journal-statements.js';
import type { RunJob, RunJobs } from '../jobs/run-jobs.js';
import { plainList } from '../sql-texts.js';
import { WriteGroups } from './write-groups.js';

/** Most writes in one statement. */
const MAX_WRITES = 1_000;

/** About what a write costs beside its payload. */
const WRITE_BYTES = 100;

/** Where a run goes when it parks or ends: the columns of its row. */
export interface RunMove {
  readonly status: string;
  readonly costUsd: number;
  readonly outputType?: string;
  readonly finishedAt?: number;
  readonly wakeKeys?: readonly string[];
  readonly dueAt?: number;
  /** As JSON; null for none. */
  readonly output: string | null;
  readonly failure: string | null;
  readonly waits: string | null;
  /** What brings it back. */
  readonly job?: RunJob;
  /** It goes only where it has seen all that came for it. */
  readonly seen?: { readonly signalId: string; readonly cancel: boolean };
}

/** Records for a run, and where it goes with them. */
export interface JournalWrite {
  readonly lease: Lease;
  readonly firstSeq: number;
  /** Each as JSON. */
  readonly records: readonly string[];
  readonly move?: RunMove;
}

/** `refused`: something came for the run that it has not seen. */
export type JournalAnswer = 'written' | 'lost' | 'refused';

/** Writes that were not carried out, and why. */
type Exceptions = Map<JournalWrite, JournalAnswer>;

interface ExceptionRow {
  readonly place: number;
  readonly is_held: boolean;
}

/** Writes the journals of runs, and where runs go with their last records; grouped, and in the order it was asked. */
export class Journal {
  readonly #groups: WriteGroups<JournalWrite, JournalAnswer>;

  constructor(
    private readonly database: Database,
    private readonly jobs: RunJobs,
    parts: { readonly clock: Clock; readonly random: RandomSource },
  ) {
    this.#groups = new WriteGroups((writes, isRetry) => this.#writeAll(writes, isRetry), MAX_WRITES, parts);
  }

  write(write: JournalWrite): Promise<JournalAnswer> {
    const { move, records } = write;
    let sizeBytes = WRITE_BYTES + (move?.output?.length ?? 0) + (move?.waits?.length ?? 0);
    for (const record of records) sizeBytes += record.length;
    return this.#groups.add(write, sizeBytes);
  }

  settle(): Promise<void> {
    return this.#groups.settle();
  }

  async #writeAll(writes: readonly JournalWrite[], isRetry: boolean): Promise<JournalAnswer[]> {
    // By run: see the statements. The order of writes to one run stays.
    const sorted = writes.toSorted(({ lease: a }, { lease: b }) =>
      a.runId < b.runId ? -1 : a.runId > b.runId ? 1 : 0,
    );
    const exceptions = isRetry ? await this.#writeRest(sorted) : await this.#writeOnce(sorted);
    return writes.map((write) => exceptions.get(write) ?? 'written');
  }

  /** Writes what an interrupted try has not written. That one may still be under way: so what seems lost is looked up again. */
  async #writeRest(writes: readonly JournalWrite[]): Promise<Exceptions> {
    const written = await this.#findWritten(writes);
    const rest = writes.filter((write) => !written.has(write));
    const exceptions =
      rest.length === 0 ? new Map<JournalWrite, JournalAnswer>() : await this.#writeAny(rest);
    const lost = rest.filter((write) => exceptions.get(write) === 'lost');
    for (const write of await this.#findWritten(lost)) exceptions.delete(write);
    return exceptions;
  }

  async #writeOnce(writes: readonly JournalWrite[]): Promise<Exceptions> {
    if (writes.some(({ move, records }) => move !== undefined || records.length === 0))
      return this.#writeAny(writes);
    const isAll = await this.#append(writes);
    if (isAll) return new Map();
    const written = await this.#findWritten(writes);
    return new Map(writes.filter((write) => !written.has(write)).map((write) => [write, 'lost']));
  }

  /** Whether all leases were in force. */
  async #append(writes: readonly JournalWrite[]): Promise<boolean> {
    const records = writes.flatMap((write) =>
      write.records.map((json, index) => ({ json, lease: write.lease, seq: write.firstSeq + index })),
    );
    if (records.length === 1) {
      const [{ lease, seq, json }] = records as [(typeof records)[0]];
      const values = [lease.runId, lease.epoch, seq, json];
      return (await this.database.query(APPEND_ONE, values, 'cadre_append_one')).length === 1;
    }
    const [answer] = await this.database.query<{ written: number }>(
      APPEND_MANY,
      [
        plainList(records.map(({ lease }) => lease.runId)),
        plainList(records.map(({ lease }) => lease.epoch)),
        plainList(records.map(({ seq }) => seq)),
        `[${records.map(({ json }) => json).join(',')}]`,
      ],
      'cadre_append_many',
    );
    return answer?.written === records.length;
  }

  async #writeAny(writes: readonly JournalWrite[]): Promise<Exceptions> {
    const send = async (session: SqlSession): Promise<Exceptions> => {
      const values = [...appendValues(writes), ...moveValues(writes)];
      const rows = await session.query<ExceptionRow>(APPEND_AND_MOVE, values, 'cadre_append_and_move');
      return new Map(
        rows.map(({ place, is_held: isHeld }) => [writes[place - 1]!, isHeld ? 'refused' : 'lost']),
      );
    };
    if (writes.every(({ move }) => move?.job === undefined)) return send(this.database);
    return this.database.transaction(async (session) => {
      const exceptions = await send(session);
      const going = writes.filter((write) => !exceptions.has(write));
      await this.jobs.insert(
        session,
        going.flatMap(({ move }) => move?.job ?? []),
      );
      return exceptions;
    });
  }

  /** Those of writes that were carried out: nobody else writes under their leases. */
  async #findWritten(writes: readonly JournalWrite[]): Promise<Set<JournalWrite>> {
    if (writes.length === 0) return new Set();
    const rows = await this.database.query<{ place: number; has_moved: boolean; is_recorded: boolean }>(
      FIND_WRITTEN,
      [
        plainList(writes.map(({ lease }) => lease.runId)),
        plainList(writes.map(({ lease }) => lease.epoch)),
        plainList(writes.map(({ firstSeq, records }) => (records.length === 0 ? -1 : firstSeq))),
      ],
      'cadre_find_written',
    );
    const written = new Set<JournalWrite>();
    for (const { place, has_moved: hasMoved, is_recorded: isRecorded } of rows) {
      const write = writes[place - 1]!;
      if (isRecorded || (write.move !== undefined && hasMoved)) written.add(write);
    }
    return written;
  }
}

function appendValues(writes: readonly JournalWrite[]): unknown[] {
  const places: number[] = [];
  const seqs: number[] = [];
  writes.forEach(({ firstSeq, records }, index) => {
    for (let offset = 0; offset < records.length; offset++) {
      places.push(index + 1);
      seqs.push(firstSeq + offset);
    }
  });
  return [
    plainList(writes.map(({ lease }) => lease.runId)),
    plainList(writes.map(({ lease }) => lease.epoch)),
    plainList(places),
    plainList(seqs),
    `[${writes.flatMap(({ records }) => records).join(',')}]`,
  ];
}

function moveValues(writes: readonly JournalWrite[]): unknown[] {
  const moves = writes.flatMap(({ move }, index) => (move === undefined ? [] : [{ move, place: index + 1 }]));
  const columns = moves.map(({ move, place }) => ({
    place,
    status: move.status,
    output_type: move.outputType,
    finished_at: move.finishedAt,
    cost_usd: move.costUsd,
    wake_keys: move.wakeKeys,
    due_at: move.dueAt,
    job_id: move.job?.id,
  }));
  return [
    plainList(writes.map(({ move }) => move?.seen?.signalId ?? 'null')),
    plainList(writes.map(({ move }) => String(move?.seen?.cancel ?? true))),
    JSON.stringify(columns),
    moves.map(({ move }) => move.output),
    moves.map(({ move }) => move.failure),
    moves.map(({ move }) => move.waits),
  ];
}
