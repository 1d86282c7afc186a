import { isAvailable } from '../catalog/availability.js';
import type { Catalog } from '../catalog/catalog.js';
import type { Release } from '../catalog/release.js';
import type { HostedRelease } from './cluster.store.js';

/** A release of this node as others are told of it. */
export function toHosted(release: Release, catalog: Catalog): HostedRelease {
  const { name, version, isCurrent, manifest, capabilities } = release;
  return {
    name,
    version,
    isCurrent,
    isAvailable: isAvailable(release, catalog),
    isHealthy: !release.isUnwell,
    maxConcurrentTasks: manifest.maxConcurrentTasks,
    region: manifest.region,
    tags: manifest.tags,
    capabilities: [...capabilities.values()].map(({ capability: { name: capability, contract } }) => ({
      name: capability,
      inputTypes: [...contract.inputs.values()].map((type) => type.name),
      outputTypes: contract.outputs.map((type) => type.name),
    })),
  };
}
