import { messageOf, type Cancel, type EventBus, type Logger } from '../common/index.js';
import {
  AgentDrainChanged,
  AgentRegistered,
  AgentUnregistered,
  type Catalog,
  type Cluster,
  type Release,
} from '../registry/index.js';
import { StatusChanged } from '../status/index.js';
import { declareWorkflows, type FoundWorkflow } from './builder/declared-workflows.js';
import type { WorkflowLibrary } from './library/workflow-library.js';
import type { RemoteTasks } from './remote/remote-tasks.js';
import type { CheckedPreparation } from './runs/checked-preparation.js';
import type { RunService } from './runs/run-service.js';
import type { Schedules } from './schedules/schedules.js';

/** What is started and stopped. */
export interface WorkflowsRuntimeParts {
  readonly cluster: Cluster;
  readonly library: WorkflowLibrary;
  readonly preparation: CheckedPreparation;
  readonly runs: RunService;
  readonly schedules: Schedules;
  /** Absent where there is one node only. */
  readonly remoteTasks: RemoteTasks | undefined;
  readonly catalog: Catalog;
  readonly events: EventBus;
  readonly logger: Logger;
}

/** Starts and stops what executes runs, in the right order, and tells runs that wait for an agent of one who has come. */
export class WorkflowsRuntime {
  #subscriptions: Cancel[] = [];

  constructor(private readonly parts: WorkflowsRuntimeParts) {}

  /** @throws WORKFLOWS_REFUSED with every violation of every declared workflow */
  async open(declared: readonly FoundWorkflow[]): Promise<void> {
    const { cluster, library, preparation, remoteTasks, runs, schedules } = this.parts;
    // First: what is declared may need what only other nodes can do. Without a queue to reach them there are none.
    if (remoteTasks !== undefined) await cluster.open();
    await declareWorkflows(declared, { library, check: (definition) => preparation.check(definition) });
    this.#subscribe();
    await remoteTasks?.open();
    await runs.open();
    await schedules.open();
  }

  /** Takes nothing more from outside; runs are ended by the orchestrator, which knows their tasks. */
  async stopTaking(): Promise<void> {
    const { cluster, remoteTasks, schedules } = this.parts;
    await schedules.close();
    await cluster.close();
    await remoteTasks?.close();
  }

  close(): void {
    for (const unsubscribe of this.#subscriptions.splice(0)) unsubscribe();
    this.parts.library.close();
  }

  #subscribe(): void {
    const { catalog, events, library, preparation } = this.parts;
    const forget = (): void => preparation.forget();
    this.#subscriptions = [
      library.onChange(forget),
      events.subscribe(AgentRegistered, ({ release }) => {
        forget();
        return this.#tellWaiting(release);
      }),
      events.subscribe(AgentUnregistered, forget),
      events.subscribe(AgentDrainChanged, ({ release }) => this.#tellWaiting(release)),
      events.subscribe(StatusChanged, ({ release: id, to }) => {
        const release = to === 'active' ? catalog.all().find((known) => known.id === id) : undefined;
        return this.#tellWaiting(release);
      }),
    ];
  }

  /** Wakes the runs that wait for somebody who can do what this agent can. */
  async #tellWaiting(release: Release | undefined): Promise<void> {
    if (release === undefined) return;
    try {
      await this.parts.runs.wakeWaiting([...release.capabilities.keys()]);
    } catch (error) {
      const fields = { release: release.id, error: messageOf(error) };
      this.parts.logger.warn('runs that wait for an agent could not be told of one', fields);
    }
  }
}
