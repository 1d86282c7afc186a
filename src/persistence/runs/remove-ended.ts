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

/** Milliseconds that a bundle is kept for runs to come: far longer than a node takes it for saved (see `SqlRunStore.saveBundle`). */
const KEEP_UNUSED_MS = 86_400_000;

/** One that is saved again at the same time stays, or is written anew. */
const REMOVE_BUNDLES = `
  delete from cadre.run_bundles bundle
  where saved_at < $1::bigint and not exists (select from cadre.runs where bundle_hash = bundle.hash)`;

/**
 * Removes runs that ended before an instant, with all that is kept of them; how many. None while another node does. The last of
 * them takes with it the bundles that no run has any more.
 *
 * @param now by the clock that bundles are saved by
 */
export function removeEnded(database: Database, before: number, limit: number, now: number): Promise<number> {
  return database.transaction(async (session) => {
    const [lock] = await session.query<{ is_ours: boolean }>(LOCK, [LOCK_KEY]);
    if (lock?.is_ours !== true) return 0;
    const { length: count } = await session.query(REMOVE, [Math.floor(before), limit]);
    if (count < limit) await session.query(REMOVE_BUNDLES, [Math.floor(now - KEEP_UNUSED_MS)]);
    return count;
  });
}
