import semver from 'semver';
import { isAvailable } from '../catalog/availability.js';
import { parseAgentReference, type Catalog } from '../catalog/catalog.js';
import { liesIn } from '../catalog/regions.js';
import type { Release } from '../catalog/release.js';
import type { HostedRelease } from './cluster.store.js';

/** What a task asks of whoever is to do it; one of `capability` and `agent` is there. */
export interface Demand {
  readonly capability?: string;
  /** `name` or `name@range`; without a capability, its only one is meant. */
  readonly agent?: string;
  readonly region?: string;
  /** Places that the task must not leave. */
  readonly residency?: readonly string[];
  readonly tags?: readonly string[];
}

/** Whether somebody could meet a demand, load aside; `undefined` where nobody could, available or not. */
export type Supply = 'available' | 'unavailable' | undefined;

/** The releases of this node that meet a demand, available or not. */
export function findOwn(catalog: Catalog, demand: Demand): Release[] {
  return candidatesFor(catalog, demand).filter(({ manifest: { region, tags } }) =>
    hasLabels({ region, tags }, demand),
  );
}

/** Whether this node could meet a demand. */
export function ownSupply(catalog: Catalog, demand: Demand): Supply {
  const own = findOwn(catalog, demand);
  if (own.some((release) => isAvailable(release, catalog))) return 'available';
  return own.length > 0 ? 'unavailable' : undefined;
}

/** The capability that is meant where a release of another node meets the demand. */
export function capabilityOf(release: HostedRelease, demand: Demand): string | undefined {
  const { capability, agent } = demand;
  if (agent === undefined ? !release.isCurrent : !isMeant(release, agent)) return undefined;
  if (!hasLabels(release, demand)) return undefined;
  const names = release.capabilities.map(({ name }) => name);
  if (capability === undefined) return names.length === 1 ? names[0] : undefined;
  return names.includes(capability) ? capability : undefined;
}

function candidatesFor(catalog: Catalog, { capability, agent }: Demand): readonly Release[] {
  if (agent === undefined) return catalog.index.providersOf(capability as string);
  const { name, range } = parseAgentReference(agent);
  const release = catalog.find(name, range);
  if (release === undefined) return [];
  const isMet =
    capability === undefined ? release.capabilities.size === 1 : release.capabilities.has(capability);
  return isMet ? [release] : [];
}

function isMeant({ name, version, isCurrent }: HostedRelease, agent: string): boolean {
  const reference = parseAgentReference(agent);
  if (reference.name !== name) return false;
  return reference.range === undefined ? isCurrent : semver.satisfies(version, reference.range);
}

function hasLabels(
  release: { readonly region?: string; readonly tags: readonly string[] },
  { region, residency, tags = [] }: Demand,
): boolean {
  if (region !== undefined && release.region !== region) return false;
  if (residency !== undefined && !liesIn(release.region, residency)) return false;
  return tags.every((tag) => release.tags.includes(tag));
}
