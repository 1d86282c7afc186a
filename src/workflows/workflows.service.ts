import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { EventBus, Logger, messageOf, type Cancel } from '../common/index.js';
import {
  AgentDrainChanged,
  AgentRegistered,
  AgentUnregistered,
  Catalog,
  Cluster,
  type Release,
} from '../registry/index.js';
import { StatusChanged } from '../status/index.js';
import { declareWorkflows } from './builder/declared-workflows.js';
import { WorkflowExplorer } from './builder/workflow.explorer.js';
import { WorkflowLibrary } from './library/workflow-library.js';
import { CheckedPreparation } from './runs/checked-preparation.js';
import { RemoteTasks } from './remote/remote-tasks.js';
import { RunService } from './runs/run-service.js';
import { Schedules } from './schedules/schedules.js';

/** Starts what executes runs, once the agents are there, and tells runs that wait for one who has come. */
@Injectable()
export class WorkflowsService
  implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  #subscriptions: Cancel[] = [];

  constructor(
    private readonly runs: RunService,
    private readonly schedules: Schedules,
    private readonly cluster: Cluster,
    @Inject(RemoteTasks) private readonly remoteTasks: RemoteTasks | null,
    private readonly library: WorkflowLibrary,
    private readonly preparation: CheckedPreparation,
    private readonly explorer: WorkflowExplorer,
    private readonly catalog: Catalog,
    private readonly events: EventBus,
    private readonly logger: Logger,
  ) {}

  /** @throws WORKFLOWS_REFUSED with every violation of every declared workflow */
  async onApplicationBootstrap(): Promise<void> {
    // First: what is declared may need what only other nodes can do.
    await this.cluster.open();
    await declareWorkflows(this.explorer.explore(), {
      library: this.library,
      check: (definition) => this.preparation.check(definition),
    });
    const forget = (): void => this.preparation.forget();
    this.#subscriptions = [
      this.library.onChange(forget),
      this.events.subscribe(AgentRegistered, ({ release }) => {
        forget();
        return this.#tellWaiting(release);
      }),
      this.events.subscribe(AgentUnregistered, forget),
      this.events.subscribe(AgentDrainChanged, ({ release }) => this.#tellWaiting(release)),
      this.events.subscribe(StatusChanged, ({ release: id, to }) => {
        const release = to === 'active' ? this.catalog.all().find((known) => known.id === id) : undefined;
        return this.#tellWaiting(release);
      }),
    ];
    await this.remoteTasks?.open();
    await this.runs.open();
    await this.schedules.open();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.schedules.close();
    await this.cluster.close();
    await this.remoteTasks?.close();
  }

  onApplicationShutdown(): void {
    for (const unsubscribe of this.#subscriptions) unsubscribe();
    this.#subscriptions = [];
    this.library.close();
  }

  /** Wakes the runs that wait for somebody who can do what this agent can. */
  async #tellWaiting(release: Release | undefined): Promise<void> {
    if (release === undefined) return;
    try {
      await this.runs.wakeWaiting([...release.capabilities.keys()]);
    } catch (error) {
      const fields = { release: release.id, error: messageOf(error) };
      this.logger.warn('runs that wait for an agent could not be told of one', fields);
    }
  }
}
