import { CadreError } from './errors.js';

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A text is no duration. */
export class DurationError extends CadreError {
  constructor(text: string) {
    super({
      code: 'DURATION_INVALID',
      kind: 'input',
      message: `"${text.slice(0, 40)}" is not a duration; write a number and a unit, such as 500ms, 10s, 5m, 24h or 7d`,
      details: { value: text.slice(0, 40) },
    });
  }
}

/**
 * Reads `500ms`, `10s`, `1.5m`, `24h` or `7d` as milliseconds.
 * @throws DURATION_INVALID
 */
export function parseDurationMs(text: string): number {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)$/.exec(text);
  if (match === null) throw new DurationError(text);
  return Math.round(Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS]);
}
