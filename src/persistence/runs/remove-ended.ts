import type { Database } from '../sql/database.js';

/** One node at a time removes runs; an advisory lock is known by its number alone. */
const LOCK_KEY = 301_041_806;

const LOCK = 'select pg_try_advisory_xact_lock($1) as is_ours';

/**
 * $1 instant, $2 most runs. What ended before an instant was created before it, and so there need be no index over ends. A run
 * that is about to be taken up again is passed over.
 */
const REMOVE = `
  with gone as (
    select id from cadre.runs
    where created_at < $1::bigint and finished_at < $1::bigint and status in ('succeeded', 'failed', 'canceled')
    order by created_at, id limit $2::int for update skip locked
  ), records as (
    delete from cadre.run_records record using gone where record.run_id = gone.id
  ), signals as (
    delete from cadre.run_signals signal using gone where signal.run_id = gone.id
  )
  delete from cadre.runs run using gone where run.id = gone.id returning run.id`;

/** Removes runs that ended before an instant, with all that is kept of them; how many. None while another node does. */
export function removeEnded(database: Database, before: number, limit: number): Promise<number> {
  return database.transaction(async (session) => {
    const [lock] = await session.query<{ is_ours: boolean }>(LOCK, [LOCK_KEY]);
    if (lock?.is_ours !== true) return 0;
    return (await session.query(REMOVE, [Math.floor(before), limit])).length;
  });
}
