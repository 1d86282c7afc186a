import { CadreError } from '../errors.js';

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** The longest duration that can be written, a hundred years: every instant it leads to fits a Date. */
const MAX_DURATION_DAYS = 36_500;

/** A text is no duration. */
export class DurationError extends CadreError {
  /** @param text what was read; from a document, it need not be a text */
  constructor(text: unknown) {
    const value = String(text).slice(0, 40);
    super({
      code: 'DURATION_INVALID',
      kind: 'input',
      message: `"${value}" is not a duration; write a number and a unit, such as 500ms, 10s, 5m, 24h or 7d, at most ${MAX_DURATION_DAYS}d`,
      details: { value },
    });
  }
}

/**
 * Reads `500ms`, `10s`, `1.5m`, `24h` or `7d` as whole milliseconds, from 0 to a hundred years.
 * @throws DURATION_INVALID
 */
export function parseDurationMs(text: string): number {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)$/.exec(text);
  if (match === null) throw new DurationError(text);
  const durationMs = Math.round(Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS]);
  if (durationMs > MAX_DURATION_DAYS * UNIT_MS.d) throw new DurationError(text);
  return durationMs;
}
