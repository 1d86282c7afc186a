import type { Page, RunQuery } from '../../orchestration/index.js';
import {
  readRunCursor,
  writeRunCursor,
  type PlacedRecord,
  type RecordPlace,
  type StoredRun,
  type StoredSignal,
  type WorkflowBundle,
} from '../../workflows/index.js';
import type { Database } from '../sql/database.js';
import {
  RECORD_COLUMNS,
  RUN_COLUMNS,
  SIGNAL_COLUMNS,
  toPlacedRecord,
  toStoredRun,
  toStoredSignal,
  type RecordRow,
  type RunRow,
  type SignalRow,
} from './run-rows.js';
import { isUuid, keepableText, plainList } from './sql-texts.js';

const GET = `select ${RUN_COLUMNS} from cadre.runs where id = $1::uuid`;

const FINISHED_OF = `
  select id from cadre.runs where id = any($1::uuid[]) and status in ('succeeded', 'failed', 'canceled')`;

const RECORDS = `
  select ${RECORD_COLUMNS} from cadre.run_records
  where run_id = $1::uuid and (epoch, seq) > ($2::int, $3::int) order by epoch, seq limit $4::int`;

/** One statement, so that no signal can come between. */
const NEWS = `
  select ${SIGNAL_COLUMNS}, cancel_reason
  from (select id as news_of, cancel_reason from cadre.runs where id = $1::uuid) as run
  left join cadre.run_signals on run_id = news_of and id > $2::bigint
  order by id`;

/**
 * Runs of an instant are in the order of their ids, as the index has them. Not prepared, and with its limit spelled out: the
 * planner is to see that a few runs are wanted of many, and read them in the order of the index.
 */
const LIST = (limit: number): string => `
  select ${RUN_COLUMNS} from cadre.runs
  where (created_at, id) < ($1::bigint, $2::uuid) and created_at >= $3::bigint
    and ($4::text is null or status = $4) and ($5::text is null or workflow = $5)
  order by created_at desc, id desc limit ${Math.trunc(limit)}`;

const ALL_JOURNALS = `
  select ${RECORD_COLUMNS} from cadre.run_records where run_id = any($1::uuid[]) order by run_id, epoch, seq`;

const ALL_SIGNALS = `
  select ${SIGNAL_COLUMNS} from cadre.run_signals where run_id = any($1::uuid[]) order by run_id, id`;

const HIGHEST_UUID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const LOWEST_UUID = '00000000-0000-0000-0000-000000000000';

/** Reads runs and what is kept with them. */
export class RunReader {
  constructor(private readonly database: Database) {}

  async bundle(hash: string): Promise<WorkflowBundle | undefined> {
    const [row] = await this.database.query<{ bundle: WorkflowBundle }>(
      'select bundle from cadre.run_bundles where hash = $1',
      [hash],
      'cadre_bundle',
    );
    return row?.bundle;
  }

  async get(runId: string): Promise<StoredRun | undefined> {
    if (!isUuid(runId)) return undefined;
    const [row] = await this.database.query<RunRow>(GET, [runId], 'cadre_get_run');
    return row === undefined ? undefined : toStoredRun(row);
  }

  async finishedOf(runIds: readonly string[]): Promise<readonly string[]> {
    const ids = runIds.filter(isUuid);
    if (ids.length === 0) return [];
    const rows = await this.database.query<{ id: string }>(
      FINISHED_OF,
      [plainList(ids)],
      'cadre_finished_of',
    );
    return rows.map(({ id }) => id);
  }

  async records(
    runId: string,
    { after = { epoch: -1, seq: 0 }, limit }: { readonly after?: RecordPlace; readonly limit: number },
  ): Promise<readonly PlacedRecord[]> {
    if (!isUuid(runId)) return [];
    const values = [runId, after.epoch, after.seq, limit];
    const rows = await this.database.query<RecordRow>(RECORDS, values, 'cadre_records');
    return rows.map(toPlacedRecord);
  }

  async news(
    runId: string,
    afterSignalId = '0',
  ): Promise<{ readonly signals: readonly StoredSignal[]; readonly cancelReason?: string }> {
    if (!isUuid(runId)) return { signals: [] };
    const rows = await this.database.query<Partial<SignalRow> & { cancel_reason: string | null }>(
      NEWS,
      [runId, afterSignalId],
      'cadre_news',
    );
    const signals = rows.filter((row): row is typeof row & SignalRow => row.run_id != null);
    return {
      signals: signals.map(toStoredSignal),
      cancelReason: rows[0]?.cancel_reason ?? undefined,
    };
  }

  async list({
    status,
    workflow,
    createdFrom,
    createdTo,
    limit,
    cursor,
  }: RunQuery): Promise<Page<StoredRun>> {
    const from = listFrom(cursor, createdTo);
    const values = [
      from.createdAt,
      from.runId,
      Math.ceil(createdFrom ?? 0),
      status ?? null,
      workflow === undefined ? null : keepableText(workflow),
    ];
    const rows = await this.database.query<RunRow>(LIST(limit + 1), values);
    const items = rows.slice(0, limit).map(toStoredRun);
    return rows.length > limit ? { items, nextCursor: writeRunCursor(items.at(-1)!) } : { items };
  }

  /** Whole journals, by run. */
  async journalsOf(runIds: readonly string[]): Promise<ReadonlyMap<string, readonly PlacedRecord[]>> {
    if (runIds.length === 0) return new Map();
    const rows = await this.database.query<RecordRow>(
      ALL_JOURNALS,
      [plainList(runIds)],
      'cadre_all_journals',
    );
    return groupByRun(rows, toPlacedRecord);
  }

  /** All signals, by run. */
  async signalsOf(runIds: readonly string[]): Promise<ReadonlyMap<string, readonly StoredSignal[]>> {
    if (runIds.length === 0) return new Map();
    const rows = await this.database.query<SignalRow>(ALL_SIGNALS, [plainList(runIds)], 'cadre_all_signals');
    return groupByRun(rows, toStoredSignal);
  }
}

/** The place behind which a page starts. @throws CURSOR_INVALID */
function listFrom(cursor: string | undefined, createdTo: number | undefined) {
  const end = Math.ceil(createdTo ?? Number.MAX_SAFE_INTEGER);
  const place = cursor === undefined ? undefined : readRunCursor(cursor);
  if (place !== undefined && place.createdAt < end) return place;
  // With the lowest id of an instant that is not to be listed, all of those before it are.
  return { createdAt: end, runId: createdTo === undefined ? HIGHEST_UUID : LOWEST_UUID };
}

function groupByRun<Row extends { readonly run_id: string }, Item>(
  rows: readonly Row[],
  toItem: (row: Row) => Item,
): Map<string, Item[]> {
  const byRun = new Map<string, Item[]>();
  for (const row of rows) {
    const items = byRun.get(row.run_id);
    if (items === undefined) byRun.set(row.run_id, [toItem(row)]);
    else items.push(toItem(row));
  }
  return byRun;
}
