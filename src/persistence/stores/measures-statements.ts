import { DIMENSIONS, SUM_FIELDS, type MeasuresField, type MeasuresQuery } from '../../metrics/index.js';

/** A name in TypeScript as that of its column. */
export const columnOf = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const SERIES = DIMENSIONS.map(columnOf).join(', ');
const SUM_COLUMNS = SUM_FIELDS.map(columnOf);
const SUMS = SUM_COLUMNS.join(', ');
const SUMMED = SUM_COLUMNS.map((column) => `sum(${column}) as ${column}`).join(', ');
const COUNTERS = 'counter_codes, counter_counts';

/** Writers hold it together, who folds holds it alone: "cadre" and a number of its own in the positions of the alphabet. */
export const FOLD_LOCK = 301_041_806;

/** Writes a list of minutes, as JSON, in place of those that the writer wrote before; gives one row for each that it wrote. */
export const WRITE = `
  insert into cadre.attempt_measures (at, span_ms, writer, ${SERIES}, ${SUMS}, ${COUNTERS})
  select at, 60000, $1, ${SERIES}, ${SUMS}, ${COUNTERS}
  from json_to_recordset($2::json) as minutes (
    at bigint, ${DIMENSIONS.map((name) => `${columnOf(name)} text`).join(', ')},
    ${SUM_COLUMNS.map((column) => `${column} double precision`).join(', ')},
    counter_codes integer[], counter_counts double precision[])
  where at >= coalesce((select until_at from cadre.attempt_folds where span_ms = 60000), 0)
  on conflict on constraint attempt_measures_key do update set
    ${[...SUM_COLUMNS, 'counter_codes', 'counter_counts'].map((column) => `${column} = excluded.${column}`).join(', ')}
  returning 1`;

/** Says until when rollups of a length are folded, and never less than before. */
export const MARK_FOLDED = `
  insert into cadre.attempt_folds (span_ms, until_at) values ($1, $2)
  on conflict (span_ms) do update set until_at = greatest(attempt_folds.until_at, excluded.until_at)`;

/** Whether there is anything of a length ($1) that began before an instant ($2). */
export const FIND_OLD = 'select 1 from cadre.attempt_measures where span_ms = $1 and at < $2 limit 1';

/** Puts what is of one length ($1) and began before an instant ($2) together to what is of another ($3). */
export const FOLD = `
  with moved as (delete from cadre.attempt_measures where span_ms = $1 and at < $2 returning *),
  chosen as (select m.*, at - at % $3 as begun_at from moved m),
  ${togetherBy(`begun_at, ${SERIES}`)}
  insert into cadre.attempt_measures (at, span_ms, writer, ${SERIES}, ${SUMS}, ${COUNTERS})
  select begun_at, $3, '', ${SERIES}, ${SUMS}, coalesce(codes, '{}'), coalesce(counts, '{}')
  from totals left join lists using (begun_at, ${SERIES})`;

export const FORGET = 'delete from cadre.attempt_measures where at + span_ms <= $1';

/** Sums, and the counters of all histograms summed by their numbers, of what is in `chosen`. */
function togetherBy(columns: string): string {
  return `
    totals as (select ${columns}, ${SUMMED} from chosen group by ${columns}),
    counters as (
      select ${columns}, code, sum(count) as count
      from chosen, unnest(counter_codes, counter_counts) as counter (code, count)
      group by ${columns}, code),
    lists as (
      select ${columns}, array_agg(code) as codes, array_agg(count) as counts from counters group by ${columns})`;
}

/** What the columns of the key of a group are read from. */
function expressionOf(field: MeasuresField | 'writer'): string {
  return field === 'agent' ? `split_part(release, '@', 1)` : columnOf(field);
}

/** A statement that reads measures, and its values. Only names that this file knows get into its text. */
export function readStatement(query: MeasuresQuery): { readonly text: string; readonly values: unknown[] } {
  const { fromAt, toAt, where = {}, by, everyMs, isBrief = false } = query;
  const values: unknown[] = [fromAt, toAt];
  const conditions = Object.entries(where)
    .filter(([, name]) => name !== undefined)
    .map(([field, name]) => `${expressionOf(field as MeasuresField)} = $${values.push(name)}`);
  const keys = [
    everyMs === undefined
      ? '0::bigint as begun_at'
      : `at - at % $${values.push(everyMs)}::bigint as begun_at`,
    ...by.map((field, place) => `${expressionOf(field)} as key_${place}`),
  ];
  const columns = ['begun_at', ...by.map((_, place) => `key_${place}`)].join(', ');
  const text = `
    with chosen as (
      select ${keys.join(', ')}, ${SUMS}, ${COUNTERS} from cadre.attempt_measures
      where ${['at + span_ms > $1', 'at > $1::bigint - 86400000', 'at < $2', ...conditions].join(' and ')}),
    ${togetherBy(columns)}
    select * from totals ${isBrief ? '' : `left join lists using (${columns})`}`;
  return { text, values };
}
