import type { Provider } from '@nestjs/common';
import { Clock, EventBus, Logger, RandomSource } from '../common/index.js';
import { TaskExecutor } from '../orchestration/index.js';
import { Catalog, Cluster, Neighbors } from '../registry/index.js';
import { StrategyCatalog } from '../selection/index.js';
import type { EngineParts } from './engine/execution.js';
import { WorkflowLibrary } from './library/workflow-library.js';
import { WorkflowDependents } from './library/workflow-dependents.js';
import { WorkflowStore } from './library/workflow.store.js';
import { RemoteTaskQueue } from './remote/remote-task.queue.js';
import { RemoteTasks } from './remote/remote-tasks.js';
import { CheckedPreparation } from './runs/preparation/checked-preparation.js';
import { createRunPlace } from './runs/create-run-place.js';
import { RunRetention } from './runs/run-retention.js';
import { RunService } from './runs/run-service.js';
import type { RunStore } from './runs/run.store.js';
import { ScheduleStore } from './schedules/schedule.store.js';
import { Schedules } from './schedules/schedules.js';
import { WorkflowsRuntime } from './workflows-runtime.js';
import type { ResolvedWorkflowsOptions } from './workflows.options.js';
import { RUN_STORES, WORKFLOW_OPTIONS, type RunStores } from './workflows.tokens.js';

/** Milliseconds between two signs of life of a node; claims outlive several of them. */
const TOUCH_EVERY_MS = 3_000;

/** What every engine of the process works with. */
const ENGINE = Symbol.for('cadre.workflows.engine');

export const workflowProviders: Provider[] = [
  {
    provide: WorkflowLibrary,
    inject: [WorkflowStore, ScheduleStore, Clock],
    useFactory: (store: WorkflowStore, schedules: ScheduleStore, clock: Clock) =>
      new WorkflowLibrary(store, schedules, clock),
  },
  {
    provide: WorkflowDependents,
    inject: [WorkflowLibrary],
    useFactory: (library: WorkflowLibrary) => new WorkflowDependents(library),
  },
  {
    provide: CheckedPreparation,
    inject: [Catalog, WorkflowLibrary, StrategyCatalog, Neighbors],
    useFactory: (
      catalog: Catalog,
      library: WorkflowLibrary,
      strategies: StrategyCatalog,
      neighbors: Neighbors,
    ) =>
      new CheckedPreparation({
        catalog,
        getWorkflow: (reference) => library.get(reference).definition,
        findWorkflow: (reference) => library.find(reference)?.definition,
        workflowNames: () => library.names(),
        strategyNames: () => strategies.names(),
        isElsewhere: (demand) => neighbors.supply(demand) !== undefined,
      }),
  },
  {
    provide: ENGINE,
    inject: [TaskExecutor, Catalog, Clock, RandomSource, Logger, WORKFLOW_OPTIONS],
    useFactory: (
      ...parts: [TaskExecutor, Catalog, Clock, RandomSource, Logger, ResolvedWorkflowsOptions]
    ): EngineParts => {
      const [executor, catalog, clock, random, logger, limits] = parts;
      return { executor, catalog, clock, random, logger, limits };
    },
  },
  {
    provide: RunService,
    inject: [RUN_STORES, WORKFLOW_OPTIONS, ENGINE, RemoteTaskQueue, Neighbors, CheckedPreparation],
    useFactory: (
      { memory, durable }: RunStores,
      { maxActiveRuns, maxOutputBytes }: ResolvedWorkflowsOptions,
      engine: EngineParts,
      ...[queue, neighbors, preparation]: [RemoteTaskQueue | null, Neighbors, CheckedPreparation]
    ) => {
      const elsewhere = queue === null ? undefined : { neighbors, queue };
      const place = (store: RunStore, own: EngineParts, isDurable: boolean) =>
        createRunPlace({
          store,
          engine: own,
          compile: (bundle) => preparation.compile(bundle),
          settings: { maxActiveRuns, touchEveryMs: TOUCH_EVERY_MS, isDurable },
        });
      return new RunService({
        clock: engine.clock,
        preparation,
        // Other nodes cannot reach what is in the memory of this one.
        memory: place(memory, engine, false),
        durable: durable && place(durable.store, { ...engine, clock: durable.clock, elsewhere }, true),
        maxPayloadBytes: maxOutputBytes,
      });
    },
  },
  {
    provide: RunRetention,
    inject: [RUN_STORES, WORKFLOW_OPTIONS, Clock, RandomSource, Logger],
    useFactory: (
      { memory, durable }: RunStores,
      { keepEndedRunsMs }: ResolvedWorkflowsOptions,
      ...[clock, random, logger]: [Clock, RandomSource, Logger]
    ) => {
      const places = [{ store: memory, clock }, ...(durable === undefined ? [] : [durable])];
      return new RunRetention({ places, keepMs: keepEndedRunsMs, clock, random, logger });
    },
  },
  {
    provide: RemoteTasks,
    inject: [RemoteTaskQueue, Neighbors, RUN_STORES, ENGINE],
    useFactory: (
      queue: RemoteTaskQueue | null,
      neighbors: Neighbors,
      { durable }: RunStores,
      engine: EngineParts,
    ) => {
      if (queue === null || durable === undefined) return null;
      const { store } = durable;
      const { executor, catalog, clock, logger, limits } = engine;
      const { maxOutputBytes } = limits;
      return new RemoteTasks({ queue, neighbors, store, maxOutputBytes, executor, catalog, clock, logger });
    },
  },
  {
    provide: WorkflowsRuntime,
    inject: [
      Cluster,
      Neighbors,
      WorkflowLibrary,
      CheckedPreparation,
      RunService,
      RunRetention,
      Schedules,
      RemoteTasks,
      EventBus,
      ENGINE,
    ],
    useFactory: (
      ...parts: [
        Cluster,
        Neighbors,
        WorkflowLibrary,
        CheckedPreparation,
        RunService,
        RunRetention,
        Schedules,
        RemoteTasks | null,
        EventBus,
        EngineParts,
      ]
    ) => {
      const [cluster, neighbors, library, preparation, runs, retention, schedules, remote, events, engine] =
        parts;
      const { catalog, clock, logger } = engine;
      const remoteTasks = remote ?? undefined;
      return new WorkflowsRuntime({
        cluster,
        neighbors,
        library,
        preparation,
        runs,
        retention,
        schedules,
        remoteTasks,
        events,
        catalog,
        clock,
        logger,
      });
    },
  },
  {
    provide: Schedules,
    inject: [ScheduleStore, CheckedPreparation, RunService, Clock, Logger],
    useFactory: (
      store: ScheduleStore,
      preparation: CheckedPreparation,
      runs: RunService,
      ...[clock, logger]: [Clock, Logger]
    ) => new Schedules({ store, preparation, runs, clock, logger }),
  },
];
