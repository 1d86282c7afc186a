import { newId, type Cancel } from '../../common/index.js';
import {
  InvalidStatusInputError,
  StatusHistoryStore,
  type StatusEntry,
  type StatusHistoryPage,
  type StatusHistoryQuery,
  type StatusTransition,
} from '../../status/index.js';
import type { Database } from '../sql/database.js';
import type { DatabaseParts } from '../sql/database-parts.js';
import { Subscription } from '../sql/subscription.js';

const CHANNEL = 'cadre_status';

const COLUMNS = 'release, position, id, kind, at, from_status, to_status, facts';

/** The transitions of a release; its partial index serves them. */
const TRANSITIONS = `from cadre.status_entries where release = $1 and kind <> 'refused'`;

/**
 * Appends behind the last entry there is. When two nodes do so at once they want the same position: one gets it, and the
 * other's statement adds nothing and is sent again.
 */
const APPEND = (condition: string): string => `
  with added as (
    insert into cadre.status_entries (${COLUMNS})
    select $1, coalesce((select max(position) + 1 from cadre.status_entries where release = $1), 0),
      $2, $3, $4::bigint, $5, $6, $7::json
    ${condition}
    on conflict (release, position) do nothing
    returning release
  )
  select pg_notify('${CHANNEL}', $8 || ' ' || release) from added`;

const APPEND_ALWAYS = APPEND('');
const APPEND_AFTER = APPEND(
  `where (select id ${TRANSITIONS} order by position desc limit 1) is not distinct from $9::text`,
);

const LIST = `
  select ${COLUMNS} from cadre.status_entries
  where release = $1 and position < $2 and at between $3 and $4 and kind = any(coalesce($5::text[], array[kind]))
  order by position desc limit $6`;

const SINCE = `
  select ${COLUMNS} ${TRANSITIONS} and position >= coalesce(
    (select position ${TRANSITIONS} and at <= $2 order by position desc limit 1), 0)
  order by position`;

const EARLIEST = `select ${COLUMNS} from cadre.status_entries where release = $1 order by position limit 1`;

const LAST_TRANSITION = `select id ${TRANSITIONS} order by position desc limit 1`;

/** A status history in the database; it forgets nothing. */
export class SqlStatusHistoryStore extends StatusHistoryStore {
  readonly #database: Database;
  readonly #parts: DatabaseParts;
  /** Tells what this store has announced from what others have. */
  readonly #node = newId();

  constructor(database: Database, parts: DatabaseParts) {
    super();
    this.#database = database;
    this.#parts = parts;
  }

  async append(entry: StatusEntry): Promise<void> {
    const values = this.#valuesOf(entry);
    for (;;) {
      const added = await this.#database.query(APPEND_ALWAYS, values, 'cadre_status_append');
      if (added.length > 0) return;
    }
  }

  override async appendAfter(entry: StatusTransition, lastTransitionId: string | null): Promise<boolean> {
    const values = [...this.#valuesOf(entry), lastTransitionId];
    for (;;) {
      const added = await this.#database.query(APPEND_AFTER, values, 'cadre_status_append_after');
      if (added.length > 0) return true;
      // Another transition, or only a refused change that came in between?
      const [last] = await this.#database.query<{ id: string }>(
        LAST_TRANSITION,
        [entry.release],
        'cadre_status_last',
      );
      if ((last?.id ?? null) !== lastTransitionId) return false;
    }
  }

  async list(query: StatusHistoryQuery): Promise<StatusHistoryPage> {
    const { release, cursor, limit, kinds } = query;
    const { fromAt = Number.MIN_SAFE_INTEGER, toAt = Number.MAX_SAFE_INTEGER } = query;
    const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : parseCursor(cursor);
    const rows = await this.#database.query<Row>(
      LIST,
      // One more than wanted tells whether there is a next page.
      [release, before, Math.ceil(fromAt), Math.floor(toAt), kinds, limit + 1],
      'cadre_status_list',
    );
    const page = rows.slice(0, limit);
    return {
      items: page.map(toEntry),
      nextCursor: rows.length > limit ? String(page.at(-1)?.position) : null,
    };
  }

  async transitionsSince(release: string, sinceAt: number): Promise<readonly StatusTransition[]> {
    const values = [release, Math.floor(sinceAt)];
    const rows = await this.#database.query<Row>(SINCE, values, 'cadre_status_since');
    return rows.map((row) => toEntry(row) as StatusTransition);
  }

  async earliest(release: string): Promise<StatusEntry | undefined> {
    const [row] = await this.#database.query<Row>(EARLIEST, [release], 'cadre_status_earliest');
    return row && toEntry(row);
  }

  override onForeignAppend(listener: (release: string | undefined) => void): Cancel {
    const subscription = new Subscription(this.#database, this.#parts, CHANNEL, (payload) => {
      const [node, release] = payload.split(' ');
      if (node !== this.#node) listener(release);
    });
    return () => subscription.cancel();
  }

  #valuesOf(entry: StatusEntry): unknown[] {
    const { id, release, kind, at, from, reason, triggeredBy, correlationId } = entry;
    const to = entry.kind === 'closed' ? null : entry.to;
    const allowed = entry.kind === 'refused' ? entry.allowed : undefined;
    const facts = JSON.stringify({ reason, triggeredBy, correlationId, allowed });
    return [release, id, kind, at, from, to, facts, this.#node];
  }
}

interface Row {
  readonly release: string;
  readonly position: number;
  readonly id: string;
  readonly kind: string;
  readonly at: number;
  readonly from_status: string | null;
  readonly to_status: string | null;
  readonly facts: object;
}

function toEntry({ release, id, kind, at, from_status, to_status, facts }: Row): StatusEntry {
  const to = kind === 'closed' ? {} : { to: to_status };
  return { kind, id, release, at, from: from_status, ...to, ...facts } as StatusEntry;
}

function parseCursor(cursor: string): number {
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
  throw new InvalidStatusInputError('cursor', cursor, 'the nextCursor of the page before');
}
