import type { Clock, RandomSource } from '../../common/index.js';
import type { Lease } from '../../workflows/index.js';
import type { Database, SqlSession } from '../sql/database.js';
import { APPEND_AND_MOVE, APPEND_MANY, APPEND_ONE, FIND_WRITTEN } from './journal-statements.js';
import type { RunJob, RunJobs } from './run-jobs.js';
import { plainList } from './sql-texts.js';
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

/** A write that was not carried out. */
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
    const answers = isRetry ? await this.#writeRest(sorted) : await this.#writeOnce(sorted);
    return writes.map((write) => answers.get(write)!);
  }

  /** Writes what an interrupted try has not written. That one may still be under way: so what seems lost is looked up again. */
  async #writeRest(writes: readonly JournalWrite[]): Promise<Map<JournalWrite, JournalAnswer>> {
    const written = await this.#findWritten(writes);
    const answers = await this.#writeOnce(writes.filter((write) => !written.has(write)));
    const lost = writes.filter((write) => answers.get(write) === 'lost');
    for (const write of [...written, ...(await this.#findWritten(lost))]) answers.set(write, 'written');
    return answers;
  }

  async #writeOnce(writes: readonly JournalWrite[]): Promise<Map<JournalWrite, JournalAnswer>> {
    const jobs = writes.flatMap(({ move }) => move?.job ?? []);
    if (jobs.length === 0) return answersOf(writes, await this.#send(this.database, writes));
    return this.database.transaction(async (session) => {
      const answers = answersOf(writes, await this.#send(session, writes));
      const going = writes.filter((write) => answers.get(write) === 'written');
      await this.jobs.insert(
        session,
        going.flatMap(({ move }) => move?.job ?? []),
      );
      return answers;
    });
  }

  async #send(session: SqlSession, writes: readonly JournalWrite[]): Promise<readonly ExceptionRow[]> {
    const [first] = writes;
    if (first === undefined) return [];
    if (writes.some(({ move }) => move !== undefined)) {
      const values = [...appendValues(writes), ...moveValues(writes)];
      return session.query(APPEND_AND_MOVE, values, 'cadre_append_and_move');
    }
    if (writes.length > 1) return session.query(APPEND_MANY, appendValues(writes), 'cadre_append_many');
    const { lease, firstSeq, records } = first;
    const values = [lease.runId, lease.epoch, firstSeq, `[${records.join(',')}]`];
    return session.query(APPEND_ONE, values, 'cadre_append_one');
  }

  /** Those of interrupted writes that were carried out: nobody else writes under their leases. */
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

function answersOf(
  writes: readonly JournalWrite[],
  exceptions: readonly ExceptionRow[],
): Map<JournalWrite, JournalAnswer> {
  const answers = new Map<JournalWrite, JournalAnswer>(writes.map((write) => [write, 'written']));
  for (const { place, is_held: isHeld } of exceptions)
    answers.set(writes[place - 1]!, isHeld ? 'refused' : 'lost');
  return answers;
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
