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

/** A recovery was given up, because somebody else decides now. It is the reason of an abort, and seen by the agent only. */
export class RecoveryInterruptedError extends CadreError {
  constructor(release: string, reason: string) {
    super({
      code: 'RECOVERY_INTERRUPTED',
      kind: 'canceled',
      message: `The recovery of ${release} was given up: ${reason}.`,
      details: { release, reason },
    });
  }
}
