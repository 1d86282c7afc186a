import { sql } from 'drizzle-orm';
import { bigint, index, json, pgSchema, primaryKey, text } from 'drizzle-orm/pg-core';

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
