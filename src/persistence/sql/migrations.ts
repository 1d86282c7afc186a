import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** One step of the schema, as drizzle-kit wrote it. */
export interface Migration {
  /** `0000_status_and_workflows`; the order of the tags is the order of the steps. */
  readonly tag: string;
  /** Statements, one after the other. */
  readonly sql: string;
  /** SHA-256 of the text, to notice one that was edited after it had been applied. */
  readonly hash: string;
}

const FOLDER = new URL('./migrations/', import.meta.url);

/** All migrations of this version of Cadre, in order. */
export function readMigrations(): Migration[] {
  const journal = JSON.parse(readFileSync(new URL('meta/_journal.json', FOLDER), 'utf8')) as {
    readonly entries: readonly { readonly tag: string }[];
  };
  return journal.entries.map(({ tag }) => {
    // A checkout may have turned line ends into those of Windows; they must not change the hash.
    const sql = readFileSync(new URL(`${tag}.sql`, FOLDER), 'utf8').replaceAll('\r\n', '\n');
    return { tag, sql, hash: createHash('sha256').update(sql).digest('hex') };
  });
}
