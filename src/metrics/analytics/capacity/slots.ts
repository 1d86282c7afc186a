import { isAvailable, type Catalog, type Neighbors } from '../../../registry/index.js';

/** Who can serve a capability now, on all nodes. */
export interface Slots {
  /** Instances: a release that two nodes host is two. */
  readonly agents: number;
  /** Tasks that they can work on at a time. */
  readonly servers: number;
  /** Other capabilities that take slots of the same agents, by name. */
  readonly sharedWith: readonly string[];
  /** Whether other nodes are among them. */
  readonly isOnSeveralNodes: boolean;
}

/** Counts slots of those who take tasks of a capability and could serve, their load aside. */
export function slotsOf(capability: string, catalog: Catalog, neighbors: Neighbors): Slots {
  const here = catalog.index.providersOf(capability).filter((release) => isAvailable(release, catalog));
  const elsewhere = neighbors.find({ capability }).filter((release) => release.isAvailable);
  const slots = [
    ...here.map(({ manifest }) => manifest.maxConcurrentTasks),
    ...elsewhere.map(({ maxConcurrentTasks = 1 }) => maxConcurrentTasks),
  ];
  const names = [
    ...here.flatMap(({ capabilities }) => [...capabilities.keys()]),
    ...elsewhere.flatMap(({ capabilities }) => capabilities.map(({ name }) => name)),
  ];
  return {
    agents: slots.length,
    servers: slots.reduce((sum, each) => sum + each, 0),
    sharedWith: [...new Set(names)].filter((name) => name !== capability).sort(),
    isOnSeveralNodes: elsewhere.length > 0,
  };
}
