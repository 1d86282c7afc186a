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
import { Recovery, type RecoveryParts } from './recovery/recovery.js';
import { TrafficWatch, watchTraffic } from './traffic/traffic-watch.js';

const PARTS = Symbol.for('cadre.health.recovery-parts');

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
    provide: TrafficWatch,
    inject: [Catalog, Clock, RandomSource, EventBus, HEALTH_OPTIONS],
    useFactory: (...given: [Catalog, Clock, RandomSource, EventBus, ResolvedHealthOptions]) => {
      const [catalog, clock, random, events, options] = given;
      return watchTraffic({ catalog, clock, random, events, options });
    },
  },
  {
    provide: PARTS,
    inject: [Catalog, StatusService, HealthChecks, Clock, RandomSource, EventBus, Logger],
    useFactory: (
      ...given: [Catalog, StatusService, HealthChecks, Clock, RandomSource, EventBus, Logger]
    ): Omit<RecoveryParts, 'options'> => {
      const [catalog, status, checks, clock, random, events, logger] = given;
      return { catalog, status, checks, clock, random, events, logger };
    },
  },
  {
    provide: Recovery,
    inject: [PARTS, HEALTH_OPTIONS],
    useFactory: (parts: Omit<RecoveryParts, 'options'>, { recovery: options }: ResolvedHealthOptions) =>
      new Recovery({ ...parts, options }),
  },
  {
    provide: HealthMonitor,
    inject: [Catalog, HealthChecks, CheckSchedule, TrafficWatch, Recovery, Logger, HEALTH_OPTIONS],
    useFactory: (
      ...given: [
        ...[Catalog, HealthChecks, CheckSchedule, TrafficWatch, Recovery, Logger],
        ResolvedHealthOptions,
      ]
    ) => {
      const [catalog, checks, schedule, traffic, recovery, logger, options] = given;
      return new HealthMonitor({ catalog, checks, schedule, traffic, recovery, logger, options });
    },
  },
];
