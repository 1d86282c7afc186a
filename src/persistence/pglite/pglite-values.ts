import { parserOf } from '../sql/values.js';
import type { PgliteResult } from './pglite.worker.js';

/** A value as Postgres reads it; lists become arrays of Postgres, other objects JSON. */
export function toPostgresText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return String(value);
  if (ArrayBuffer.isView(value)) return bytesOf(value);
  if (Array.isArray(value)) return `{${value.map(elementOf).join(',')}}`;
  // Not `instanceof`: a date may be of another realm, a test runner's for example.
  if (Object.prototype.toString.call(value) === '[object Date]') return (value as Date).toISOString();
  return JSON.stringify(value);
}

function elementOf(value: unknown): string {
  const text = toPostgresText(value);
  if (text === null) return 'NULL';
  return Array.isArray(value) ? text : `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

function bytesOf(view: ArrayBufferView): string {
  return String.raw`\x${Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString('hex')}`;
}

/** The rows of a result as objects. */
export function rowsOf<Row>({ columns, rows }: PgliteResult): Row[] {
  const readers = columns.map(({ name, typeId }) => ({ name, parse: parserOf(typeId) }));
  return rows.map((texts) => {
    const row: Record<string, unknown> = {};
    readers.forEach(({ name, parse }, index) => {
      const text = texts[index] ?? null;
      row[name] = text === null ? null : parse(text);
    });
    return row as Row;
  });
}
