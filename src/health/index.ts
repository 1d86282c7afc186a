export { Recovery } from './recovery/recovery.js';
export { HealthChecks } from './checks/health-checks.js';
export { HealthCheckService } from './health-check.service.js';
export type { AgentHealth } from './health-monitor.js';
export * from './health.errors.js';
export { HealthModule } from './health.module.js';
export {
  HEALTH_DEFAULTS,
  resolveHealthOptions,
  type BreakerOptions,
  type CheckOptions,
  type HealthOptions,
  type OutlierOptions,
  type RecoveryOptions,
  type ResolvedHealthOptions,
} from './health.options.js';
export {
  BreakerChanged,
  EjectionChanged,
  RecoveryEnded,
  TrafficEased,
  type BreakerStateName,
} from './health.events.js';
export { TrafficWatch, watchTraffic } from './traffic/traffic-watch.js';
export { HEALTH_OPTIONS } from './health.tokens.js';
