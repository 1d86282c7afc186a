import type { Provider } from '@nestjs/common';
import { Clock, EventBus, Logger } from '../common/index.js';
import { StatusService } from '../status/index.js';
import { AgentDependents } from './admission/agent-dependents.js';
import { Enrollment } from './admission/enrollment.js';
import { Gate } from './admission/gate.js';
import { Withdrawal } from './admission/withdrawal.js';
import { Catalog } from './catalog/catalog.js';
import { Cluster } from './cluster/cluster.js';
import { ClusterStore } from './cluster/cluster.store.js';
import { Neighbors } from './cluster/neighbors.js';
import type { RegistryParts } from './registry-parts.js';
import type { ResolvedRegistryOptions } from './registry.options.js';
import { REGISTRY_OPTIONS } from './registry.tokens.js';

const PARTS = Symbol.for('cadre.registry.parts');

/** Puts the plain parts of the registry together. */
export const registryProviders: Provider[] = [
  Catalog,
  Neighbors,
  {
    provide: PARTS,
    inject: [Catalog, Neighbors, AgentDependents, StatusService, Clock, EventBus, Logger, REGISTRY_OPTIONS],
    useFactory: (
      ...given: [
        Catalog,
        Neighbors,
        AgentDependents,
        StatusService,
        Clock,
        EventBus,
        Logger,
        ResolvedRegistryOptions,
      ]
    ): RegistryParts => {
      const [catalog, neighbors, dependents, status, clock, events, logger, options] = given;
      return { catalog, neighbors, dependents, gate: new Gate(), status, clock, events, logger, options };
    },
  },
  {
    provide: Cluster,
    inject: [ClusterStore, Neighbors, Withdrawal, Catalog, EventBus, Clock, Logger],
    useFactory: (
      store: ClusterStore,
      neighbors: Neighbors,
      withdrawal: Withdrawal,
      ...[catalog, events, clock, logger]: [Catalog, EventBus, Clock, Logger]
    ) => new Cluster({ store, neighbors, withdrawal, catalog, events, clock, logger }),
  },
  ...[Enrollment, Withdrawal].map((Part) => ({
    provide: Part,
    inject: [PARTS],
    useFactory: (parts: RegistryParts) => new Part(parts),
  })),
];
