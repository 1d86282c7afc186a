import type { Provider } from '@nestjs/common';
import { Clock, Logger, RandomSource } from '../common/index.js';
import { TaskExecutor } from '../orchestration/index.js';
import { Catalog, Cluster } from '../registry/index.js';
import { StrategyCatalog } from '../selection/index.js';
import type { EngineParts } from './engine/execution.js';
import { WorkflowLibrary } from './library/workflow-library.js';
import { WorkflowStore } from './library/workflow.store.js';
import { ClusterElsewhere } from './remote/cluster-elsewhere.js';
import { RemoteTaskQueue } from './remote/remote-task.queue.js';
import { RemoteTasks } from './remote/remote-tasks.js';
import { CheckedPreparation } from './runs/checked-preparation.js';
import { createRunPlace } from './runs/create-run-place.js';
import { RunService } from './runs/run-service.js';
import type { RunStore } from './runs/run.store.js';
import { ScheduleStore } from './schedules/schedule.store.js';
import { Schedules } from './schedules/schedules.js';
import type { ResolvedWorkflowsOptions } from './workflows.options.js';
import { RUN_STORES, WORKFLOW_OPTIONS, type RunStores } from './workflows.tokens.js';

/** Milliseconds between two signs of life of a node; claims outlive several of them. */
const TOUCH_EVERY_MS = 3_000;

export const workflowProviders: Provider[] = [
  {
    provide: WorkflowLibrary,
    inject: [WorkflowStore, Clock],
    useFactory: (store: WorkflowStore, clock: Clock) => new WorkflowLibrary(store, clock),
  },
  {
    provide: CheckedPreparation,
    inject: [Catalog, WorkflowLibrary, StrategyCatalog, Cluster],
    useFactory: (catalog: Catalog, library: WorkflowLibrary, strategies: StrategyCatalog, cluster: Cluster) =>
      new CheckedPreparation({
        catalog,
        getWorkflow: (reference) => library.get(reference).definition,
        findWorkflow: (reference) => library.find(reference)?.definition,
        workflowNames: () => library.names(),
        strategyNames: () => strategies.names(),
        isElsewhere: (capability, agent) => cluster.hosts(capability, agent),
      }),
  },
  {
    provide: RunService,
    inject: [
      RUN_STORES,
      RemoteTaskQueue,
      Cluster,
      WORKFLOW_OPTIONS,
      CheckedPreparation,
      TaskExecutor,
      Catalog,
      Clock,
      RandomSource,
      Logger,
    ],
    useFactory: (
      stores: RunStores,
      queue: RemoteTaskQueue | null,
      cluster: Cluster,
      options: ResolvedWorkflowsOptions,
      preparation: CheckedPreparation,
      ...[executor, catalog, clock, random, logger]: [TaskExecutor, Catalog, Clock, RandomSource, Logger]
    ) => {
      const engine: EngineParts = { executor, catalog, clock, random, logger, limits: options };
      // Other nodes cannot reach what is in the memory of this one.
      const elsewhere = queue === null ? undefined : new ClusterElsewhere(cluster, queue);
      const place = (store: RunStore, parks: boolean) =>
        createRunPlace({
          store,
          engine: parks ? { ...engine, elsewhere } : engine,
          compile: (bundle) => preparation.compile(bundle),
          settings: { maxActiveRuns: options.maxActiveRuns, touchEveryMs: TOUCH_EVERY_MS, parks },
        });
      return new RunService({
        clock,
        preparation,
        memory: place(stores.memory, false),
        durable: stores.durable && place(stores.durable, true),
        maxPayloadBytes: options.maxOutputBytes,
      });
    },
  },
  {
    provide: RemoteTasks,
    inject: [RemoteTaskQueue, RUN_STORES, WORKFLOW_OPTIONS, TaskExecutor, Catalog, Clock, Logger],
    useFactory: (
      queue: RemoteTaskQueue | null,
      { durable: store }: RunStores,
      { maxOutputBytes }: ResolvedWorkflowsOptions,
      ...[executor, catalog, clock, logger]: [TaskExecutor, Catalog, Clock, Logger]
    ) =>
      queue === null || store === undefined
        ? null
        : new RemoteTasks({ queue, store, maxOutputBytes, executor, catalog, clock, logger }),
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
