import { messageOf, type Cancel, type Clock, type Logger } from '../../common/index.js';
import {
  findOwn,
  isAvailable,
  ownSupply,
  type Catalog,
  type Demand,
  type Neighbors,
} from '../../registry/index.js';
import type { ActionResult } from '../engine/actions/action-result.js';
import type { RunStore } from '../runs/run.store.js';
import { doTask, type TaskDoerParts } from './do-task.js';
import type { QueueNews, RemoteTask, RemoteTaskQueue, TakenTask } from './remote-task.queue.js';

/** Milliseconds between two looks for tasks that nobody told of. */
const LOOK_EVERY_MS = 2_000;

/** Milliseconds between two signs of life for what is done here. */
const KEEP_EVERY_MS = 3_000;

/** Milliseconds before a result that could not be told is told again. */
const TELL_AGAIN_MS = 1_000;

/** Tasks of other nodes' runs that are done here at a time. */
const MAX_TASKS = 200;

/** Failures that say that there is nobody here any more. */
const NOBODY: ReadonlySet<string> = new Set(['NO_AGENT_AVAILABLE', 'CAPABILITY_UNKNOWN', 'AGENT_UNKNOWN']);

/** What the doer of others' steps works with. */
export interface RemoteTasksParts extends TaskDoerParts {
  readonly queue: RemoteTaskQueue;
  readonly store: Pick<RunStore, 'signal'>;
  readonly catalog: Catalog;
  readonly neighbors: Neighbors;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface OwnTask {
  readonly taken: TakenTask;
  readonly lost: AbortController;
  readonly ended: Promise<void>;
}

/**
 * Does steps of runs that other nodes execute, and tells their results as signals. It takes what its agents have room for: the
 * rest is left to others who host them, or waits.
 */
export class RemoteTasks {
  readonly #own = new Map<string, OwnTask>();
  #cancels: readonly Cancel[] = [];
  #isTaking = false;
  /** Looks follow each other. */
  #looking: Promise<void> = Promise.resolve();

  constructor(private readonly parts: RemoteTasksParts) {}

  /** Tasks that are done here now. */
  get count(): number {
    return this.#own.size;
  }

  async open(): Promise<void> {
    const { queue } = this.parts;
    await queue.open();
    this.#isTaking = true;
    this.#cancels = [
      queue.onNews((news) => this.#hear(news)),
      this.#every(LOOK_EVERY_MS, () => this.look()),
      this.#every(KEEP_EVERY_MS, () => void this.#keep()),
    ];
    this.look();
  }

  /** Takes nothing more. What is done here goes on, and is kept. */
  halt(): void {
    this.#isTaking = false;
  }

  /** Waits for what is done here; the executor sees to it that it ends, and what it cut short is handed back. */
  async close(): Promise<void> {
    this.halt();
    await this.#looking;
    await Promise.all([...this.#own.values()].map(({ ended }) => ended));
    for (const cancel of this.#cancels) cancel();
    this.#cancels = [];
    await this.parts.queue.close();
  }

  /** Looks for tasks: with a demand, or any that can be met here. */
  look(demand?: Demand): void {
    this.#looking = this.#looking.then(() => this.#take(demand));
  }

  #hear(news: QueueNews): void {
    if (news === undefined) this.look();
    else if ('sent' in news) this.look(news.sent);
    else void this.#keep();
  }

  /** Never rejects. */
  async #take(wanted: Demand | undefined): Promise<void> {
    const { queue } = this.parts;
    try {
      const demands = wanted === undefined && this.#isTaking ? await queue.demands() : [wanted ?? {}];
      for (const demand of demands) {
        const room = this.#roomFor(demand);
        if (room <= 0) continue;
        for (const taken of await queue.take(demand, room)) this.#begin(taken);
      }
    } catch (error) {
      this.#warn('tasks of other nodes could not be looked for', error);
    }
  }

  /** How many tasks with this demand the agents here could begin at once. */
  #roomFor(demand: Demand): number {
    const { catalog } = this.parts;
    if (!this.#isTaking || (demand.capability === undefined && demand.agent === undefined)) return 0;
    const own = findOwn(catalog, demand).filter((release) => isAvailable(release, catalog));
    const slots = own.map(({ manifest, inFlight }) => Math.max(manifest.maxConcurrentTasks - inFlight, 0));
    return Math.min(
      slots.reduce((sum, free) => sum + free, 0),
      MAX_TASKS - this.#own.size,
    );
  }

  #begin(taken: TakenTask): void {
    const lost = new AbortController();
    this.#own.set(taken.id, { taken, lost, ended: this.#do(taken, lost.signal) });
  }

  /** Never rejects. What could not be told is handed out again when its heartbeat is over. */
  async #do(taken: TakenTask, lost: AbortSignal): Promise<void> {
    const { queue } = this.parts;
    const { task } = taken;
    try {
      const result = await doTask(task, lost, this.parts);
      if (lost.aborted) return;
      if (this.#isAnothers(taken, result)) return await queue.handBack(taken);
      await this.#tell(task, result, lost);
      await queue.finish(taken);
    } catch (error) {
      this.#warn('a task of another node could not be ended', error);
    } finally {
      this.#own.delete(taken.id);
      // There is room for another one.
      this.look(task.demand);
    }
  }

  /** The work is done: while the store cannot take its result, it is kept and told again. @throws what the last try failed with */
  async #tell({ runId, name }: RemoteTask, payload: ActionResult, lost: AbortSignal): Promise<void> {
    const { store, clock } = this.parts;
    for (;;) {
      try {
        await store.signal(runId, { kind: 'result', name, payload });
        return;
      } catch (error) {
        if (lost.aborted || !this.#isTaking) throw error;
        this.#warn('a result could not be told yet', error);
        await clock.delay(TELL_AGAIN_MS);
      }
    }
  }

  /** Whether the failure is of this node rather than of the task, and somebody else may do it. */
  #isAnothers({ task }: TakenTask, { status, failure }: ActionResult): boolean {
    if (status !== 'failed') return false;
    const { executor, catalog, neighbors } = this.parts;
    if (executor.isClosing) return true;
    if (!NOBODY.has(failure?.code ?? '') || ownSupply(catalog, task.demand) === 'available') return false;
    return task.whenUnavailable === 'queue' || neighbors.supply(task.demand) === 'available';
  }

  /** Tells agents to stop whose tasks nobody wants from here any more. */
  async #keep(): Promise<void> {
    if (this.#own.size === 0) return;
    try {
      const held = [...this.#own.values()].map(({ taken }) => taken);
      for (const { id } of await this.parts.queue.keep(held)) {
        this.#own.get(id)?.lost.abort('its run does not need it any more, or another node does it');
      }
    } catch (error) {
      this.#warn('tasks of other nodes could not be kept', error);
    }
  }

  #every(periodMs: number, act: () => void): Cancel {
    const { clock } = this.parts;
    const tick = (): void => {
      cancel = clock.schedule(periodMs, tick);
      act();
    };
    let cancel = clock.schedule(periodMs, tick);
    return () => cancel();
  }

  #warn(message: string, error: unknown): void {
    this.parts.logger.warn(message, { error: messageOf(error) });
  }
}
