import type { ManifestInput } from '../../agents/index.js';
import type { InstanceSource } from '../catalog/release.js';

/** An agent that wants to come in, before validation. */
export interface FoundAgent {
  readonly input: ManifestInput;
  /** Its class, as far as it is known: tells which tools it uses. */
  readonly agentClass: unknown;
  /** Has the handlers: the living instance, or the class's prototype where instances are made for each task. */
  readonly owner: object;
  readonly instances: InstanceSource;
}
