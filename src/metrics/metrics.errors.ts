import { CadreError } from '../common/index.js';

/** An option of the metrics is out of its range. */
export class MetricsOptionError extends CadreError {
  constructor(field: string, value: unknown, allowed: string) {
    super({
      code: 'METRICS_OPTION_INVALID',
      kind: 'definition',
      message: `metrics.${field} is ${String(value)}; it must be ${allowed}.`,
      details: { field },
    });
  }
}
