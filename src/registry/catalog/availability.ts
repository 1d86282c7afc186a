import type { Catalog } from './catalog.js';
import type { Release } from './release.js';

/** Tells whether a release can serve at all, its load aside: active, well here, not about to leave, all dependencies available. */
export function isAvailable(release: Release, catalog: Catalog): boolean {
  return isInService(release) && findMissingDependency(release, catalog) === undefined;
}

/** Tells whether a release can serve one of its capabilities: available, and nothing stands in the way there. */
export function canProvide(release: Release, capability: string, catalog: Catalog): boolean {
  return !release.obstacles?.has(capability) && isAvailable(release, catalog);
}

/** The first agent this release depends on, itself or through others, that leaves it unable to serve. */
export function findMissingDependency(release: Release, catalog: Catalog): string | undefined {
  // Shared by all dependencies and never forgotten: agents that many others depend on are looked at once.
  const seen = new Set<string>();
  return release.manifest.dependencies.find((name) => !isReachable(name, catalog, seen));
}

/** Whether an agent and all it depends on are in service.. */
function isReachable(name: string, catalog: Catalog, seen: Set<string>): boolean {
  const open = [name];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    const release = catalog.current(next);
    if (release === undefined || !isInService(release)) return false;
    open.push(...release.manifest.dependencies);
  }
  return true;
}

function isInService({ status, isDraining, isUnwell }: Release): boolean {
  return status === 'active' && !isDraining && !isUnwell;
}
