import type { Failure } from '../../common/index.js';
import type { NewRun, PlacedRecord, StoredRun, StoredSignal } from '../../workflows/index.js';
import { readRecord } from './journal/record-format.js';

/** What is read of a run; by name, because a later migration may add columns. JSON nulls are told from nothing at all. */
export const RUN_COLUMNS = `id, workflow, version, bundle_hash, input, input is not null as has_input, status, priority, durability,
  tenant, step_count, epoch, job_id, created_at, started_at, finished_at, deadline_at, output, output is not null as has_output,
  output_type, failure, cost_usd, waits, cancel_reason, last_signal_id, idempotency_key, request_hash`;

export interface RunRow {
  readonly id: string;
  readonly workflow: string;
  readonly version: string;
  readonly bundle_hash: string;
  readonly input: unknown;
  readonly has_input: boolean;
  readonly status: StoredRun['status'];
  readonly priority: number;
  readonly durability: StoredRun['durability'];
  readonly tenant: string | null;
  readonly step_count: number;
  readonly epoch: number;
  readonly job_id: string | null;
  readonly created_at: number;
  readonly started_at: number | null;
  readonly finished_at: number | null;
  readonly deadline_at: number | null;
  readonly output: unknown;
  readonly has_output: boolean;
  readonly output_type: string | null;
  readonly failure: Failure | null;
  readonly cost_usd: number;
  readonly waits: StoredRun['waits'] | null;
  readonly cancel_reason: string | null;
  readonly last_signal_id: number;
  readonly idempotency_key: string | null;
  readonly request_hash: string | null;
}

export function toStoredRun(row: RunRow): StoredRun {
  return {
    ...toNewRun(row),
    status: row.status,
    epoch: row.epoch,
    output: row.has_output ? row.output : undefined,
    outputType: row.output_type ?? undefined,
    failure: row.failure ?? undefined,
    startedAt: row.started_at ?? undefined,
    finishedAt: row.finished_at ?? undefined,
    costUsd: row.cost_usd,
    waits: row.waits ?? [],
    cancelReason: row.cancel_reason ?? undefined,
  };
}

function toNewRun(row: RunRow): NewRun {
  return {
    runId: row.id,
    workflow: row.workflow,
    version: row.version,
    bundleHash: row.bundle_hash,
    input: row.has_input ? row.input : undefined,
    priority: row.priority,
    durability: row.durability,
    tenant: row.tenant ?? undefined,
    stepCount: row.step_count,
    createdAt: row.created_at,
    deadlineAt: row.deadline_at ?? undefined,
    idempotencyKey: row.idempotency_key ?? undefined,
    requestHash: row.request_hash ?? undefined,
  };
}

export const RECORD_COLUMNS = 'run_id, epoch, seq, data';

export interface RecordRow {
  readonly run_id: string;
  readonly epoch: number;
  readonly seq: number;
  /** See `record-format.ts`. */
  readonly data: unknown;
}

export function toPlacedRecord({ epoch, seq, data }: RecordRow): PlacedRecord {
  return { epoch, seq, record: readRecord(data) };
}

export const SIGNAL_COLUMNS =
  'run_id, id, kind, name, payload, payload is not null as has_payload, received_at';

export interface SignalRow {
  readonly run_id: string;
  readonly id: number | bigint;
  readonly kind: StoredSignal['kind'];
  readonly name: string;
  readonly payload: unknown;
  readonly has_payload: boolean;
  readonly received_at: number;
}

export function toStoredSignal(row: SignalRow): StoredSignal {
  return {
    id: String(row.id),
    kind: row.kind,
    name: row.name,
    payload: row.has_payload ? row.payload : undefined,
    receivedAt: row.received_at,
  };
}
