import type { OrchestrationOptions } from './orchestration/index.js';
import type { RegistryOptions } from './registry/index.js';

/** Everything that can be set about Cadre; all of it has defaults. */
export interface CadreOptions {
  readonly registry?: RegistryOptions;
  readonly orchestration?: OrchestrationOptions;
}
