import {
  DAY_MS,
  HOUR_MS,
  Measures,
  MINUTE_MS,
  PerformanceStore,
  SUM_FIELDS,
  type Counter,
  type MeasuredMinute,
  type MeasuresGroup,
  type MeasuresQuery,
  type Retention,
  type Sums,
} from '../../metrics/index.js';
import { DatabaseClock } from '../sql/database-clock.js';
import type { DatabaseParts } from '../sql/database-parts.js';
import type { Database } from '../sql/database.js';
import {
  columnOf,
  FIND_OLD,
  FOLD,
  FOLD_LOCK,
  FORGET,
  MARK_FOLDED,
  readStatement,
  WRITE,
} from './measures-statements.js';

type Row = Readonly<Record<string, unknown>> & {
  readonly begun_at: number;
  readonly codes?: readonly number[] | null;
  readonly counts?: readonly number[] | null;
};

/** What was measured, in the database, on its clock. */
export class SqlPerformanceStore extends PerformanceStore {
  readonly isShared: boolean;

  private constructor(
    private readonly database: Database,
    readonly clock: DatabaseClock,
  ) {
    super();
    this.isShared = database.kind === 'postgres';
  }

  /** @throws DATABASE_UNAVAILABLE */
  static async open(database: Database, parts: DatabaseParts): Promise<SqlPerformanceStore> {
    return new SqlPerformanceStore(database, await DatabaseClock.open(database, parts));
  }

  async write(writer: string, minutes: readonly MeasuredMinute[]): Promise<number> {
    const rows = JSON.stringify(minutes.map(toRow));
    const written = await this.database.transaction(async (session) => {
      await session.query('select pg_advisory_xact_lock_shared($1)', [FOLD_LOCK]);
      return session.query(WRITE, [writer, rows], 'cadre_measures_write');
    });
    return minutes.length - written.length;
  }

  async read(query: MeasuresQuery): Promise<readonly MeasuresGroup[]> {
    const { text, values } = readStatement(query);
    const rows = await this.database.query<Row>(text, values);
    return rows.map((row) => toGroup(row, query));
  }

  async fold({ minuteMs, hourMs, dayMs }: Retention): Promise<void> {
    const nowAt = this.clock.now();
    await this.#foldSpan(MINUTE_MS, HOUR_MS, nowAt - minuteMs);
    await this.#foldSpan(HOUR_MS, DAY_MS, nowAt - hourMs);
    await this.database.query(FORGET, [nowAt - dayMs]);
  }

  /** Only whole stretches are put together, so that none has to be added to later. */
  async #foldSpan(spanMs: number, intoMs: number, olderThanAt: number): Promise<void> {
    const untilAt = Math.floor(olderThanAt / intoMs) * intoMs;
    const [found] = await this.database.query(FIND_OLD, [spanMs, untilAt]);
    if (found === undefined) return;
    await this.database.transaction(async (session) => {
      // Waits for writers under way; those that come later see the mark.
      await session.query('select pg_advisory_xact_lock($1)', [FOLD_LOCK]);
      await session.query(MARK_FOLDED, [spanMs, untilAt]);
      await session.query(FOLD, [spanMs, untilAt, intoMs]);
    });
  }
}

function toRow({ at, series, measures }: MeasuredMinute): Record<string, unknown> {
  const counters = measures.counters();
  const columns = Object.entries({ at, ...series, ...measures.sums }).map(([name, value]) => [
    columnOf(name),
    value,
  ]);
  return {
    ...Object.fromEntries(columns),
    counter_codes: counters.map(([code]) => code),
    counter_counts: counters.map(([, count]) => count),
  };
}

function toGroup(row: Row, { by }: MeasuresQuery): MeasuresGroup {
  const sums = Object.fromEntries(SUM_FIELDS.map((field) => [field, row[columnOf(field)]])) as Sums;
  const counters = (row.codes ?? []).map((code, place): Counter => [code, row.counts?.[place] ?? 0]);
  return {
    key: Object.fromEntries(by.map((field, place) => [field, row[`key_${place}`]])),
    at: row.begun_at,
    measures: Measures.of(sums, counters),
  };
}
