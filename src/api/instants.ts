/** Writes an instant, milliseconds since the epoch, as ISO 8601 in UTC. */
export function toInstant(at: number): string {
  if (at !== last.at) last = { at, text: new Date(at).toISOString() };
  return last.text;
}

/** Under load many answers tell the same millisecond, and writing it takes as long as writing the rest of a small answer. */
let last = { at: Number.NaN, text: '' };

/** The same for an instant that may be absent. */
export function toOptionalInstant(at: number | undefined): string | undefined {
  return at === undefined ? undefined : toInstant(at);
}

/** Milliseconds to three decimals: more than that is noise of the clock. */
export function roundToMicroseconds(durationMs: number): number {
  return Math.round(durationMs * 1_000) / 1_000;
}
