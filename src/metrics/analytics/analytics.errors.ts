import { CadreError } from '../../common/index.js';

/** A question to the analytics is out of its range. */
export class AnalyticsInputError extends CadreError {
  constructor(field: string, value: unknown, allowed: string) {
    super({
      code: 'ANALYTICS_INPUT_INVALID',
      kind: 'input',
      message: `${field} is ${String(value).slice(0, 80)}; it must be ${allowed}.`,
      details: { field },
    });
  }
}

/** Throws unless a number is in its range. @throws ANALYTICS_INPUT_INVALID */
export function checkRange(field: string, value: number, [least, most]: readonly [number, number]): void {
  if (typeof value === 'number' && value >= least && value <= most) return;
  throw new AnalyticsInputError(field, value, `a number from ${least} to ${most}`);
}
