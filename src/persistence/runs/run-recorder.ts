import { newId, type Clock, type RandomSource } from '../../common/index.js';
import type { NewRun, StoredRun } from '../../workflows/index.js';
import type { Database, SqlSession } from '../sql/database.js';
import type { RunJobs } from './jobs/run-jobs.js';
import { RUN_COLUMNS, toStoredRun, type RunRow } from './run-rows.js';
import { jsonOrNothing, keepableText, plainList } from './sql-texts.js';
import { WriteGroups } from './journal/write-groups.js';

/** Most runs in one transaction. */
const MAX_RUNS = 200;

/** $1 the plain columns as a JSON list, $2 inputs. Runs whose id or key is there already are left out. */
const INSERT_RUNS = `
  insert into cadre.runs (id, workflow, version, bundle_hash, status, priority, durability, tenant, step_count, epoch,
    job_id, created_at, deadline_at, cost_usd, idempotency_key, request_hash, input)
  select id, workflow, version, bundle_hash, 'queued', priority, durability, tenant, step_count, 0, job_id,
    created_at, deadline_at, 0, idempotency_key, request_hash, input
  from rows from (
    json_to_recordset($1::json) as (
      id uuid, workflow text, version text, bundle_hash text, priority smallint, durability text, tenant text,
      step_count int, job_id uuid, created_at bigint, deadline_at bigint, idempotency_key text, request_hash text
    ),
    unnest($2::json[])
  ) as run (id, workflow, version, bundle_hash, priority, durability, tenant, step_count, job_id, created_at,
    deadline_at, idempotency_key, request_hash, input)
  on conflict do nothing
  returning id`;

const FIND_RUNS = `select ${RUN_COLUMNS} from cadre.runs where id = any($1::uuid[])`;
const FIND_KEYED_RUNS = `select ${RUN_COLUMNS} from cadre.runs where idempotency_key = any($1::text[])`;

export interface Recorded {
  readonly run: StoredRun;
  readonly isNew: boolean;
}

interface RunToRecord {
  readonly run: NewRun;
  /** As JSON; null for none. */
  readonly input: string | null;
  readonly jobId: string;
}

/** Records new runs, each with the job that brings it to a node; grouped. */
export class RunRecorder {
  readonly #groups: WriteGroups<RunToRecord, Recorded>;

  constructor(
    private readonly database: Database,
    private readonly jobs: RunJobs,
    parts: { readonly clock: Clock; readonly random: RandomSource },
  ) {
    this.#groups = new WriteGroups((runs) => this.#recordAll(runs), MAX_RUNS, parts);
  }

  record(run: NewRun): Promise<Recorded> {
    const input = jsonOrNothing(run.input);
    return this.#groups.add({ run, input, jobId: newId() }, 500 + (input?.length ?? 0));
  }

  settle(): Promise<void> {
    return this.#groups.settle();
  }

  async #recordAll(runs: readonly RunToRecord[]): Promise<Recorded[]> {
    const inserted = await this.database.transaction((session) => this.#insert(session, runs));
    const others = runs.filter(({ run }) => !inserted.has(run.runId)).map(({ run }) => run);
    const found = others.length === 0 ? [] : await this.#find(others);
    return runs.map(({ run }) => (inserted.has(run.runId) ? recorded(run) : earlier(run, found)));
  }

  /** The ids of those that were not there yet. */
  async #insert(session: SqlSession, runs: readonly RunToRecord[]): Promise<Set<string>> {
    // By key: two nodes that record the same keys at once then never wait for each other crosswise.
    const sorted = runs.toSorted(({ run: a }, { run: b }) => compare(a.idempotencyKey, b.idempotencyKey));
    const rows = await session.query<{ id: string }>(
      INSERT_RUNS,
      [JSON.stringify(sorted.map(columnsOf)), sorted.map(({ input }) => input)],
      'cadre_insert_runs',
    );
    const inserted = new Set(rows.map(({ id }) => id));
    const jobs = runs
      .filter(({ run }) => inserted.has(run.runId))
      .map(({ run: { runId, priority }, jobId: id }) => ({ id, runId, priority }));
    await this.jobs.insert(session, jobs);
    return inserted;
  }

  async #find(runs: readonly NewRun[]): Promise<StoredRun[]> {
    const ids = plainList(runs.map(({ runId }) => runId));
    const keys = runs.flatMap(({ idempotencyKey: key }) => (key === undefined ? [] : keepableText(key)));
    const [own, keyed] = await Promise.all([
      this.database.query<RunRow>(FIND_RUNS, [ids], 'cadre_find_runs'),
      this.database.query<RunRow>(FIND_KEYED_RUNS, [keys], 'cadre_find_keyed_runs'),
    ]);
    return [...own, ...keyed].map(toStoredRun);
  }
}

function columnsOf({ run, jobId }: RunToRecord) {
  return {
    id: run.runId,
    workflow: keepableText(run.workflow),
    version: keepableText(run.version),
    bundle_hash: run.bundleHash,
    priority: run.priority,
    durability: run.durability,
    tenant: run.tenant === undefined ? undefined : keepableText(run.tenant),
    step_count: run.stepCount,
    job_id: jobId,
    created_at: Math.round(run.createdAt),
    deadline_at: run.deadlineAt === undefined ? undefined : Math.round(run.deadlineAt),
    idempotency_key: run.idempotencyKey === undefined ? undefined : keepableText(run.idempotencyKey),
    request_hash: run.requestHash,
  };
}

function recorded(run: NewRun): Recorded {
  return { run: { ...run, status: 'queued', epoch: 0, costUsd: 0, waits: [] }, isNew: true };
}

/** A run that is there under its own id was recorded by a try that seemed to have failed. */
function earlier(run: NewRun, found: readonly StoredRun[]): Recorded {
  const own = found.find(({ runId }) => runId === run.runId);
  if (own !== undefined) return { run: own, isNew: true };
  const key = keepableText(run.idempotencyKey ?? '');
  return { run: found.find(({ idempotencyKey }) => idempotencyKey === key)!, isNew: false };
}

function compare(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
