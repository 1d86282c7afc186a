import { messageOf, type Cancel, type Clock, type EventBus, type Logger } from '../common/index.js';
import {
  AgentDrainChanged,
  AgentRegistered,
  AgentUnregistered,
  ClusterChanged,
  type Catalog,
  type Cluster,
  type Neighbors,
  type Release,
} from '../registry/index.js';
import type { WorkflowDefinition } from '../orchestration/index.js';
import { StatusChanged } from '../status/index.js';
import { declareWorkflows, type FoundWorkflow } from './builder/declared/declared-workflows.js';
import { WorkflowsRefusedError } from './library/library.errors.js';
import type { WorkflowLibrary } from './library/workflow-library.js';
import type { RemoteTasks } from './remote/remote-tasks.js';
import type { CheckedPreparation } from './runs/preparation/checked-preparation.js';
import type { RunRetention } from './runs/run-retention.js';
import type { RunService } from './runs/run-service.js';
import type { Schedules } from './schedules/schedules.js';

/** Milliseconds that a node waits at its start for others that host what its workflows need: they may start with it. */
const OTHERS_MAY_COME_MS = 10_000;

/** What is started and stopped. */
export interface WorkflowsRuntimeParts {
  readonly cluster: Cluster;
  readonly neighbors: Neighbors;
  readonly library: WorkflowLibrary;
  readonly preparation: CheckedPreparation;
  readonly runs: RunService;
  readonly retention: RunRetention;
  readonly schedules: Schedules;
  /** Absent where there is one node only. */
  readonly remoteTasks: RemoteTasks | undefined;
  readonly catalog: Catalog;
  readonly events: EventBus;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Starts and stops what executes runs, in the right order, and tells runs that wait for an agent of one who has come. */
export class WorkflowsRuntime {
  #subscriptions: Cancel[] = [];

  constructor(private readonly parts: WorkflowsRuntimeParts) {}

  /** @throws WORKFLOWS_REFUSED with every violation of every declared workflow */
  async open(declared: readonly FoundWorkflow[]): Promise<void> {
    const { cluster, remoteTasks, retention, runs, schedules } = this.parts;
    // First: what is declared may need what only other nodes can do.
    if (cluster.isShared) await cluster.open();
    try {
      await this.#declare(declared);
    } catch (error) {
      await cluster.close();
      throw error;
    }
    this.#subscribe();
    await runs.open();
    // Behind the store of runs, which results are told to.
    await remoteTasks?.open();
    await schedules.open();
    retention.open();
    await this.#wakeAll();
  }

  /** Takes nothing more from outside; runs are ended by the orchestrator, which knows their tasks. */
  async stopTaking(): Promise<void> {
    const { cluster, remoteTasks, retention, schedules } = this.parts;
    remoteTasks?.halt();
    await retention.close();
    await schedules.close();
    await cluster.close();
  }

  /** Once no task is under way any more. */
  async close(): Promise<void> {
    await this.parts.remoteTasks?.close();
    for (const unsubscribe of this.#subscriptions.splice(0)) unsubscribe();
    this.parts.library.close();
  }

  /** Where nothing is missing but agents, others may be about to come that have them. */
  async #declare(declared: readonly FoundWorkflow[]): Promise<void> {
    const { library, preparation, clock, cluster, logger } = this.parts;
    const check = (definition: WorkflowDefinition) => preparation.check(definition);
    const until = clock.monotonicMs() + OTHERS_MAY_COME_MS;
    for (;;) {
      const change = this.#nextChange();
      try {
        return await declareWorkflows(declared, { library, check });
      } catch (error) {
        const mayCome = error instanceof WorkflowsRefusedError && error.lacksOnlyAgents && cluster.isShared;
        const leftMs = until - clock.monotonicMs();
        if (!mayCome || leftMs <= 0) throw error;
        logger.info('workflows need agents that are not there yet; waiting for other nodes', { leftMs });
        await change.within(leftMs);
      } finally {
        change.cancel();
      }
    }
  }

  /** The next change of what other nodes host, from now on. */
  #nextChange() {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { clock, events } = this.parts;
    const cancels = [events.subscribe(ClusterChanged, () => resolve())];
    const within = (timeoutMs: number): Promise<void> => {
      cancels.push(clock.schedule(timeoutMs, resolve));
      return promise;
    };
    return { within, cancel: () => cancels.forEach((cancel) => cancel()) };
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
      events.subscribe(ClusterChanged, ({ gained }) => {
        forget();
        return this.#wake(gained);
      }),
      events.subscribe(AgentDrainChanged, ({ release }) => this.#tellWaiting(release)),
      events.subscribe(StatusChanged, ({ release: id, to }) => {
        const release = to === 'active' ? catalog.all().find((known) => known.id === id) : undefined;
        return this.#tellWaiting(release);
      }),
    ];
  }

  /** Tells runs, here and elsewhere, of an agent that may take tasks now; and takes those of other nodes that it can do. */
  async #tellWaiting(release: Release | undefined): Promise<void> {
    if (release === undefined) return;
    this.parts.remoteTasks?.look();
    await this.#wake([release.name, ...release.capabilities.keys()]);
  }

  /** Of agents that came before anybody listened, and those of other nodes. */
  async #wakeAll(): Promise<void> {
    const { catalog, neighbors } = this.parts;
    const own = catalog.all().flatMap(({ name, capabilities }) => [name, ...capabilities.keys()]);
    const others = neighbors.releases.flatMap(({ name, capabilities }) => [
      name,
      ...capabilities.map((hosted) => hosted.name),
    ]);
    await this.#wake([...new Set([...own, ...others])]);
  }

  /** Wakes the runs that wait for these agents, or for somebody with these capabilities. */
  async #wake(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    try {
      await this.parts.runs.wakeWaiting(names);
    } catch (error) {
      const fields = { names, error: messageOf(error) };
      this.parts.logger.warn('runs that wait for an agent could not be told of one', fields);
    }
  }
}
