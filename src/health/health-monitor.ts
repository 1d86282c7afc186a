import type { Logger } from '../common/index.js';
import type { CheckSchedule } from './checks/check-schedule.js';
import type { HealthChecks } from './checks/health-checks.js';
import type { ResolvedHealthOptions } from './health.options.js';

/** What is watched by. */
export interface HealthMonitorParts {
  readonly checks: HealthChecks;
  readonly schedule: CheckSchedule;
  readonly logger: Logger;
  readonly options: ResolvedHealthOptions;
}

/** Everything that watches over agents, from the first of them to the end of the process. */
export class HealthMonitor {
  constructor(private readonly parts: HealthMonitorParts) {}

  /** Begins to follow what happens to agents; before the first one is registered. */
  open(): void {
    const { checks, logger, options } = this.parts;
    checks.open();
    if (options.checks.isOn) return;
    logger.warn('scheduled health checks are off: an agent that breaks stays active until somebody asks it', {
      option: 'health.checks',
    });
  }

  /** Does what is due. */
  beat(): void {
    this.parts.schedule.tick();
  }

  close(): void {
    this.parts.checks.close();
  }
}
