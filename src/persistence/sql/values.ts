import pg from 'pg';

/** The object ids of PostgreSQL's own types (`pg_type.dat`). */
const INT8 = 20;
const INT8_ARRAY = 1016;

/** Reads a value in its text form. */
export type ValueParser = (text: string) => unknown;

/**
 * How values of a column type are read, the same for every database: whole numbers as numbers, JSON as what it says,
 * `timestamptz` as a Date, `numeric` as a text because a number could not hold it.
 */
export function parserOf(typeId: number): ValueParser {
  if (typeId === INT8) return parseInt8;
  if (typeId === INT8_ARRAY) return parseInt8List;
  return defaultParserOf(typeId);
}

/** A number, or a bigint where a number could not hold it. */
function parseInt8(text: string): number | bigint {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}

function parseInt8List(text: string): unknown {
  const texts = defaultParserOf(INT8_ARRAY)(text) as (string | null)[];
  return texts.map((item) => (item === null ? null : parseInt8(item)));
}

function defaultParserOf(typeId: number): ValueParser {
  return pg.types.getTypeParser(typeId, 'text') as ValueParser;
}

/** A name, quoted, so that any text can be one. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
