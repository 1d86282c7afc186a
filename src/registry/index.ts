export { Cluster, type ClusterParts } from './cluster/cluster.js';
export {
  ClusterStore,
  NODE_LIFETIME_MS,
  type ClusterView,
  type HostedCapability,
  type HostedRelease,
} from './cluster/cluster.store.js';
export { findOwn, ownSupply, type Demand, type Supply } from './cluster/demand.js';
export { Neighbors } from './cluster/neighbors.js';
export { AgentDependents, type AgentDependent } from './admission/agent-dependents.js';
export { classOf } from './admission/class-of.js';
export { Checkups } from './checkups.js';
export { checkHealth, unhealthyReason } from './health-check.js';
export { findMissingDependency, isAvailable } from './catalog/availability.js';
export { findReleases } from './catalog/agent-info.js';
export { AgentRegistry } from './agent-registry.service.js';
export type { CapabilityEntry } from './catalog/capability-index.js';
export { Catalog, parseAgentReference } from './catalog/catalog.js';
export { liesIn } from './catalog/regions.js';
export { checkVersionRange } from './catalog/version-range.js';
export * from './registry.errors.js';
export * from './registry.events.js';
export { RegistryModule } from './registry.module.js';
export {
  resolveRegistryOptions,
  type RegistryOptions,
  type ResolvedRegistryOptions,
} from './registry.options.js';
export { REGISTRY_OPTIONS } from './registry.tokens.js';
export type * from './registry.types.js';
export {
  Release,
  type HealthVerdict,
  type InstanceSource,
  type Obstacle,
  type ProbeVerdict,
  type Trials,
} from './catalog/release.js';
