/** A text as PostgreSQL can keep it: without NUL characters and halves of surrogate pairs, which it refuses. */
export function keepableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}

/** JSON for a column of its own: nothing at all stays nothing, and is not the JSON null. */
export function jsonOrNothing(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

/** A list of numbers or ids as PostgreSQL writes lists; no member may need quotes. */
export function plainList(members: readonly (string | number)[]): string {
  return `{${members.join(',')}}`;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Asked before an id from outside goes to the database, which refuses what is none. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}
