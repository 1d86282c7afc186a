import type { Provider } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { Clock, EventBus, Logger, RandomSource } from '../common/index.js';
import { Catalog, Neighbors } from '../registry/index.js';
import { StatusService } from '../status/index.js';
import { CheckSchedule } from './checks/check-schedule.js';
import { HealthChecks } from './checks/health-checks.js';
import { HealthMonitor } from './health-monitor.js';
import type { ResolvedHealthOptions } from './health.options.js';
import { HEALTH_OPTIONS } from './health.tokens.js';

/** Puts the plain parts of health together. */
export const healthProviders: Provider[] = [
  SchedulerRegistry,
  {
    provide: HealthChecks,
    inject: [Catalog, StatusService, Neighbors, Clock, EventBus, Logger, HEALTH_OPTIONS],
    useFactory: (
      ...given: [Catalog, StatusService, Neighbors, Clock, EventBus, Logger, ResolvedHealthOptions]
    ) => {
      const [catalog, status, neighbors, clock, events, logger, { checks: options }] = given;
      return new HealthChecks({ catalog, status, neighbors, clock, events, logger, options });
    },
  },
  {
    provide: CheckSchedule,
    inject: [Catalog, HealthChecks, Clock, RandomSource, HEALTH_OPTIONS],
    useFactory: (
      ...[catalog, checks, clock, random, options]: [
        ...[Catalog, HealthChecks, Clock, RandomSource],
        ResolvedHealthOptions,
      ]
    ) => new CheckSchedule({ catalog, checks, clock, random, options: options.checks }),
  },
  {
    provide: HealthMonitor,
    inject: [HealthChecks, CheckSchedule, Logger, HEALTH_OPTIONS],
    useFactory: (...given: [HealthChecks, CheckSchedule, Logger, ResolvedHealthOptions]) => {
      const [checks, schedule, logger, options] = given;
      return new HealthMonitor({ checks, schedule, logger, options });
    },
  },
];
