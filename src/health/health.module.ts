import { Module } from '@nestjs/common';
import { RegistryModule } from '../registry/index.js';
import { StatusModule } from '../status/index.js';
import { HealthChecks } from './checks/health-checks.js';
import { HealthCheckService } from './health-check.service.js';
import { healthProviders } from './health.providers.js';
import { TrafficWatch } from './traffic/traffic-watch.js';

/** Watches over the agents of the catalog. */
@Module({
  imports: [StatusModule, RegistryModule],
  providers: [...healthProviders, HealthCheckService],
  exports: [HealthChecks, TrafficWatch, HealthCheckService],
})
export class HealthModule {}
