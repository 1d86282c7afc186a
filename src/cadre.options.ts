import type { OrchestrationOptions } from './orchestration/index.js';
import type { RegistryOptions } from './registry/index.js';
import type { TransitionTable } from './status/index.js';

/** Everything that can be set about Cadre; all of it has defaults. */
export interface CadreOptions {
  /** Which status may follow which; default: the table in ARCHITECTURE.md. */
  readonly statusTransitions?: TransitionTable;
  readonly registry?: RegistryOptions;
  readonly orchestration?: OrchestrationOptions;
}
