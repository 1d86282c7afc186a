import { newId, type Cancel, type Clock, type Logger, type RandomSource } from '../../common/index.js';
import type { Page, RunQuery } from '../../orchestration/index.js';
import {
  RunLostError,
  RunStore,
  type ClaimedRun,
  type Lease,
  type NewRun,
  type Parking,
  type PlacedRecord,
  type RecordBatch,
  type RecordPlace,
  type RunNudge,
  type RunOutcome,
  type RunRecord,
  type StoredRun,
  type StoredSignal,
  type WorkflowBundle,
} from '../../workflows/index.js';
import type { Database } from '../sql/database.js';
import { Journal, type JournalAnswer, type RunMove } from './journal/journal.js';
import { writeRecord } from './journal/record-format.js';
import { requeue, RunClaims, type Held } from './run-claims.js';
import { RunJobs } from './jobs/run-jobs.js';
import { removeEnded } from './remove-ended.js';
import { RunNews } from './run-news.js';
import { RunReader } from './run-reader.js';
import { RunRecorder, type Recorded } from './run-recorder.js';
import { RunWakes } from './jobs/run-wakes.js';
import { jsonOrNothing, keepableText } from './sql-texts.js';

/** Bundles that were saved by this process and need not be sent again for a while. */
const MAX_KNOWN_BUNDLES = 1_000;

/** Milliseconds after which a bundle is saved again: one that nobody saves is removed once no run has it. */
const SAVED_FOR_MS = 3_600_000;

const SAVE_BUNDLE = `
  insert into cadre.run_bundles as known (hash, bundle, saved_at) values ($1, $2, $3)
  on conflict (hash) do update set saved_at = excluded.saved_at where known.saved_at < excluded.saved_at`;

/**
 * Runs in a SQL database, which many nodes may share: rows of runs and journals are Cadre's, what hands runs out is pg-boss.
 *
 * A run belongs to whoever took the job that its row names, under the epoch that the row has since. See `run-claims.ts` for the
 * one, `journal-statements.ts` for the other.
 */
export class SqlRunStore extends RunStore {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #jobs: RunJobs;
  readonly #news: RunNews;
  readonly #reader: RunReader;
  readonly #recorder: RunRecorder;
  readonly #claims: RunClaims;
  readonly #journal: Journal;
  readonly #wakes: RunWakes;
  /** Until when each counts as saved. */
  readonly #knownBundles = new Map<string, number>();
  #isOpen = false;

  constructor(
    database: Database,
    parts: { readonly clock: Clock; readonly random: RandomSource; readonly logger: Logger },
  ) {
    super();
    this.#database = database;
    this.#clock = parts.clock;
    this.#jobs = new RunJobs(database, parts);
    this.#news = new RunNews(database, parts, () => this.#tellAllHeld());
    this.#reader = new RunReader(database);
    this.#recorder = new RunRecorder(database, this.#jobs, parts);
    this.#claims = new RunClaims(database, this.#jobs, this.#reader, parts.clock);
    this.#journal = new Journal(database, this.#jobs, parts);
    const isHeld = (runId: string): boolean => this.#claims.has(runId);
    this.#wakes = new RunWakes({ database, jobs: this.#jobs, news: this.#news, clock: parts.clock, isHeld });
  }

  async open(): Promise<void> {
    await this.#jobs.open();
    if (this.#database.kind === 'pglite') await this.#takeBack();
    await this.#news.open();
    this.#isOpen = true;
    this.#news.tell({ kind: 'work' });
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    this.#news.close();
    await Promise.all([this.#recorder.settle(), this.#journal.settle()]);
    await this.#jobs.close();
  }

  onNudge(listener: (nudge: RunNudge) => void): Cancel {
    return this.#news.onNudge(listener);
  }

  async saveBundle(hash: string, bundle: WorkflowBundle): Promise<void> {
    const now = this.#clock.now();
    if (now < (this.#knownBundles.get(hash) ?? -Infinity)) return;
    const values = [hash, JSON.stringify(bundle), Math.floor(now)];
    await this.#database.query(SAVE_BUNDLE, values, 'cadre_save_bundle');
    if (this.#knownBundles.size >= MAX_KNOWN_BUNDLES) this.#knownBundles.clear();
    this.#knownBundles.set(hash, now + SAVED_FOR_MS);
  }

  bundle(hash: string): Promise<WorkflowBundle | undefined> {
    return this.#reader.bundle(hash);
  }

  async create(run: NewRun): Promise<Recorded> {
    const recorded = await this.#recorder.record(run);
    if (recorded.isNew) this.#news.tellOfWork();
    return recorded;
  }

  async claim(limit: number): Promise<readonly ClaimedRun[]> {
    const all: ClaimedRun[] = [];
    while (this.#isOpen && all.length < limit) {
      const { claimed, isAll } = await this.#claims.take(limit - all.length);
      all.push(...claimed);
      if (!isAll) continue;
      this.#news.noteNoWorkLeft();
      break;
    }
    return all;
  }

  async append(lease: Lease, batch: RecordBatch): Promise<void> {
    await this.#write(this.#claims.held(lease), batch);
  }

  async park(lease: Lease, parking: Parking): Promise<boolean> {
    const { waits, wakeKeys, dueAt, costUsd, lastSignalId: signalId = '0', hasSeenCancel = false } = parking;
    const delayMs = dueAt === undefined ? undefined : dueAt - this.#clock.now();
    const priority = this.#claims.held(lease).priority;
    const answer = await this.#leave(lease, parking, {
      status: 'waiting',
      costUsd,
      wakeKeys: wakeKeys.length === 0 ? undefined : wakeKeys.map(keepableText),
      dueAt: dueAt === undefined ? undefined : Math.ceil(dueAt),
      output: null,
      failure: null,
      waits: JSON.stringify(waits),
      ...(delayMs !== undefined && { job: { id: newId(), runId: lease.runId, priority, delayMs } }),
      seen: { signalId, cancel: hasSeenCancel },
    });
    if (answer === 'refused') return false;
    if (delayMs !== undefined && delayMs <= 0) this.#news.tellOfWork();
    else if (delayMs !== undefined) this.#news.tellOfWorkIn(delayMs);
    return true;
  }

  async finish(lease: Lease, outcome: RunOutcome, last: RecordBatch): Promise<void> {
    const { status, output, outputType, failure, finishedAt, costUsd } = outcome;
    await this.#leave(lease, last, {
      status,
      costUsd,
      outputType: outputType === undefined ? undefined : keepableText(outputType),
      finishedAt: Math.round(finishedAt),
      output: jsonOrNothing(output),
      failure: jsonOrNothing(failure),
      waits: null,
    });
    this.#news.tell({ kind: 'finished', runId: lease.runId });
  }

  async release(leases: readonly Lease[]): Promise<void> {
    const held = leases.flatMap((lease) => this.#claims.find(lease) ?? []);
    if (held.length === 0) return;
    await this.#requeue(held);
    for (const claim of held) this.#claims.end(claim);
  }

  touch(leases: readonly Lease[]): Promise<readonly Lease[]> {
    return this.#claims.touch(leases);
  }

  news(
    runId: string,
    afterSignalId?: string,
  ): Promise<{ readonly signals: readonly StoredSignal[]; readonly cancelReason?: string }> {
    return this.#reader.news(runId, afterSignalId);
  }

  signal(runId: string, signal: Omit<StoredSignal, 'id' | 'receivedAt'>): Promise<StoredSignal | undefined> {
    return this.#wakes.signal(runId, signal);
  }

  requestCancel(runId: string, reason: string): Promise<boolean> {
    return this.#wakes.requestCancel(runId, reason);
  }

  reopen(runId: string, retried: RunRecord, deadlineAt?: number): Promise<boolean> {
    return this.#wakes.reopen(runId, retried, deadlineAt);
  }

  wakeWaiting(wakeKeys: readonly string[]): Promise<void> {
    return this.#wakes.wakeWaiting(wakeKeys);
  }

  removeEnded(before: number, limit: number): Promise<number> {
    return removeEnded(this.#database, before, limit, this.#clock.now());
  }

  get(runId: string): Promise<StoredRun | undefined> {
    return this.#reader.get(runId);
  }

  finishedOf(runIds: readonly string[]): Promise<readonly string[]> {
    return this.#reader.finishedOf(runIds);
  }

  records(
    runId: string,
    options: { readonly after?: RecordPlace; readonly limit: number },
  ): Promise<readonly PlacedRecord[]> {
    return this.#reader.records(runId, options);
  }

  list(query: RunQuery): Promise<Page<StoredRun>> {
    return this.#reader.list(query);
  }

  /** Writes the last records of a claim, which is over when they are written. @throws RUN_LOST */
  async #leave(lease: Lease, last: RecordBatch, move: RunMove): Promise<JournalAnswer> {
    const held = this.#claims.held(lease);
    if (held.isLeaving) throw new RunLostError(lease.runId, lease.epoch);
    held.isLeaving = true;
    try {
      const answer = await this.#write(held, last, move);
      if (answer === 'written') this.#claims.end(held);
      return answer;
    } finally {
      held.isLeaving = false;
    }
  }

  /** @throws RUN_LOST, and what kept the database from writing; either way the run is another's to go on with */
  async #write(held: Held, { firstSeq, records }: RecordBatch, move?: RunMove): Promise<JournalAnswer> {
    const { runId, epoch } = held;
    const json = records.map(writeRecord);
    try {
      const answer = await this.#journal.write({ lease: held, firstSeq, records: json, move });
      if (answer === 'lost') throw new RunLostError(runId, epoch);
      return answer;
    } catch (error) {
      this.#claims.lose(held);
      throw error;
    }
  }

  /** A process that has the database to itself knows who held the runs that are marked as running: a process that is gone. */
  async #takeBack(): Promise<void> {
    const text = `select id as "runId", epoch from cadre.runs where status = 'running'`;
    await this.#requeue(await this.#database.query<Lease>(text));
  }

  async #requeue(leases: readonly Lease[]): Promise<void> {
    if (leases.length === 0) return;
    const fresh = leases.map(({ runId, epoch }) => ({ runId, epoch, jobId: newId() }));
    await this.#database.transaction(async (session) => {
      const requeued = await requeue(session, fresh);
      const jobs = requeued.map(({ id: runId, job_id: id, priority }) => ({ id, runId, priority }));
      await this.#jobs.insert(session, jobs);
    });
    this.#news.tellOfWork();
  }

  #tellAllHeld(): void {
    for (const runId of this.#claims.runIds()) {
      this.#news.tell({ kind: 'signal', runId });
      this.#news.tell({ kind: 'cancel', runId });
    }
  }
}
