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

/** An option of the recorded decisions is out of its range. */
export class DecisionOptionError extends CadreError {
  constructor(field: string, value: unknown, allowed: string) {
    super({
      code: 'DECISION_OPTION_INVALID',
      kind: 'definition',
      message: `decisions.${field} is ${String(value)}; it must be ${allowed}.`,
      details: { field },
    });
  }
}

/** A question about performance is out of bounds. */
export class MetricsInputError extends CadreError {
  constructor(field: string, value: unknown, allowed: string) {
    super({
      code: 'METRICS_INPUT_INVALID',
      kind: 'input',
      message: `${field} is ${String(value).slice(0, 60)}; it must be ${allowed}.`,
      details: { field },
    });
  }
}
