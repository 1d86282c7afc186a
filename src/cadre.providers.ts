import type { Provider } from '@nestjs/common';
import { CADRE_OPTIONS } from './cadre.module-definition.js';
import type { CadreOptions } from './cadre.options.js';
import {
  Clock,
  EventBus,
  Logger,
  RandomSource,
  SystemClock,
  SystemRandom,
  messageOf,
} from './common/index.js';
import { HEALTH_OPTIONS, HealthChecks, resolveHealthOptions } from './health/index.js';
import {
  DECISION_OPTIONS,
  DecisionLog,
  METRICS_OPTIONS,
  PerformanceStore,
  resolveDecisionOptions,
  resolveMetricsOptions,
  type ResolvedDecisionOptions,
} from './metrics/index.js';
import { NestLogger } from './nest-logger.js';
import { ORCHESTRATION_OPTIONS, resolveOrchestrationOptions, WorkflowRunner } from './orchestration/index.js';
import {
  BossRemoteTaskQueue,
  BossScheduleStore,
  Database,
  DatabaseClock,
  MemoryClusterStore,
  MemoryQuotaStore,
  MemoryPerformanceStore,
  MemoryDecisionLog,
  MemoryRunStore,
  MemoryScheduleStore,
  MemoryStatusHistoryStore,
  MemoryWorkflowStore,
  openDatabase,
  SqlClusterStore,
  SqlDecisionLog,
  SqlPerformanceStore,
  SqlQuotaStore,
  SqlRunStore,
  SqlStatusHistoryStore,
  SqlWorkflowStore,
} from './persistence/index.js';
import { QUOTAS_CONFIGURED, QuotaStore, resolveQuotas } from './quotas/index.js';
import {
  AgentDependents,
  Checkups,
  ClusterStore,
  REGISTRY_OPTIONS,
  resolveRegistryOptions,
} from './registry/index.js';
import { resolveSelectionOptions, SELECTION_OPTIONS } from './selection/index.js';
import { StatusHistoryStore, StatusRules } from './status/index.js';
import {
  resolveWorkflowsOptions,
  RemoteTaskQueue,
  RUN_STORES,
  RunService,
  ScheduleStore,
  WORKFLOW_OPTIONS,
  WorkflowDependents,
  WorkflowStore,
  type RunStores,
} from './workflows/index.js';

/** What every feature needs of the process: time, chance, events, logs. */
const platform: Provider[] = [
  { provide: Clock, useClass: SystemClock },
  { provide: RandomSource, useClass: SystemRandom },
  { provide: Logger, useClass: NestLogger },
  {
    provide: EventBus,
    inject: [Logger],
    useFactory: (logger: Logger) =>
      new EventBus((event, error) =>
        logger.error('an event handler failed', { event, error: messageOf(error) }),
      ),
  },
];

type Platform = [Clock, RandomSource, Logger];

/** The database behind all stores; `null` for an application that keeps everything in memory. */
const database: Provider = {
  provide: Database,
  inject: [CADRE_OPTIONS, Clock, RandomSource, Logger],
  useFactory: (
    { database: options }: CadreOptions,
    ...[clock, random, logger]: Platform
  ): Promise<Database> | null =>
    options === undefined ? null : openDatabase(options, { clock, random, logger }),
};

/** Each port and the adapter that stands behind it. */
const adapters: Provider[] = [
  database,
  {
    provide: StatusHistoryStore,
    inject: [Database, Clock, RandomSource, Logger],
    useFactory: (db: Database | null, ...[clock, random, logger]: Platform) =>
      db === null ? new MemoryStatusHistoryStore() : new SqlStatusHistoryStore(db, { clock, random, logger }),
  },
  {
    provide: PerformanceStore,
    inject: [Database, Clock, RandomSource, Logger],
    useFactory: (db: Database | null, ...[clock, random, logger]: Platform) =>
      db === null
        ? new MemoryPerformanceStore(clock)
        : SqlPerformanceStore.open(db, { clock, random, logger }),
  },
  {
    provide: WorkflowStore,
    inject: [Database, Clock, RandomSource, Logger],
    useFactory: (db: Database | null, ...[clock, random, logger]: Platform) =>
      db === null ? new MemoryWorkflowStore() : new SqlWorkflowStore(db, { clock, random, logger }),
  },
  {
    provide: DecisionLog,
    inject: [Database, DECISION_OPTIONS, Clock, Logger],
    useFactory: (
      db: Database | null,
      { maxKeptInMemory, maxKept, keepForMs }: ResolvedDecisionOptions,
      ...[clock, logger]: [Clock, Logger]
    ) =>
      db === null
        ? new MemoryDecisionLog(maxKeptInMemory)
        : new SqlDecisionLog(db, { clock, logger, maxKept, keepForMs }),
  },
  {
    provide: RUN_STORES,
    inject: [Database, Clock, RandomSource, Logger],
    useFactory: async (db: Database | null, ...[clock, random, logger]: Platform): Promise<RunStores> => {
      const memory = new MemoryRunStore(clock);
      if (db === null) return { memory };
      const shared = await DatabaseClock.open(db, { clock, logger });
      return {
        memory,
        durable: { store: new SqlRunStore(db, { clock: shared, random, logger }), clock: shared },
      };
    },
  },
  {
    provide: QuotaStore,
    inject: [Database, Clock, RandomSource, Logger],
    useFactory: (db: Database | null, ...[clock, random, logger]: Platform) =>
      db === null ? new MemoryQuotaStore(clock) : new SqlQuotaStore(db, { clock, random, logger }),
  },
  {
    provide: ScheduleStore,
    inject: [Database, Clock, Logger],
    useFactory: (db: Database | null, clock: Clock, logger: Logger) =>
      db === null ? new MemoryScheduleStore(clock) : new BossScheduleStore(db, { clock, logger }),
  },
  {
    provide: ClusterStore,
    inject: [Database, Clock, RandomSource, Logger],
    useFactory: (db: Database | null, ...[clock, random, logger]: Platform) =>
      // An embedded database has one node only.
      db?.kind === 'postgres' ? new SqlClusterStore(db, { clock, random, logger }) : new MemoryClusterStore(),
  },
  {
    provide: RemoteTaskQueue,
    inject: [Database, Clock, Logger],
    useFactory: (db: Database | null, clock: Clock, logger: Logger) =>
      db?.kind === 'postgres' ? new BossRemoteTaskQueue(db, { clock, logger }) : null,
  },
  { provide: WorkflowRunner, useExisting: RunService },
  { provide: AgentDependents, useExisting: WorkflowDependents },
  { provide: Checkups, useExisting: HealthChecks },
];

/** Options, validated: a wrong one stops the boot. */
const options: Provider[] = [
  {
    provide: StatusRules,
    inject: [CADRE_OPTIONS],
    useFactory: ({ statusTransitions }: CadreOptions) => new StatusRules(statusTransitions),
  },
  {
    provide: REGISTRY_OPTIONS,
    inject: [CADRE_OPTIONS],
    useFactory: ({ registry }: CadreOptions) => resolveRegistryOptions(registry),
  },
  {
    provide: METRICS_OPTIONS,
    inject: [CADRE_OPTIONS],
    useFactory: ({ metrics }: CadreOptions) => resolveMetricsOptions(metrics),
  },
  {
    provide: DECISION_OPTIONS,
    inject: [CADRE_OPTIONS],
    useFactory: ({ decisions }: CadreOptions) => resolveDecisionOptions(decisions),
  },
  {
    provide: SELECTION_OPTIONS,
    inject: [CADRE_OPTIONS],
    useFactory: ({ selection }: CadreOptions) => resolveSelectionOptions(selection),
  },
  {
    provide: HEALTH_OPTIONS,
    inject: [CADRE_OPTIONS],
    useFactory: ({ health }: CadreOptions) => resolveHealthOptions(health),
  },
  {
    provide: ORCHESTRATION_OPTIONS,
    inject: [CADRE_OPTIONS],
    useFactory: ({ orchestration }: CadreOptions) => resolveOrchestrationOptions(orchestration),
  },
  {
    provide: QUOTAS_CONFIGURED,
    inject: [CADRE_OPTIONS],
    useFactory: ({ quotas }: CadreOptions) => resolveQuotas(quotas),
  },
  {
    provide: WORKFLOW_OPTIONS,
    inject: [CADRE_OPTIONS],
    useFactory: ({ workflows }: CadreOptions) => resolveWorkflowsOptions(workflows),
  },
];

export const cadreProviders: Provider[] = [...platform, ...adapters, ...options];
