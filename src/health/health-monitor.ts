import type { Logger } from '../common/index.js';
import { parseAgentReference, type Catalog } from '../registry/index.js';
import type { CheckSchedule } from './checks/check-schedule.js';
import type { HealthChecks } from './checks/health-checks.js';
import type { ResolvedHealthOptions } from './health.options.js';
import type { Recovery, RecoveryState } from './recovery/recovery.js';
import type { OpenCircuit } from './traffic/breakers.js';
import type { Ejection } from './traffic/outliers.js';
import type { TrafficWatch } from './traffic/traffic-watch.js';

/**
 * How a release is doing in this process.
 * @publicApi
 */
export interface AgentHealth {
  /** Too many checks in a row failed for it to get tasks here. */
  readonly isUnwell: boolean;
  /** Checks in a row that failed. */
  readonly failedChecks: number;
  /** Milliseconds until its next check; `undefined` when none is planned. */
  readonly nextCheckInMs?: number;
  /** The capabilities whose circuit is not closed. */
  readonly circuits: readonly OpenCircuit[];
  /** The capabilities from which it is kept because it does worse than others. */
  readonly ejections: readonly Ejection[];
  /** How it stands with bringing it back; `undefined` when it needed that not lately. */
  readonly recovery?: RecoveryState;
}

/** What is watched by. */
export interface HealthMonitorParts {
  readonly catalog: Catalog;
  readonly checks: HealthChecks;
  readonly schedule: CheckSchedule;
  readonly traffic: TrafficWatch;
  readonly recovery: Recovery;
  readonly logger: Logger;
  readonly options: ResolvedHealthOptions;
}

/** Everything that watches over agents, from the first of them to the end of the process. */
export class HealthMonitor {
  constructor(private readonly parts: HealthMonitorParts) {}

  /** Begins to follow what happens to agents; before the first one is registered. */
  open(): void {
    const { checks, traffic, recovery, logger, options } = this.parts;
    checks.open();
    traffic.open();
    recovery.open();
    if (options.checks.isOn) return;
    logger.warn('scheduled health checks are off: an agent that breaks stays active until somebody asks it', {
      option: 'health.checks',
    });
  }

  /** Does what is due. */
  beat(): void {
    this.parts.schedule.tick();
    this.parts.recovery.tick();
  }

  /** @throws AGENT_UNKNOWN, VERSION_RANGE_INVALID */
  healthOf(reference: string): AgentHealth {
    const { catalog, checks, schedule, traffic, recovery } = this.parts;
    const { name, range } = parseAgentReference(reference);
    const release = catalog.get(name, range);
    return {
      isUnwell: release.isUnwell,
      failedChecks: checks.failuresOf(release),
      nextCheckInMs: schedule.dueInMs(release),
      circuits: traffic.breakers.openCircuitsOf(release),
      ejections: traffic.outliers.ejectionsOf(release),
      recovery: recovery.stateOf(release),
    };
  }

  /** Begins nothing any more; resolves once what has begun is recorded. */
  stop(): Promise<void> {
    return this.parts.recovery.close();
  }

  close(): void {
    const { checks, traffic } = this.parts;
    checks.close();
    traffic.close();
  }
}
