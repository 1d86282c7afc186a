import { Module, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  AgentRegistry,
  CadreModule,
  Clock,
  ClusterChanged,
  EventBus,
  OrchestrationService,
  type CadreOptions,
  type EventType,
  type Run,
  type RunStep,
} from 'cadre';
import { createTestDatabase } from '../../../src/testing/databases/postgres-server.js';
import { runsOf } from '../../../src/testing/builders/runs-of.js';

/** One process of a cluster would be one of these; here they share a process, and nothing else but the database. */
export interface Node {
  readonly registry: AgentRegistry;
  readonly orchestration: OrchestrationService;
  /** What the container holds of an agent's class. */
  get<T>(type: Type<T>): T;
  steps(runId: string): Promise<readonly RunStep[]>;
  /** The run once it has ended. */
  ended(runId: string): Promise<Run>;
  /** The only run there is. */
  only(): Promise<Run>;
  /** Resolves once a step of a run waits for an agent. */
  waits(runId: string, key: string): Promise<void>;
  /** Resolves with the next event that fits, from the call on. */
  next<T>(type: EventType<T>, fits?: (payload: T) => boolean): Promise<T>;
  /** Resolves once other nodes have told that they host an agent or a capability; has to be called before they do. */
  hearsOf(name: string): Promise<unknown>;
  close(): Promise<void>;
}

/** Starts nodes on one database of their own; all are closed at the end of the `await using` block. */
export interface Cluster extends AsyncDisposable {
  readonly url: string;
  start(agents?: readonly Type[], options?: CadreOptions): Promise<Node>;
  /** Starts a node, and waits until others have heard of an agent or a capability of it. */
  startHeard(agents: readonly Type[], others: readonly Node[], name: string): Promise<Node>;
}

/** Two nodes that know each other: the first has heard what the second one can do. */
export async function pair(
  cluster: Cluster,
  hereAgents: readonly Type[],
  thereAgents: readonly Type[],
  name: string,
): Promise<{ readonly here: Node; readonly there: Node }> {
  const here = await cluster.start(hereAgents);
  const there = await cluster.startHeard(thereAgents, [here], name);
  return { here, there };
}

/** @param clock of all nodes; default: the machine's */
export async function createCluster(clock?: Clock): Promise<Cluster> {
  const url = await createTestDatabase();
  const nodes: Node[] = [];
  const start: Cluster['start'] = async (agents = [], options = {}) => {
    const node = await startNode(agents, { database: { url, poolSize: 5 }, ...options }, clock);
    nodes.push(node);
    return node;
  };
  return {
    url,
    start,
    startHeard: async (agents, others, name) => {
      const heard = others.map((other) => other.hearsOf(name));
      const node = await start(agents);
      await Promise.all(heard);
      return node;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(nodes.map((node) => node.close()));
    },
  };
}

async function startNode(agents: readonly Type[], options: CadreOptions, clock?: Clock): Promise<Node> {
  @Module({
    imports: [CadreModule.forRoot(options)],
    providers: [...agents],
  })
  class NodeModule {}
  const builder = Test.createTestingModule({ imports: [NodeModule] });
  if (clock !== undefined) builder.overrideProvider(Clock).useValue(clock);
  const app = await builder.compile();
  await app.init();
  const events = app.get(EventBus);
  const runs = runsOf(app);
  const next = <T>(type: EventType<T>, fits: (payload: T) => boolean = () => true): Promise<T> =>
    new Promise((resolve) => {
      const unsubscribe = events.subscribe(type, (payload) => {
        if (!fits(payload)) return;
        unsubscribe();
        resolve(payload);
      });
    });
  const orchestration = app.get(OrchestrationService);
  const waits = async (runId: string, key: string): Promise<void> => {
    for await (const { type, data } of orchestration.events(runId)) {
      if (type === 'step.waiting' && data['key'] === key && data['kind'] === 'agent') return;
    }
  };
  let closing: Promise<void> | undefined;
  return {
    registry: app.get(AgentRegistry),
    orchestration,
    waits,
    get: (type) => app.get(type),
    steps: (runId) => runs.steps(runId),
    ended: (runId) => runs.wait(runId),
    only: async () => (await runs.list({ limit: 1 })).items[0]!,
    next,
    hearsOf: (name) => next(ClusterChanged, ({ gained }) => gained.includes(name)),
    close: () => (closing ??= app.close()),
  };
}
