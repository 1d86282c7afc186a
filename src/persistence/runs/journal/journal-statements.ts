/*
 * The statements of the journal. Each checks the leases it writes under and locks their runs until it commits, so that nobody
 * claims a run between the check and the write: a claim that follows sees all that was written. Writes come sorted by
 * run, that two nodes never wait for each other crosswise.
 *
 * Payloads stay JSON from the one end to the other: `json_to_recordset` would take them apart, and refuse NUL characters.
 */

/** One record: $1 run, $2 epoch, $3 seq, $4 the record. A row, if it is written. */
export const APPEND_ONE = `
  insert into cadre.run_records (run_id, epoch, seq, data)
  select $1::uuid, $2::int, $3::int, $4::json
  from cadre.runs where id = $1::uuid and epoch = $2::int and status = 'running' for share
  returning seq`;

/** Many records: $1 their runs, $2 epochs, $3 seqs, and $4 themselves as a JSON list. Tells how many are written. */
export const APPEND_MANY = `
  with added as (
    insert into cadre.run_records (run_id, epoch, seq, data)
    select record.run_id, record.epoch, record.seq, record.data
    from rows from (unnest($1::uuid[]), unnest($2::int[]), unnest($3::int[]), json_array_elements($4::json))
      as record (run_id, epoch, seq, data)
    cross join lateral (
      select from cadre.runs run
      where run.id = record.run_id and run.epoch = record.epoch and run.status = 'running' for share
    ) as run
    returning seq
  )
  select count(*)::int as written from added`;

/**
 * All kinds of writes, for the second time too.
 *
 * $1 runs and $2 epochs of the leases; for each record, $3 the place of its lease in those lists, from 1, $4 its seq, and $5
 * the records as a JSON list. A run that parks goes only where no signal is later than its $6 and, if it has not seen a request
 * to cancel ($7), there is none; then nothing of it is written. Where runs go to: $8 a JSON list of plain columns, with
 * the place of the lease, and beside it $9 outputs, $10 failures, $11 waits.
 *
 * Gives the places of leases that are lost, and of those whose run does not go.
 */
export const APPEND_AND_MOVE = `
  with held as (
    select lease.run_id, lease.epoch, lease.place, run.goes
    from unnest($1::uuid[], $2::int[], $6::bigint[], $7::boolean[]) with ordinality
      as lease (run_id, epoch, seen_signal_id, has_seen_cancel, place)
    cross join lateral (
      select lease.seen_signal_id is null
        or (run.last_signal_id <= lease.seen_signal_id and (lease.has_seen_cancel or run.cancel_reason is null)) as goes
      from cadre.runs run
      where run.id = lease.run_id and run.epoch = lease.epoch and run.status = 'running' for no key update
    ) as run
  ), added as (
    insert into cadre.run_records (run_id, epoch, seq, data)
    select held.run_id, held.epoch, record.seq, record.data
    from rows from (unnest($3::int[]), unnest($4::int[]), json_array_elements($5::json)) as record (place, seq, data)
    join held on held.place = record.place and held.goes
    on conflict do nothing
  ), moved as (
    update cadre.runs run
    set status = move.status, output = move.output, output_type = move.output_type, failure = move.failure,
      finished_at = move.finished_at, cost_usd = move.cost_usd, waits = move.waits, wake_keys = move.wake_keys,
      due_at = move.due_at, job_id = move.job_id
    from rows from (
      json_to_recordset($8::json) as (
        place int, status text, output_type text, finished_at bigint, cost_usd double precision, wake_keys text[],
        due_at bigint, job_id uuid
      ),
      unnest($9::json[]), unnest($10::json[]), unnest($11::json[])
    ) as move (place, status, output_type, finished_at, cost_usd, wake_keys, due_at, job_id, output, failure, waits)
    join held on held.place = move.place and held.goes
    where run.id = held.run_id
  )
  select lease.place, held.place is not null as is_held
  from generate_series(1, cardinality($1::uuid[])) as lease (place)
  left join held on held.place = lease.place
  where held.goes is not true`;

/** What became of writes that were interrupted: $1 runs, $2 epochs, $3 the seq of the first record, -1 where there is none. */
export const FIND_WRITTEN = `
  select lease.place, run.status <> 'running' as has_moved, record.seq is not null as is_recorded
  from unnest($1::uuid[], $2::int[], $3::int[]) with ordinality as lease (run_id, epoch, seq, place)
  join cadre.runs run on run.id = lease.run_id and run.epoch >= lease.epoch
  left join cadre.run_records record
    on record.run_id = lease.run_id and record.epoch = lease.epoch and record.seq = lease.seq`;
