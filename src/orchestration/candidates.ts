import type { Contract } from '../agents/index.js';
import { nearestNames } from '../common/index.js';
import {
  parseAgentReference,
  UnknownCapabilityError,
  type Catalog,
  type Release,
} from '../registry/index.js';
import {
  exclude,
  filterReleases,
  type Exclusion,
  type FilterResult,
  type Requirements,
} from '../selection/index.js';
import { UnsupportedCapabilityError } from './orchestration.errors.js';
import type { ResolvedTaskOptions } from './task.options.js';

/** Who may be asked for a task, before any filter. */
export interface CandidateSet {
  readonly releases: readonly Release[];
  /** Asked when none of the former can serve: the other providers, for a pinned task that allows an alternative. */
  readonly alternatives: readonly Release[];
  /** Releases that provide the capability but are not asked at all. */
  readonly aside: readonly Exclusion[];
  readonly contracts: readonly Contract[];
}

const NONE: readonly never[] = Object.freeze([]);

/**
 * The releases that a task may go to now.
 * @throws CAPABILITY_UNKNOWN, AGENT_UNKNOWN or VERSION_RANGE_INVALID for a pin, CAPABILITY_UNSUPPORTED
 */
export function findCandidates(
  catalog: Catalog,
  capability: string,
  options: ResolvedTaskOptions,
): CandidateSet {
  if (options.agent !== undefined)
    return findPinned(catalog, capability, options.agent, options.whenUnavailable);
  const entry = catalog.index.entry(capability);
  if (entry === undefined) {
    throw new UnknownCapabilityError(capability, nearestNames(capability, catalog.index.capabilityNames()));
  }
  const { providers, standby, contracts } = entry;
  const aside =
    standby.length === 0 ? NONE : standby.map((release) => exclude(release, 'standby', 'stands by'));
  return { releases: providers, alternatives: NONE, aside, contracts };
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

function findPinned(catalog: Catalog, capability: string, pin: string, policy: string): CandidateSet {
  const { name, range } = parseAgentReference(pin);
  const release = catalog.get(name, range);
  const provided = release.capabilities.get(capability);
  if (provided === undefined) {
    throw new UnsupportedCapabilityError(release.id, capability, [...release.capabilities.keys()]);
  }
  const entry = catalog.index.entry(capability);
  const others = (entry?.providers ?? []).filter((other) => other !== release);
  const contract = provided.capability.contract;
  if (policy === 'alternative') {
    const contracts = new Set([contract, ...(entry?.contracts ?? [])]);
    return { releases: [release], alternatives: others, aside: NONE, contracts: [...contracts] };
  }
  const aside = others.map((other) => exclude(other, 'agent', `the task is pinned to ${pin}`));
  return { releases: [release], alternatives: NONE, aside, contracts: [contract] };
}
