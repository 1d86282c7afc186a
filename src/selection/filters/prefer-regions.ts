import { liesIn, type Release } from '../../registry/index.js';
import { exclude, type FilterResult } from './filter-releases.js';

/**
 * Leaves only the nearest of those who can take the task now: the ones in the first preferred region that has any, or all where none
 * has. The others are the failover, and say so.
 */
export function preferRegions(result: FilterResult, preferred: readonly string[]): FilterResult {
  const near = nearestOf(result.free, preferred);
  if (near === undefined) return result;
  const farther = result.free
    .filter((release) => !near.releases.includes(release))
    .map((release) => exclude(release, 'farther', `somebody in ${near.region}, which is preferred, is free`));
  return { ...result, free: near.releases, excluded: [...result.excluded, ...farther] };
}

function nearestOf(
  free: readonly Release[],
  preferred: readonly string[],
): { readonly region: string; readonly releases: Release[] } | undefined {
  for (const region of preferred) {
    const releases = free.filter(({ manifest }) => liesIn(manifest.region, [region]));
    if (releases.length > 0) return { region, releases };
  }
  return undefined;
}
