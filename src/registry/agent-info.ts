import semver from 'semver';
import type { Catalog } from './catalog.js';
import type { CapabilityEntry } from './capability-index.js';
import { InvalidVersionRangeError } from './registry.errors.js';
import type { AgentFilter, AgentInfo, CapabilityInfo } from './registry.types.js';
import type { Release } from './release.js';

/** Tells whether a release can serve at all, its load aside: active, not about to leave, all dependencies available. */
export function isAvailable(release: Release, catalog: Catalog): boolean {
  return (
    release.status === 'active' &&
    !release.isDraining &&
    findMissingDependency(release, catalog) === undefined
  );
}

/** The first agent this release depends on that cannot serve. Registration keeps circles out, so this ends. */
export function findMissingDependency(release: Release, catalog: Catalog): string | undefined {
  return release.manifest.dependencies.find((name) => {
    const dependency = catalog.current(name);
    return dependency === undefined || !isAvailable(dependency, catalog);
  });
}

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
    health: release.health,
    versions: catalog.releasesOf(release.name).map(({ version }) => version),
  };
}

export function toCapabilityInfo(entry: CapabilityEntry, catalog: Catalog): CapabilityInfo {
  const providers = entry.providers.map((release) => toAgentInfo(release, catalog));
  return {
    name: entry.name,
    capability: entry.capability,
    providers,
    availableCount: providers.filter((provider) => provider.isAvailable).length,
  };
}

/** The releases that fit a filter, in the catalog's order. @throws VERSION_RANGE_INVALID */
export function findReleases(catalog: Catalog, filter: AgentFilter): Release[] {
  if (filter.version !== undefined && semver.validRange(filter.version) === null) {
    throw new InvalidVersionRangeError(filter.version);
  }
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
  const { manifest } = release;
  return (
    (filter.status === undefined || release.status === filter.status) &&
    (filter.region === undefined || manifest.region === filter.region) &&
    (filter.tag === undefined || manifest.tags.includes(filter.tag)) &&
    (filter.version === undefined || semver.satisfies(release.version, filter.version)) &&
    (filter.maxCostUsd === undefined || (manifest.costPerTaskUsd ?? 0) <= filter.maxCostUsd) &&
    (filter.available === undefined || isAvailable(release, catalog) === filter.available) &&
    providesFor(release, filter)
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
