/** The last instant that a JavaScript Date can hold (ECMAScript, "Time Values and Time Range"). */
const MAX_INSTANT_MS = 8_640_000_000_000_000;

/** Date and time with seconds and zone, as RFC 3339 has it; the zone may not be left out, since nodes need not share one. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** What an instant must be, as the end of a sentence. */
export const INSTANT_RULE =
  'must be an instant: ISO 8601 with a time zone, such as 2030-01-31T08:00:00Z, or milliseconds since the epoch';

/** Reads an instant as milliseconds since the epoch; `undefined` for what is none. */
export function readInstantMs(value: unknown): number | undefined {
  if (typeof value === 'number') return value >= 0 && value <= MAX_INSTANT_MS ? Math.round(value) : undefined;
  if (typeof value !== 'string' || !INSTANT.test(value)) return undefined;
  return parseInstantMs(value);
}

/**
 * Reads a date and time with a zone as milliseconds since the epoch; `undefined` where there is no such day. `Date.parse` alone takes
 * February 30 for March 1 or 2.
 */
export function parseInstantMs(text: string): number | undefined {
  const instantMs = Date.parse(text);
  const day = text.slice(0, 10);
  const dayMs = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(instantMs) || Number.isNaN(dayMs)) return undefined;
  return new Date(dayMs).toISOString().startsWith(day) ? instantMs : undefined;
}
