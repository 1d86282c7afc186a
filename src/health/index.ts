export { HealthChecks } from './checks/health-checks.js';
export { HealthCheckService } from './health-check.service.js';
export * from './health.errors.js';
export { HealthModule } from './health.module.js';
export {
  HEALTH_DEFAULTS,
  resolveHealthOptions,
  type CheckOptions,
  type HealthOptions,
  type ResolvedHealthOptions,
} from './health.options.js';
export { HEALTH_OPTIONS } from './health.tokens.js';
