import type { Contract, ProvidedCapability } from '../../agents/index.js';
import { nearestNames } from '../../common/index.js';
import {
  parseAgentReference,
  UnknownCapabilityError,
  type CapabilityEntry,
  type Catalog,
  type Release,
} from '../../registry/index.js';
import {
  exclude,
  filterReleases,
  type Exclusion,
  type FilterResult,
  type Requirements,
} from '../../selection/index.js';
import { UnsupportedCapabilityError } from '../orchestration.errors.js';
import type { UnavailablePolicy } from '../tasks/task.types.js';

/** Who may be asked for a task, before any filter. */
export interface CandidateSet {
  readonly releases: readonly Release[];
  /** Asked when none of the former can serve: the other providers, for a pinned task that allows an alternative. */
  readonly alternatives: readonly Release[];
  /** Releases that provide the capability but are not asked at all. */
  readonly aside: readonly Exclusion[];
  readonly contracts: readonly Contract[];
}

/** What of a task decides who may be asked. */
export interface CandidateQuery {
  readonly capability: string;
  /** `name` or `name@range`. */
  readonly agent?: string;
  /** Of each agent, the highest release in it instead of the current one. */
  readonly versionRange?: string;
  readonly whenUnavailable: UnavailablePolicy;
}

const NONE: readonly never[] = Object.freeze([]);
const NO_ENTRY = { providers: NONE, standby: NONE, contracts: NONE };
const NOBODY: CandidateSet = { releases: NONE, alternatives: NONE, aside: NONE, contracts: NONE };

/** Entries are made anew when a release comes or goes, so what follows from one alone is worked out once. */
const openSets = new WeakMap<CapabilityEntry, CandidateSet>();

/**
 * Refuses a task that asks for what nobody has.
 * @throws CAPABILITY_UNKNOWN, AGENT_UNKNOWN or VERSION_RANGE_INVALID for a pin, CAPABILITY_UNSUPPORTED
 */
export function checkQuery(catalog: Catalog, { capability, agent }: CandidateQuery): void {
  if (agent === undefined) {
    if (catalog.index.entry(capability) !== undefined) return;
    throw new UnknownCapabilityError(capability, nearestNames(capability, catalog.index.capabilityNames()));
  }
  const { name, range } = parseAgentReference(agent);
  const release = catalog.get(name, range);
  if (release.capabilities.has(capability)) return;
  throw new UnsupportedCapabilityError(release.id, capability, [...release.capabilities.keys()]);
}

/**
 * The releases that a task may go to, as the catalog is now: agents come and go while tasks wait. The same set comes back as
 * long as nothing has changed, for a task that is not pinned.
 */
export function findCandidates(catalog: Catalog, query: CandidateQuery): CandidateSet {
  const entry = catalog.index.entry(query.capability);
  if (query.agent !== undefined) return findPinned(catalog, entry, query, query.agent);
  if (entry === undefined) return NOBODY;
  if (query.versionRange !== undefined) return findInRange(catalog, entry, query, query.versionRange);
  let set = openSets.get(entry);
  if (set === undefined) openSets.set(entry, (set = toOpenSet(entry)));
  return set;
}

/** Filters the candidates; the alternatives are looked at only when none of the first choice can serve, now or later. */
export function filterCandidates(
  { releases, alternatives }: CandidateSet,
  requirements: Requirements,
  catalog: Catalog,
): FilterResult {
  const first = filterReleases(releases, requirements, catalog);
  if (alternatives.length === 0 || first.free.length > 0 || first.busy.length > 0) return first;
  const second = filterReleases(alternatives, requirements, catalog);
  return { ...second, excluded: [...first.excluded, ...second.excluded] };
}

function toOpenSet({ providers, standby, contracts }: CapabilityEntry): CandidateSet {
  return { releases: providers, alternatives: NONE, aside: standby.map(standsBy), contracts };
}

function standsBy(release: Release): Exclusion {
  return exclude(release, 'standby', 'stands by, as another version of its agent is current');
}

/** The highest release of each agent that is in the range and provides the capability, whether it is current or stands by. */
function findInRange(
  catalog: Catalog,
  { providers, standby }: CapabilityEntry,
  { capability }: CandidateQuery,
  range: string,
): CandidateSet {
  const all = [...providers, ...standby];
  const names = [...new Set(all.map(({ name }) => name))];
  const releases = names
    .map((name) => catalog.find(name, range))
    .filter((release) => release?.capabilities.has(capability)) as Release[];
  const aside = all
    .filter((release) => !releases.includes(release))
    .map((release) => exclude(release, 'version', `is not the highest release of its agent in ${range}`));
  const contracts = [...new Set(releases.map((release) => contractOf(release, capability)))];
  return { releases, alternatives: NONE, aside, contracts };
}

function findPinned(
  catalog: Catalog,
  entry: CapabilityEntry | undefined,
  { capability, whenUnavailable }: CandidateQuery,
  pin: string,
): CandidateSet {
  const { name, range } = parseAgentReference(pin);
  const found = catalog.find(name, range);
  const releases = found?.capabilities.has(capability) ? [found] : NONE;
  const own = releases.map((release) => contractOf(release, capability));
  const { providers, standby, contracts } = entry ?? NO_ENTRY;
  const others = providers.filter((other) => other !== found);
  const aside = standby.filter((other) => other !== found).map(standsBy);
  if (whenUnavailable === 'alternative') {
    return { releases, alternatives: others, aside, contracts: [...new Set([...own, ...contracts])] };
  }
  const unpinned = others.map((other) => exclude(other, 'agent', `the task is pinned to ${pin}`));
  return { releases, alternatives: NONE, aside: [...unpinned, ...aside], contracts: own };
}

function contractOf(release: Release, capability: string): Contract {
  return (release.capabilities.get(capability) as ProvidedCapability).capability.contract;
}
