import { sql } from 'drizzle-orm';
import {
  bigint,
  doublePrecision,
  index,
  integer,
  json,
  pgSchema,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';

/*
 * The tables of Cadre. After a change here, `drizzle-kit generate --name=what_it_does` writes the next migration to
 * `migrations/`: commit it with the change, and never edit one that is released. Migrations only go forward.
 *
 * Conventions:
 * - everything is in the schema `cadre`; names are snake_case, tables are plural;
 * - instants are `bigint` epoch milliseconds, named `…_at`; amounts of money are `double precision`, named `…_usd`;
 * - what is only kept is `json`, not `jsonb`: it comes back as it was written (NUL characters, the order of members) and is
 *   written faster; write it as `JSON.stringify(value)` to `$1::json`. Only what SQL looks into is a column of its own;
 * - statements that are run often are prepared under a name of their own, `cadre_…`, and name their columns (`select *`
 *   breaks prepared statements when a migration adds a column).
 */
export const cadre = pgSchema('cadre');

/** What happened to the status of each release; never changed, never deleted. */
export const statusEntries = cadre.table(
  'status_entries',
  {
    release: text().notNull(),
    /** Counts up from 0 within a release: the order of the history. */
    position: bigint({ mode: 'number' }).notNull(),
    id: text().notNull(),
    kind: text().notNull(),
    at: bigint({ mode: 'number' }).notNull(),
    fromStatus: text('from_status'),
    toStatus: text('to_status'),
    /** Reason, trigger, correlation id and, of a refused one, what was allowed. */
    facts: json().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.release, table.position] }),
    index('status_entries_transitions')
      .on(table.release, table.position)
      .where(sql`${table.kind} <> 'refused'`),
  ],
);

/** Stored definitions of workflows, each version once. */
export const workflows = cadre.table(
  'workflows',
  {
    name: text().notNull(),
    version: text().notNull(),
    definition: json().notNull(),
    createdAt: bigint('created_at', { mode: 'number' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.name, table.version] })],
);

/** Definitions that runs execute, with the workflows nested in them; written once, by their hash. */
export const runBundles = cadre.table('run_bundles', {
  hash: text().primaryKey(),
  bundle: json().notNull(),
  /** When a node last saved it, to start runs of it. */
  savedAt: bigint('saved_at', { mode: 'number' })
    .notNull()
    .default(sql`(extract(epoch from now()) * 1000)::bigint`),
});

/**
 * Runs. A row is written three times in a short run, when it is recorded, claimed and ended: no index is over what changes
 * then, and its pages are left half empty (see the migration), so that the new version lands beside the old (a "HOT" update).
 */
export const runs = cadre.table(
  'runs',
  {
    id: uuid().primaryKey(),
    workflow: text().notNull(),
    version: text().notNull(),
    bundleHash: text('bundle_hash').notNull(),
    /** NULL where there is none; a JSON null is another thing. So in `output` and in the payload of a signal. */
    input: json(),
    status: text().notNull(),
    priority: smallint().notNull(),
    durability: text().notNull(),
    tenant: text(),
    stepCount: integer('step_count').notNull(),
    /** Raised by each claim: a write under an older one is refused. */
    epoch: integer().notNull(),
    /** The job that brings the run to a node; others that name the run are stale. NULL when nothing will. */
    jobId: uuid('job_id'),
    createdAt: bigint('created_at', { mode: 'number' }).notNull(),
    startedAt: bigint('started_at', { mode: 'number' }),
    finishedAt: bigint('finished_at', { mode: 'number' }),
    deadlineAt: bigint('deadline_at', { mode: 'number' }),
    dueAt: bigint('due_at', { mode: 'number' }),
    output: json(),
    outputType: text('output_type'),
    failure: json(),
    costUsd: doublePrecision('cost_usd').notNull(),
    /** Both only while the run waits. */
    waits: json(),
    wakeKeys: text('wake_keys').array(),
    cancelReason: text('cancel_reason'),
    /** Of those in `run_signals`; 0 when there is none. */
    lastSignalId: bigint('last_signal_id', { mode: 'number' }).notNull().default(0),
    idempotencyKey: text('idempotency_key'),
    requestHash: text('request_hash'),
  },
  (table) => [
    index('runs_listing').on(table.createdAt, table.id),
    index('runs_bundle').on(table.bundleHash),
    uniqueIndex('runs_idempotency_key')
      .on(table.idempotencyKey)
      .where(sql`${table.idempotencyKey} is not null`),
    index('runs_wake_keys')
      .using('gin', table.wakeKeys)
      .where(sql`${table.wakeKeys} is not null`),
  ],
);

/** The journals of all runs; only ever added to. */
export const runRecords = cadre.table(
  'run_records',
  {
    runId: uuid('run_id').notNull(),
    epoch: integer().notNull(),
    seq: integer().notNull(),
    data: json().notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.epoch, table.seq] })],
);

/** What came from outside for runs. */
export const runSignals = cadre.table(
  'run_signals',
  {
    runId: uuid('run_id').notNull(),
    /** Greater for each later one of a run: it is drawn while the row of the run is locked. */
    id: bigint({ mode: 'number' }).generatedAlwaysAsIdentity(),
    kind: text().notNull(),
    name: text().notNull(),
    payload: json(),
    receivedAt: bigint('received_at', { mode: 'number' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.id] })],
);

/** The nodes of the cluster. The clock is that of the database. */
export const nodes = cadre.table('nodes', {
  id: text().primaryKey(),
  seenAt: bigint('seen_at', { mode: 'number' }).notNull(),
});

/** What each node hosts. */
export const hostedReleases = cadre.table(
  'hosted_releases',
  {
    node: text().notNull(),
    /** `name@version`. */
    release: text().notNull(),
    /** Name, version and capabilities. */
    manifest: json().notNull(),
    /** Why it was taken out of service on another node; null while it is in service. */
    removedReason: text('removed_reason'),
  },
  (table) => [primaryKey({ columns: [table.node, table.release] })],
);

/**
 * What came of attempts: a minute of one writer, or an hour or a day of all. Sums are `double precision`, which holds whole
 * numbers exactly to 2^53 and sums up to itself. The counters are those of histograms and kinds of error, by number.
 */
export const attemptMeasures = cadre.table(
  'attempt_measures',
  {
    at: bigint({ mode: 'number' }).notNull(),
    spanMs: integer('span_ms').notNull(),
    /** Empty for what all have written. */
    writer: text().notNull(),
    /** `name@version`. */
    release: text().notNull(),
    capability: text().notNull(),
    inputType: text('input_type').notNull(),
    /** Empty where there is none, as is the tenant. */
    workflow: text().notNull(),
    tenant: text().notNull(),
    succeeded: doublePrecision().notNull(),
    failed: doublePrecision().notNull(),
    excused: doublePrecision().notNull(),
    crowdedSucceeded: doublePrecision('crowded_succeeded').notNull(),
    crowdedFailed: doublePrecision('crowded_failed').notNull(),
    implausible: doublePrecision().notNull(),
    busyMs: doublePrecision('busy_ms').notNull(),
    busySquareMs2: doublePrecision('busy_square_ms2').notNull(),
    successMs: doublePrecision('success_ms').notNull(),
    queuedMs: doublePrecision('queued_ms').notNull(),
    costUsd: doublePrecision('cost_usd').notNull(),
    inputTokens: doublePrecision('input_tokens').notNull(),
    outputTokens: doublePrecision('output_tokens').notNull(),
    counterCodes: integer('counter_codes').array().notNull(),
    counterCounts: doublePrecision('counter_counts').array().notNull(),
  },
  (table) => [
    primaryKey({
      name: 'attempt_measures_key',
      columns: [
        table.at,
        table.spanMs,
        table.writer,
        table.release,
        table.capability,
        table.inputType,
        table.workflow,
        table.tenant,
      ],
    }),
  ],
);

/** Until when measures of a length were put together to longer ones: what is older is not written any more. */
export const attemptFolds = cadre.table('attempt_folds', {
  spanMs: integer('span_ms').primaryKey(),
  untilAt: bigint('until_at', { mode: 'number' }).notNull(),
});

/** Limits and budgets that were set at run time. */
export const quotas = cadre.table('quotas', {
  id: text().primaryKey(),
  definition: json().notNull(),
});

/**
 * What is counted under quotas. Written by the function `cadre.quota_call` (see the migration): at each attempt under a quota, so
 * its pages are left half empty, and nothing that changes then is in an index. So with the next two.
 */
export const quotaAccounts = cadre.table(
  'quota_accounts',
  {
    key: text().primaryKey(),
    quota: text().notNull(),
    periodAt: bigint('period_at', { mode: 'number' }).notNull(),
    tokens: doublePrecision().notNull(),
    costUsd: doublePrecision('cost_usd').notNull(),
    /** When the next attempt is due at the steady rate. */
    theoreticalAt: doublePrecision('theoretical_at').notNull(),
    usedAt: bigint('used_at', { mode: 'number' }).notNull(),
  },
  (table) => [index('quota_accounts_quota').on(table.quota)],
);

/** How many attempts each node has under way under each account. */
export const quotaHolds = cadre.table(
  'quota_holds',
  {
    key: text().notNull(),
    node: text().notNull(),
    held: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.key, table.node] })],
);

/** Nodes that reserve. What a node holds counts until its lease is over, by the clock of the database. */
export const quotaNodes = cadre.table('quota_nodes', {
  id: text().primaryKey(),
  untilAt: bigint('until_at', { mode: 'number' }).notNull(),
  /** The last call and its answer, for one that is sent again. */
  lastCall: bigint('last_call', { mode: 'number' }).notNull(),
  answer: json(),
});

/** Choices that were carried out, in the order of their recording. Old ones are removed. */
export const decisions = cadre.table(
  'decisions',
  {
    position: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    taskId: text('task_id').notNull(),
    at: bigint({ mode: 'number' }).notNull(),
    capability: text().notNull(),
    agent: text().notNull(),
    strategy: text().notNull(),
    workflow: text(),
    tenant: text(),
    /** The decision, whole. */
    facts: json().notNull(),
  },
  (table) => [index('decisions_task').on(table.taskId), index('decisions_at').on(table.at)],
);
