import semver from 'semver';
import type { AgentFilter, AgentInfo, CapabilityInfo } from '../registry.types.js';
import { canProvide, isAvailable } from './availability.js';
import type { CapabilityEntry } from './capability-index.js';
import type { Catalog } from './catalog.js';
import type { Release } from './release.js';
import { checkVersionRange } from './version-range.js';

/** A copy of everything known of a release now. */
export function toAgentInfo(release: Release, catalog: Catalog): AgentInfo {
  return {
    id: release.id,
    name: release.name,
    version: release.version,
    manifest: release.manifest,
    isCurrent: release.isCurrent,
    isAvailable: isAvailable(release, catalog),
    status: release.status,
    statusSince: release.statusSince,
    load: {
      inFlight: release.inFlight,
      maxConcurrentTasks: release.manifest.maxConcurrentTasks,
      abandoned: release.abandoned,
    },
    isUnwell: release.isUnwell,
    health: release.health,
    versions: catalog.releasesOf(release.name).map(({ version }) => version),
  };
}

/** A copy of what is known of a capability and its providers now. */
export function toCapabilityInfo(entry: CapabilityEntry, catalog: Catalog): CapabilityInfo {
  return {
    name: entry.name,
    capability: entry.capability,
    providers: entry.providers.map((release) => toAgentInfo(release, catalog)),
    availableCount: entry.providers.filter((release) => canProvide(release, entry.name, catalog)).length,
  };
}

/** The releases that fit a filter, in the catalog's order. @throws VERSION_RANGE_INVALID */
export function findReleases(catalog: Catalog, filter: AgentFilter): Release[] {
  if (filter.version !== undefined) checkVersionRange(filter.version);
  return startingSet(catalog, filter).filter((release) => fits(release, filter, catalog));
}

/** The smallest set that an index gives. */
function startingSet(catalog: Catalog, filter: AgentFilter): readonly Release[] {
  if (filter.allVersions) return catalog.all();
  if (filter.capability !== undefined) return catalog.index.providersOf(filter.capability);
  if (filter.inputType !== undefined) return catalog.index.byInputType(filter.inputType);
  if (filter.outputType !== undefined) return catalog.index.byOutputType(filter.outputType);
  return catalog.all().filter(({ isCurrent }) => isCurrent);
}

function fits(release: Release, filter: AgentFilter, catalog: Catalog): boolean {
  return (
    isLabeled(release, filter) &&
    (filter.status === undefined || release.status === filter.status) &&
    (filter.available === undefined || isAvailable(release, catalog) === filter.available) &&
    providesFor(release, filter)
  );
}

function isLabeled({ manifest, version }: Release, filter: AgentFilter): boolean {
  return (
    (filter.region === undefined || manifest.region === filter.region) &&
    (filter.tag === undefined || manifest.tags.includes(filter.tag)) &&
    (filter.version === undefined || semver.satisfies(version, filter.version)) &&
    (filter.maxCostUsd === undefined || (manifest.costPerTaskUsd ?? 0) <= filter.maxCostUsd)
  );
}

/** One capability of the release must meet all conditions on capability and types together. */
function providesFor(release: Release, { capability, inputType, outputType }: AgentFilter): boolean {
  if (capability === undefined && inputType === undefined && outputType === undefined) return true;
  return [...release.capabilities.values()].some(({ capability: { name, contract } }) => {
    const takes =
      inputType === undefined || [...contract.inputs.values()].some((type) => type.name === inputType);
    const makes = outputType === undefined || contract.outputs.some((type) => type.name === outputType);
    return (capability === undefined || name === capability) && takes && makes;
  });
}
