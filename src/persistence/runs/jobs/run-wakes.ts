import { newId, type Clock } from '../../../common/index.js';
import type { RunRecord, StoredSignal } from '../../../workflows/index.js';
import type { Database, SqlSession } from '../../sql/database.js';
import { writeRecord } from '../journal/record-format.js';
import type { RunJobs } from './run-jobs.js';
import type { RunNews } from '../run-news.js';
import { jsonOrNothing, isUuid, keepableText, plainList } from '../sql-texts.js';

/** Runs that are woken in one transaction. */
const WAKE_BATCH = 500;

/** What a run that waits changes to when it wakes; `$job` stands for its new job. */
const WAKE = (job: string): string => `
  status = case run.status when 'waiting' then 'queued' else run.status end,
  job_id = case run.status when 'waiting' then ${job}::uuid else run.job_id end,
  waits = null, wake_keys = null, due_at = null`;

const LOCK_UNFINISHED = `
  select id, status, job_id, priority from cadre.runs
  where id = $1::uuid and status in ('queued', 'running', 'waiting') for no key update`;

/** $1 run, $2 its new job if it waits, $3 kind, $4 name, $5 payload, $6 now. */
const SIGNAL = `
  with before as (${LOCK_UNFINISHED}), kept as (
    insert into cadre.run_signals (run_id, kind, name, payload, received_at)
    select id, $3::text, $4::text, $5::json, $6::bigint from before
    returning id
  )
  update cadre.runs run set last_signal_id = kept.id, ${WAKE('$2')}
  from before, kept where run.id = before.id
  returning kept.id as signal_id, before.status, before.job_id, before.priority`;

/** $1 run, $2 its new job if it waits, $3 the reason. The first request is the one that counts. */
const CANCEL = `
  with before as (${LOCK_UNFINISHED})
  update cadre.runs run set cancel_reason = coalesce(run.cancel_reason, $3::text), ${WAKE('$2')}
  from before where run.id = before.id
  returning before.status, before.job_id, before.priority`;

/** $1 run, $2 its new job, $3 deadline, $4 the record. An epoch of its own places the record behind all others. */
const REOPEN = `
  with before as (
    select id from cadre.runs where id = $1::uuid and status in ('failed', 'canceled') for no key update
  ), reopened as (
    update cadre.runs run
    set status = 'queued', epoch = run.epoch + 1, job_id = $2::uuid, deadline_at = $3::bigint, output = null,
      output_type = null, failure = null, finished_at = null, cancel_reason = null
    from before where run.id = before.id
    returning run.id, run.epoch, run.priority
  ), added as (
    insert into cadre.run_records (run_id, epoch, seq, data) select id, epoch, 0, $4::json from reopened
  )
  select priority from reopened`;

const FIND_SLEEPERS = `
  select id, job_id, priority from cadre.runs
  where wake_keys && $1::text[] and wake_keys is not null and status = 'waiting'
  order by id limit ${WAKE_BATCH} for no key update`;

/** $1 runs, $2 their new jobs. */
const WAKE_SLEEPERS = `
  update cadre.runs run set ${WAKE('woken.job_id')}
  from unnest($1::uuid[], $2::uuid[]) as woken (id, job_id) where run.id = woken.id`;

/** A run as it was before it was told something. */
interface Before {
  readonly status: 'queued' | 'running' | 'waiting';
  readonly job_id: string | null;
  readonly priority: number;
}

interface Parts {
  readonly database: Database;
  readonly jobs: RunJobs;
  readonly news: RunNews;
  readonly clock: Clock;
  /** Whether this node executes the run. */
  readonly isHeld: (runId: string) => boolean;
}

/** Tells runs things from outside, and wakes those that wait. */
export class RunWakes {
  constructor(private readonly parts: Parts) {}

  async signal(
    runId: string,
    signal: Omit<StoredSignal, 'id' | 'receivedAt'>,
  ): Promise<StoredSignal | undefined> {
    const receivedAt = this.parts.clock.now();
    const values = [signal.kind, keepableText(signal.name), jsonOrNothing(signal.payload), receivedAt];
    const told = await this.#tell<Before & { signal_id: number | bigint }>(
      runId,
      'signal',
      (session, jobId) => session.query(SIGNAL, [runId, jobId, ...values], 'cadre_signal'),
    );
    return told && { ...signal, id: String(told.signal_id), receivedAt };
  }

  async requestCancel(runId: string, reason: string): Promise<boolean> {
    const told = await this.#tell(runId, 'cancel', (session, jobId) =>
      session.query<Before>(CANCEL, [runId, jobId, keepableText(reason)], 'cadre_cancel'),
    );
    return told !== undefined;
  }

  async reopen(runId: string, retried: RunRecord, deadlineAt?: number): Promise<boolean> {
    if (!isUuid(runId)) return false;
    const { database, jobs, news } = this.parts;
    const id = newId();
    const isReopened = await database.transaction(async (session) => {
      const values = [
        runId,
        id,
        deadlineAt === undefined ? null : Math.round(deadlineAt),
        writeRecord(retried),
      ];
      const [run] = await session.query<{ priority: number }>(REOPEN, values, 'cadre_reopen');
      if (run !== undefined) await jobs.insert(session, [{ id, runId, priority: run.priority }]);
      return run !== undefined;
    });
    if (isReopened) news.tellOfWork();
    return isReopened;
  }

  async wakeWaiting(wakeKeys: readonly string[]): Promise<void> {
    const keys = wakeKeys.map(keepableText);
    for (let woken = keys.length > 0 ? WAKE_BATCH : 0; woken === WAKE_BATCH;) {
      woken = await this.#wakeSome(keys);
    }
  }

  async #wakeSome(keys: readonly string[]): Promise<number> {
    const { database, jobs, news } = this.parts;
    const sleepers = await database.transaction(async (session) => {
      const found = await session.query<Before & { id: string }>(
        FIND_SLEEPERS,
        [keys],
        'cadre_find_sleepers',
      );
      if (found.length === 0) return found;
      const woken = found.map(({ id: runId, priority }) => ({ id: newId(), runId, priority }));
      const values = [plainList(woken.map(({ runId }) => runId)), plainList(woken.map(({ id }) => id))];
      await session.query(WAKE_SLEEPERS, values, 'cadre_wake_sleepers');
      await jobs.insert(session, woken);
      return found;
    });
    for (const { job_id: delayed } of sleepers) {
      if (delayed !== null) jobs.discard(delayed);
    }
    if (sleepers.length > 0) news.tellOfWork();
    return sleepers.length;
  }

  /** Changes a run that has not ended, and sees to it that whoever is to know hears of it. */
  async #tell<Told extends Before>(
    runId: string,
    kind: 'signal' | 'cancel',
    change: (session: SqlSession, jobId: string) => Promise<readonly Told[]>,
  ): Promise<Told | undefined> {
    if (!isUuid(runId)) return undefined;
    const { database, jobs, news, isHeld } = this.parts;
    const id = newId();
    const told = await database.transaction(async (session) => {
      const [before] = await change(session, id);
      if (before?.status === 'waiting')
        await jobs.insert(session, [{ id, runId, priority: before.priority }]);
      if (before?.status === 'running' && !isHeld(runId)) await news.tellOthers({ kind, runId }, session);
      return before;
    });
    if (told?.status === 'waiting') {
      if (told.job_id !== null) jobs.discard(told.job_id);
      news.tellOfWork();
    } else if (told?.status === 'running') news.tell({ kind, runId });
    return told;
  }
}
