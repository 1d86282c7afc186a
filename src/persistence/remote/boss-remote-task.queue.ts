import { createHash } from 'node:crypto';
import { PgBoss } from 'pg-boss';
import { messageOf, type Cancel, type Clock, type Logger } from '../../common/index.js';
import { TaskOptionError } from '../../orchestration/index.js';
import type { Demand } from '../../registry/index.js';
import {
  RemoteTaskQueue,
  TASK_HEARTBEAT_MS,
  type QueueNews,
  type RemoteTask,
  type TakenTask,
} from '../../workflows/index.js';
import { bossClock } from '../runs/jobs/boss-clock.js';
import { bossDatabase } from '../runs/jobs/boss-database.js';
import type { Database } from '../sql/database.js';
import { DatabaseUnavailableError } from '../sql/database.errors.js';

/** Followed by the demand, in letters that pg-boss allows for the name of a queue. */
const QUEUE_PREFIX = 'cadre-tasks.';

/** Its payload is the name of a queue that something was sent to, {@link WITHDRAWN}, or empty. */
const CHANNEL = 'cadre_tasks';

const WITHDRAWN = '-';

/** What fits the index over the names of queues. */
const MAX_QUEUE_LENGTH = 2_500;

/** 63 years: what is sent does not end by age. */
const FOREVER_SECONDS = 2_000_000_000;

/** Retries are failovers: as many as it takes. */
const RETRIES = 2_000_000_000;

const DAY_SECONDS = 86_400;

/** What is kept in a job: as a text, since pg-boss's own column for JSON refuses some of it. */
interface JobData {
  readonly task: string;
}

/**
 * Steps for other nodes in queues of pg-boss, one for each demand that was ever sent from afar: who takes from a queue can do
 * whatever is in it. A job whose node dies is handed out again when its heartbeat is over.
 */
export class BossRemoteTaskQueue extends RemoteTaskQueue {
  readonly #queues = new Set<string>();
  readonly #listeners = new Set<(news: QueueNews) => void>();
  #stopListening: Cancel = () => {};
  #boss: PgBoss | undefined;

  constructor(
    private readonly database: Database,
    private readonly parts: { readonly clock: Clock; readonly logger: Logger },
  ) {
    super();
  }

  async open(): Promise<void> {
    const boss = new PgBoss({
      db: bossDatabase(this.database),
      backend: this.database.kind,
      clock: bossClock(this.parts.clock),
      schedule: false,
      // The queue of runs sees to the upkeep of all.
      supervise: false,
    });
    boss.on('error', (error) =>
      this.parts.logger.warn('the queue of remote tasks failed', { error: messageOf(error) }),
    );
    await boss.start();
    this.#boss = boss;
    this.#stopListening = await this.database.listen(CHANNEL, (payload) => this.#hear(payload));
  }

  async close(): Promise<void> {
    this.#stopListening();
    const boss = this.#boss;
    this.#boss = undefined;
    await boss?.stop({ graceful: false });
  }

  async send(task: RemoteTask): Promise<void> {
    const queue = queueOf(task.demand);
    const boss = this.#opened;
    if (!this.#queues.has(queue)) {
      await boss.createQueue(queue, { heartbeatSeconds: TASK_HEARTBEAT_MS / 1_000 });
      this.#queues.add(queue);
    }
    const job = {
      id: idOf(task.runId, task.name),
      data: { task: JSON.stringify(task) } satisfies JobData,
      expireInSeconds: FOREVER_SECONDS,
      retentionSeconds: FOREVER_SECONDS,
      deleteAfterSeconds: DAY_SECONDS,
      retryLimit: RETRIES,
      retryDelay: 0,
    };
    await boss.insert(queue, [job]);
    await this.database.notify(CHANNEL, queue);
  }

  async withdraw(runId: string, demand: Demand, names: readonly string[]): Promise<void> {
    const queue = queueOf(demand);
    const [known] = await this.#opened.getQueues([queue]);
    if (known === undefined) return;
    await this.#opened.deleteJob(
      queue,
      names.map((name) => idOf(runId, name)),
    );
    await this.database.notify(CHANNEL, WITHDRAWN);
  }

  async demands(): Promise<readonly Demand[]> {
    const queues = await this.#opened.getQueues();
    return queues.flatMap(({ name }) => demandIn(name) ?? []);
  }

  async take(demand: Demand, limit: number): Promise<readonly TakenTask[]> {
    const jobs = await this.#opened.fetch<JobData>(queueOf(demand), { batchSize: limit });
    return jobs.map(({ id, data, retryCount: attempt }) => {
      return { id, attempt, task: JSON.parse(data.task) as RemoteTask };
    });
  }

  async keep(taken: readonly TakenTask[]): Promise<readonly TakenTask[]> {
    const byQueue = Map.groupBy(taken, ({ task }) => queueOf(task.demand));
    const kept = new Set<string>();
    for (const [queue, tasks] of byQueue) {
      const answer = await this.#opened.touch(queue, tasks.map(ticketOf));
      // Not in the types of pg-boss, which is why its version is pinned.
      for (const id of (answer as { readonly settled?: readonly string[] }).settled ?? []) kept.add(id);
    }
    return taken.filter(({ id }) => !kept.has(id));
  }

  async finish(taken: TakenTask): Promise<void> {
    await this.#opened.complete(queueOf(taken.task.demand), [ticketOf(taken)]);
  }

  async handBack(taken: TakenTask): Promise<void> {
    const queue = queueOf(taken.task.demand);
    await this.#opened.fail(queue, [ticketOf(taken)]);
    await this.database.notify(CHANNEL, queue);
  }

  onNews(listener: (news: QueueNews) => void): Cancel {
    const subscription = (news: QueueNews): void => listener(news);
    this.#listeners.add(subscription);
    return () => this.#listeners.delete(subscription);
  }

  #hear(payload: string): void {
    const demand = demandIn(payload);
    const sent = demand === undefined ? undefined : { sent: demand };
    const news: QueueNews = payload === WITHDRAWN ? { withdrawn: true } : sent;
    for (const listener of this.#listeners) listener(news);
  }

  get #opened(): PgBoss {
    if (this.#boss === undefined) throw new DatabaseUnavailableError('the queue of remote tasks is not open');
    return this.#boss;
  }
}

/** The same for demands that ask the same. @throws TASK_OPTION_INVALID for one with a great many tags */
function queueOf({ capability, agent, region, residency, tags = [] }: Demand): string {
  const asked = {
    capability,
    agent,
    region,
    residency: residency?.toSorted(),
    tags: tags.length === 0 ? undefined : tags.toSorted(),
  };
  const queue = QUEUE_PREFIX + Buffer.from(JSON.stringify(asked)).toString('base64url');
  if (queue.length <= MAX_QUEUE_LENGTH) return queue;
  throw new TaskOptionError('tags are too many to be asked of other nodes; ask for fewer, or shorter ones');
}

/** What whoever takes from a queue must meet; `undefined` for a queue of something else. */
function demandIn(queue: string): Demand | undefined {
  if (!queue.startsWith(QUEUE_PREFIX)) return undefined;
  return JSON.parse(Buffer.from(queue.slice(QUEUE_PREFIX.length), 'base64url').toString()) as Demand;
}

/** The same UUID (version 8, RFC 9562) for the same sending. */
function idOf(runId: string, name: string): string {
  const hex = createHash('sha256').update(`${runId} ${name}`).digest('hex');
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`];
  return [...parts, hex.slice(20, 32)].join('-');
}

/** pg-boss' name of a job that was handed out: nothing happens to it once it was handed out again. */
function ticketOf({ id, attempt }: TakenTask): { readonly id: string; readonly retryCount: number } {
  return { id, retryCount: attempt };
}
