import type { Cancel, Clock } from '../../common/index.js';
import type { Demand } from '../../registry/index.js';
import {
  RemoteTaskQueue,
  TASK_HEARTBEAT_MS,
  type QueueNews,
  type RemoteTask,
  type TakenTask,
} from '../../workflows/index.js';

interface HeldTask {
  readonly id: string;
  readonly task: RemoteTask;
  attempt: number;
  /** By which it is somebody's unless it is kept. */
  heldUntil?: number;
  isDone: boolean;
}

/** What the nodes of a test share in place of a database. */
export class SharedTasks {
  readonly tasks = new Map<string, HeldTask>();
  readonly demands = new Map<string, Demand>();
  readonly listeners = new Set<(news: QueueNews) => void>();

  tell(news: QueueNews): void {
    for (const listener of this.listeners) listener(news);
  }
}

/** The queue as one node has it. Several nodes of a test share what is in it. */
export class MemoryRemoteTaskQueue extends RemoteTaskQueue {
  /** Set by a test: what is asked of the queue rejects with it. */
  failure: unknown;

  constructor(
    private readonly clock: Clock,
    readonly shared = new SharedTasks(),
  ) {
    super();
  }

  async open(): Promise<void> {}

  async close(): Promise<void> {}

  async send(task: RemoteTask): Promise<void> {
    this.#failIfTold();
    const id = idOf(task.runId, task.name);
    this.shared.demands.set(keyOf(task.demand), task.demand);
    const kept = JSON.parse(JSON.stringify(task)) as RemoteTask;
    if (!this.shared.tasks.has(id)) this.shared.tasks.set(id, { id, task: kept, attempt: 0, isDone: false });
    this.shared.tell({ sent: kept.demand });
  }

  async withdraw(runId: string, _demand: Demand, names: readonly string[]): Promise<void> {
    this.#failIfTold();
    for (const name of names) this.shared.tasks.delete(idOf(runId, name));
    this.shared.tell({ withdrawn: true });
  }

  async demands(): Promise<readonly Demand[]> {
    this.#failIfTold();
    return [...this.shared.demands.values()];
  }

  async take(demand: Demand, limit: number): Promise<readonly TakenTask[]> {
    this.#failIfTold();
    const now = this.clock.now();
    return [...this.shared.tasks.values()]
      .filter(({ task, isDone, heldUntil = 0 }) => {
        return !isDone && heldUntil <= now && keyOf(task.demand) === keyOf(demand);
      })
      .slice(0, limit)
      .map((held) => {
        if (held.heldUntil !== undefined) held.attempt += 1;
        held.heldUntil = now + TASK_HEARTBEAT_MS;
        return { id: held.id, attempt: held.attempt, task: held.task };
      });
  }

  async keep(taken: readonly TakenTask[]): Promise<readonly TakenTask[]> {
    this.#failIfTold();
    return taken.filter((each) => {
      const held = this.#held(each);
      if (held !== undefined) held.heldUntil = this.clock.now() + TASK_HEARTBEAT_MS;
      return held === undefined;
    });
  }

  async finish(taken: TakenTask): Promise<void> {
    this.#failIfTold();
    const held = this.#held(taken);
    if (held !== undefined) held.isDone = true;
  }

  async handBack(taken: TakenTask): Promise<void> {
    this.#failIfTold();
    const held = this.#held(taken);
    if (held !== undefined) held.heldUntil = 0;
    this.shared.tell({ sent: taken.task.demand });
  }

  onNews(listener: (news: QueueNews) => void): Cancel {
    const subscription = (news: QueueNews): void => listener(news);
    this.shared.listeners.add(subscription);
    return () => this.shared.listeners.delete(subscription);
  }

  #held({ id, attempt }: TakenTask): HeldTask | undefined {
    const held = this.shared.tasks.get(id);
    const isOurs = held?.attempt === attempt && !held.isDone && held.heldUntil !== 0;
    return isOurs ? held : undefined;
  }

  #failIfTold(): void {
    if (this.failure !== undefined) throw this.failure;
  }
}

const idOf = (runId: string, name: string): string => `${runId} ${name}`;

function keyOf({ capability, agent, region, residency, tags = [] }: Demand): string {
  return JSON.stringify([capability, agent, region, residency?.toSorted(), tags.toSorted()]);
}
