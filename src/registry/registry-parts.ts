import type { Clock, EventBus, Logger } from '../common/index.js';
import type { StatusService } from '../status/index.js';
import type { Gate } from './admission/gate.js';
import type { Catalog } from './catalog/catalog.js';
import type { ResolvedRegistryOptions } from './registry.options.js';

/** What the plain parts of the registry work with. */
export interface RegistryParts {
  readonly catalog: Catalog;
  readonly gate: Gate;
  readonly status: StatusService;
  readonly clock: Clock;
  readonly events: EventBus;
  readonly logger: Logger;
  readonly options: ResolvedRegistryOptions;
}
