import { CadreError } from '../common/index.js';

/** An option of health is out of its bounds. */
export class HealthOptionError extends CadreError {
  constructor(field: string, value: unknown, rule: string) {
    super({
      code: 'HEALTH_OPTION_INVALID',
      kind: 'definition',
      message: `health.${field} is ${String(value).slice(0, 60)}; it must be ${rule}.`,
      details: { field, rule },
    });
  }
}
