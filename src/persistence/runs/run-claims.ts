import type { Clock } from '../../common/index.js';
import { RunLostError, type ClaimedRun, type Lease } from '../../workflows/index.js';
import type { Database, SqlSession } from '../sql/database.js';
import type { RunJobs, TakenJob } from './jobs/run-jobs.js';
import type { RunReader } from './run-reader.js';
import { RUN_COLUMNS, toStoredRun, type RunRow } from './run-rows.js';
import { plainList } from './sql-texts.js';

/**
 * $1 runs, $2 the jobs that were taken for them, $3 now. A job that the run does not name is stale: it was woken by something
 * else meanwhile, or has ended.
 */
const CLAIM = `
  with due as (
    select run.id from unnest($1::uuid[], $2::uuid[]) as job (run_id, id)
    cross join lateral (
      select run.id from cadre.runs run
      where run.id = job.run_id and run.job_id = job.id and run.status in ('queued', 'running', 'waiting')
      for no key update
    ) as run
  )
  update cadre.runs run
  set epoch = run.epoch + 1, status = 'running', started_at = coalesce(run.started_at, $3::bigint),
    waits = null, wake_keys = null, due_at = null
  from due where run.id = due.id
  returning ${RUN_COLUMNS.replaceAll(/\bid\b/g, 'run.id')}`;

/** A claim of this node. */
export interface Held extends Lease {
  readonly job: TakenJob;
  readonly priority: number;
  /** It is about to park or to end: it can do so once. */
  isLeaving: boolean;
}

/** The claims of this node: takes jobs, and with each that is not stale the run that it is for. */
export class RunClaims {
  readonly #held = new Map<string, Held>();

  constructor(
    private readonly database: Database,
    private readonly jobs: RunJobs,
    private readonly reader: RunReader,
    private readonly clock: Clock,
  ) {}

  /** @returns `isAll`: there was nothing more to take */
  async take(limit: number): Promise<{ readonly claimed: readonly ClaimedRun[]; readonly isAll: boolean }> {
    const jobs = await this.jobs.take(limit);
    const isAll = jobs.length < limit;
    if (jobs.length === 0) return { claimed: [], isAll };
    const rows = await this.#claim(jobs);
    const byId = new Map(jobs.map((job) => [job.id, job]));
    for (const { id, job_id: jobId, epoch, priority } of rows) {
      this.#held.set(id, { runId: id, epoch, job: byId.get(jobId!)!, priority, isLeaving: false });
      byId.delete(jobId!);
    }
    for (const stale of byId.keys()) this.jobs.discard(stale);
    const claimed = await this.#load(rows);
    // Fewer runs than jobs are no sign that there are no more.
    return { claimed, isAll };
  }

  /** The claim under a lease. @throws RUN_LOST */
  held({ runId, epoch }: Lease): Held {
    const held = this.find({ runId, epoch });
    if (held === undefined) throw new RunLostError(runId, epoch);
    return held;
  }

  find({ runId, epoch }: Lease): Held | undefined {
    const held = this.#held.get(runId);
    return held?.epoch === epoch ? held : undefined;
  }

  has(runId: string): boolean {
    return this.#held.has(runId);
  }

  runIds(): readonly string[] {
    return [...this.#held.keys()];
  }

  /** The claim is over, and its job of no use any more. */
  end(held: Held): void {
    this.lose(held);
    this.jobs.discard(held.job.id);
  }

  /** The claim is another's by now, and the job with it. */
  lose(held: Held): void {
    if (this.#held.get(held.runId) === held) this.#held.delete(held.runId);
  }

  /** Keeps claims alive; gives those that are lost. */
  async touch(leases: readonly Lease[]): Promise<readonly Lease[]> {
    const held = leases.flatMap((lease) => this.find(lease) ?? []);
    const alive = await this.jobs.touch(held.map(({ job }) => job));
    for (const claim of held) {
      if (!alive.has(claim.job.id)) this.lose(claim);
    }
    return leases.filter((lease) => this.find(lease) === undefined);
  }

  async #claim(jobs: readonly TakenJob[]): Promise<readonly RunRow[]> {
    // By run, as all who lock several runs do.
    const sorted = jobs.toSorted(({ runId: a }, { runId: b }) => (a < b ? -1 : 1));
    const values = [
      plainList(sorted.map(({ runId }) => runId)),
      plainList(sorted.map(({ id }) => id)),
      this.clock.now(),
    ];
    const rows = await this.database.query<RunRow>(CLAIM, values, 'cadre_claim');
    return rows.toSorted((a, b) => b.priority - a.priority || a.created_at - b.created_at);
  }

  /** Read in later statements than the claim, so that nothing written under an older epoch is missed. */
  async #load(rows: readonly RunRow[]): Promise<ClaimedRun[]> {
    const resumed = rows.filter(({ epoch }) => epoch > 1).map(({ id }) => id);
    const signaled = rows.filter((row) => row.last_signal_id > 0).map(({ id }) => id);
    const [records, signals] = await Promise.all([
      this.reader.journalsOf(resumed),
      this.reader.signalsOf(signaled),
    ]);
    return rows.map((row) => ({
      run: toStoredRun(row),
      records: records.get(row.id) ?? [],
      signals: signals.get(row.id) ?? [],
    }));
  }
}

/** Hands all runs back that are marked as running: $1 runs, $2 epochs, $3 the jobs that bring them to a node next. */
const RELEASE = `
  with lost as (
    select lease.run_id, lease.job_id, run.priority
    from unnest($1::uuid[], $2::int[], $3::uuid[]) as lease (run_id, epoch, job_id)
    cross join lateral (
      select run.priority from cadre.runs run
      where run.id = lease.run_id and run.epoch = lease.epoch and run.status = 'running' for no key update
    ) as run
  )
  update cadre.runs run set status = 'queued', job_id = lost.job_id
  from lost where run.id = lost.run_id
  returning run.id, run.job_id, run.priority`;

export interface Requeued {
  readonly id: string;
  readonly job_id: string;
  readonly priority: number;
}

/** Makes running runs claimable again; gives those that were held under their lease. */
export function requeue(
  session: SqlSession,
  leases: readonly (Lease & { readonly jobId: string })[],
): Promise<readonly Requeued[]> {
  const sorted = leases.toSorted(({ runId: a }, { runId: b }) => (a < b ? -1 : 1));
  const values = [
    plainList(sorted.map(({ runId }) => runId)),
    plainList(sorted.map(({ epoch }) => epoch)),
    plainList(sorted.map(({ jobId }) => jobId)),
  ];
  return session.query<Requeued>(RELEASE, values, 'cadre_release');
}
