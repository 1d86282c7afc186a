import type { Provider } from '@nestjs/common';
import { Clock, EventBus, Logger, RandomSource } from '../common/index.js';
import { TrafficWatch } from '../health/index.js';
import { ExpectedUse, QuotaBook, QuotaGate, QuotaStore } from '../quotas/index.js';
import {
  AttemptRecorder,
  DECISION_OPTIONS,
  DecisionKeeper,
  DecisionLog,
  DriftWatch,
  PerformanceBook,
  type AttemptObserver,
  type ResolvedDecisionOptions,
} from '../metrics/index.js';
import { Catalog } from '../registry/index.js';
import { StrategyCatalog } from '../selection/index.js';
import { AttemptRunner } from './attempts/attempt-runner.js';
import { Dispatcher } from './dispatch/dispatcher.js';
import type { ResolvedOrchestrationOptions } from './orchestration.options.js';
import { ORCHESTRATION_OPTIONS } from './orchestration.tokens.js';
import { TaskExecutor } from './tasks/task-executor.js';
import { WaitingRoom } from './dispatch/waiting-room.js';

const OBSERVERS = Symbol.for('cadre.orchestration.observers');

/** Puts the plain parts of the orchestrator together. */
export const orchestrationProviders: Provider[] = [
  {
    provide: Dispatcher,
    inject: [Catalog, StrategyCatalog, Clock, ORCHESTRATION_OPTIONS],
    useFactory: (
      catalog: Catalog,
      strategies: StrategyCatalog,
      clock: Clock,
      options: ResolvedOrchestrationOptions,
    ) => new Dispatcher(catalog, strategies, new WaitingRoom(clock, options.maxQueuedTasks), clock),
  },
  {
    // Told of every attempt, in this order.
    provide: OBSERVERS,
    inject: [PerformanceBook, AttemptRecorder, DriftWatch, TrafficWatch],
    useFactory: (...observers: AttemptObserver[]) => observers,
  },
  {
    provide: QuotaGate,
    inject: [QuotaStore, QuotaBook, PerformanceBook, Clock, ORCHESTRATION_OPTIONS],
    useFactory: (
      store: QuotaStore,
      book: QuotaBook,
      performance: PerformanceBook,
      ...[clock, { maxQueuedTasks: maxWaiting }]: [Clock, ResolvedOrchestrationOptions]
    ) => new QuotaGate({ store, book, expected: new ExpectedUse(performance), clock, maxWaiting }),
  },
  {
    provide: DecisionKeeper,
    inject: [DecisionLog, Clock, DECISION_OPTIONS],
    useFactory: (log: DecisionLog, clock: Clock, options: ResolvedDecisionOptions) =>
      new DecisionKeeper(log, clock, options),
  },
  {
    provide: TaskExecutor,
    inject: [
      Clock,
      RandomSource,
      Logger,
      EventBus,
      Catalog,
      Dispatcher,
      QuotaGate,
      OBSERVERS,
      DecisionKeeper,
      ORCHESTRATION_OPTIONS,
    ],
    useFactory: (
      ...parts: [
        ...[Clock, RandomSource, Logger, EventBus, Catalog, Dispatcher, QuotaGate],
        AttemptObserver[],
        DecisionKeeper,
        ResolvedOrchestrationOptions,
      ]
    ) => {
      const [clock, random, logger, events, catalog, dispatcher, quotas, observers, decisions, options] =
        parts;
      const { abortGraceMs, shutdownGraceMs } = options;
      const runner = new AttemptRunner({
        clock,
        random,
        logger,
        events,
        dispatcher,
        observers,
        decisions,
        abortGraceMs,
      });
      return new TaskExecutor({
        clock,
        random,
        logger,
        events,
        catalog,
        dispatcher,
        quotas,
        runner,
        shutdownGraceMs,
      });
    },
  },
];
