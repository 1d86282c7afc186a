import type { Clock, EventBus, Logger } from '../common/index.js';
import type { StatusService } from '../status/index.js';
import type { AgentDependents } from './admission/agent-dependents.js';
import type { Gate } from './admission/gate.js';
import type { Catalog } from './catalog/catalog.js';
import type { Neighbors } from './cluster/neighbors.js';
import type { ResolvedRegistryOptions } from './registry.options.js';

/** What the plain parts of the registry work with. */
export interface RegistryParts {
  readonly catalog: Catalog;
  readonly gate: Gate;
  readonly neighbors: Neighbors;
  readonly dependents: AgentDependents;
  readonly status: StatusService;
  readonly clock: Clock;
  readonly events: EventBus;
  readonly logger: Logger;
  readonly options: ResolvedRegistryOptions;
}
