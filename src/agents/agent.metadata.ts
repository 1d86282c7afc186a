import type { AgentOptions, ProbeKind, ProvidesOptions } from './agent.types.js';
import type { Capability } from './contracts/capability.js';

/** Registered symbols, so that two copies of the package read each other's metadata. */
export const AGENT_METADATA = Symbol.for('cadre.metadata.agent');
export const PROVIDES_METADATA = Symbol.for('cadre.metadata.provides');
export const PROBE_METADATA = Symbol.for('cadre.metadata.probe');

/** What `@Agent` leaves on a class. */
export interface AgentMetadata {
  readonly className: string;
  readonly options: AgentOptions;
  /** Capabilities that the class provides by `execute()`. */
  readonly capabilities: readonly (Capability | string)[];
}

/** What `@Provides` leaves on a method; one entry for each use. */
export interface ProvidesMetadata {
  readonly capability: Capability | string;
  readonly options: ProvidesOptions;
}

/** What `@Probe` leaves on a method. */
export interface ProbeMetadata {
  readonly kind: ProbeKind;
}
