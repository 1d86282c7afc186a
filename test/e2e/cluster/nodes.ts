import { Module, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  AgentRegistry,
  CadreModule,
  ClusterChanged,
  EventBus,
  OrchestrationService,
  type CadreOptions,
  type EventType,
} from 'cadre';
import { createTestDatabase } from '../../../src/testing/postgres-server.js';

/** One process of a cluster would be one of these; here they share a process, and nothing else but the database. */
export interface Node {
  readonly registry: AgentRegistry;
  readonly orchestration: OrchestrationService;
  /** What the container holds of an agent's class. */
  get<T>(type: Type<T>): T;
  /** Resolves with the next event that fits, from the call on. */
  next<T>(type: EventType<T>, fits?: (payload: T) => boolean): Promise<T>;
  /** Resolves once other nodes have told that they host an agent or a capability; has to be called before they do. */
  hearsOf(name: string): Promise<unknown>;
  close(): Promise<void>;
}

/** Starts nodes on one database of their own; all are closed at the end of the `await using` block. */
export interface Cluster extends AsyncDisposable {
  start(agents?: readonly Type[], options?: CadreOptions): Promise<Node>;
}

export async function createCluster(): Promise<Cluster> {
  const url = await createTestDatabase();
  const nodes: Node[] = [];
  return {
    start: async (agents = [], options = {}) => {
      const node = await startNode(url, agents, options);
      nodes.push(node);
      return node;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(nodes.map((node) => node.close()));
    },
  };
}

async function startNode(url: string, agents: readonly Type[], options: CadreOptions): Promise<Node> {
  @Module({
    imports: [CadreModule.forRoot({ database: { url, poolSize: 5 }, ...options })],
    providers: [...agents],
  })
  class NodeModule {}
  const app = await Test.createTestingModule({ imports: [NodeModule] }).compile();
  await app.init();
  const events = app.get(EventBus);
  const next = <T>(type: EventType<T>, fits: (payload: T) => boolean = () => true): Promise<T> =>
    new Promise((resolve) => {
      const unsubscribe = events.subscribe(type, (payload) => {
        if (!fits(payload)) return;
        unsubscribe();
        resolve(payload);
      });
    });
  let closing: Promise<void> | undefined;
  return {
    registry: app.get(AgentRegistry),
    orchestration: app.get(OrchestrationService),
    get: (type) => app.get(type),
    next,
    hearsOf: (name) => next(ClusterChanged, ({ gained }) => gained.includes(name)),
    close: () => (closing ??= app.close()),
  };
}
