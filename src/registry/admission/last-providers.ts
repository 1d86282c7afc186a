import { electCurrent, type Catalog } from '../catalog/catalog.js';
import { releaseId, type Release } from '../catalog/release.js';
import type { HostedRelease } from '../cluster/cluster.store.js';
import { capabilityOf, type Demand } from '../cluster/demand.js';
import type { Neighbors } from '../cluster/neighbors.js';
import { toHosted } from '../cluster/to-hosted.js';
import type { AgentDependents } from './agent-dependents.js';

/** Who is in service, here and elsewhere, and who needs them. */
export interface ServiceParts {
  readonly catalog: Catalog;
  readonly neighbors: Neighbors;
  readonly dependents: AgentDependents;
}

/**
 * Names those that ask for something which a release that leaves can do, and nobody who stays: neither here nor on another node,
 * where releases of the same id leave too. Whether anybody is available just now has no say in it.
 */
export function findStranded(parts: ServiceParts, leaving: readonly Release[]): string[] {
  const { catalog, dependents } = parts;
  // One that drains is not current any more, and serves as long as it has not gone.
  const going = leaving.map((release) => ({ ...toHosted(release, catalog), isCurrent: true }));
  const staying = findStaying(parts, leaving);
  const isStranded = (demand: Demand): boolean => canMeet(going, demand) && !canMeet(staying, demand);
  return dependents
    .all()
    .filter(({ demands }) => demands.some(isStranded))
    .map(({ name }) => name);
}

function canMeet(releases: readonly HostedRelease[], demand: Demand): boolean {
  return releases.some((release) => capabilityOf(release, demand) !== undefined);
}

/** Those who are there once others have left, as they are then: somebody else is the current one of the agent. */
function findStaying({ catalog, neighbors }: ServiceParts, leaving: readonly Release[]): HostedRelease[] {
  const ids = new Set(leaving.map(({ id }) => id));
  const names = new Set(leaving.map(({ name }) => name));
  const stays = (release: { readonly name: string; readonly version: string }): boolean =>
    !ids.has(releaseId(release));
  const own = catalog.all().filter(stays);
  const elected = new Set(
    [...names].map((name) => electCurrent(own.filter((release) => release.name === name))),
  );
  const here = own.map((release) => {
    const isCurrent = names.has(release.name) ? elected.has(release) : release.isCurrent;
    return { ...toHosted(release, catalog), isCurrent };
  });
  const hasLost = (name: string): boolean =>
    neighbors.releases.some((release) => release.name === name && release.isCurrent && !stays(release));
  const elsewhere = neighbors.releases
    .filter(stays)
    .map((release) => ({ ...release, isCurrent: release.isCurrent || hasLost(release.name) }));
  return [...here, ...elsewhere];
}
