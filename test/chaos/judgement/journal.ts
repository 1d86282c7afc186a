import type { RunRecord, StepResult } from '../../../src/workflows/index.js';

/** What the judge needs of a database. */
export interface Readable {
  query<Row>(text: string): Promise<readonly Row[]>;
}

/** A run as its row says. */
export interface RunRow {
  readonly id: string;
  readonly status: string;
  readonly output: { readonly value: number } | null;
  readonly failure: { readonly code: string } | null;
  readonly idempotency_key: string;
  readonly job_id: string | null;
}

/** A result in the journal of a run. */
export interface Result extends StepResult {
  readonly key: string;
  readonly epoch: number;
}

/** All that the database holds of the runs. */
export interface Journals {
  readonly rows: readonly RunRow[];
  /** By run, in their order. */
  readonly results: ReadonlyMap<string, readonly Result[]>;
  /** By run: records that say that it has ended. */
  readonly ends: ReadonlyMap<string, number>;
}

/** Reads the tables themselves: what is judged has no say in it. */
export async function readJournals(database: Readable): Promise<Journals> {
  const rows = await database.query<RunRow>(
    'select id, status, output, failure, idempotency_key, job_id from cadre.runs',
  );
  const records = await database.query<{ run_id: string; epoch: number; data: RunRecord }>(
    'select run_id, epoch, data from cadre.run_records order by run_id, epoch, seq',
  );
  const results = new Map<string, Result[]>(rows.map(({ id }) => [id, []]));
  const ends = new Map<string, number>();
  for (const { run_id: runId, epoch, data } of records) {
    if (data.type === 'step.finished') results.get(runId)?.push({ ...data.result, key: data.key, epoch });
    if (data.type === 'run.finished') ends.set(runId, (ends.get(runId) ?? 0) + 1);
  }
  return { rows, results, ends };
}
