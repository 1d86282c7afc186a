import type { Contract, Match, ProvidedCapability, RunContext } from '../../agents/index.js';
import { findMissingDependency, liesIn, type Catalog, type Release } from '../../registry/index.js';
import type { Exclusion, ExclusionCode } from '../selection.types.js';

/** What a candidate must meet. */
export interface Requirements {
  readonly capability: string;
  readonly context: RunContext;
  /** How the input matched each contract; absent when only asked who would be chosen for any input. */
  readonly matches?: Pick<ReadonlyMap<Contract, Match>, 'get'>;
  readonly region?: string;
  /** Places that the task must not leave. */
  readonly residency?: readonly string[];
  readonly tags?: readonly string[];
  /** Releases that failed this task already. */
  readonly tried?: ReadonlySet<Release>;
  /** Releases that a quota keeps from this task, with the reason. */
  readonly stops?: ReadonlyMap<Release, string>;
}

/** The releases under consideration, sorted into who can take the task now, who could but is busy, and who cannot. */
export interface FilterResult {
  readonly free: readonly Release[];
  readonly busy: readonly Release[];
  readonly excluded: readonly Exclusion[];
}

const NONE: readonly never[] = Object.freeze([]);

/** Asks every filter about every release; an excluded one carries the first reason found. */
export function filterReleases(
  releases: readonly Release[],
  requirements: Requirements,
  catalog: Catalog,
): FilterResult {
  // Most often all of them can, and their list is the answer.
  let free: Release[] | undefined;
  let busy: Release[] | undefined;
  let excluded: Exclusion[] | undefined;
  // By place: an iterator over a frozen list makes an object for each release.
  for (let at = 0; at < releases.length; at += 1) {
    const release = releases[at] as Release;
    const exclusion = findExclusion(release, requirements, catalog);
    if (exclusion === undefined && release.hasFreeSlot) {
      free?.push(release);
      continue;
    }
    free ??= releases.slice(0, at);
    if (exclusion !== undefined) (excluded ??= []).push(exclusion);
    else (busy ??= []).push(release);
  }
  return { free: free ?? releases, busy: busy ?? NONE, excluded: excluded ?? NONE };
}

/** An exclusion with its reason. */
export function exclude(release: Release, code: ExclusionCode, reason: string): Exclusion {
  return { agent: release.name, version: release.version, code, reason };
}

/** What is said of a release whose slots are all in use. */
export function excludeBusy(release: Release): Exclusion {
  const { inFlight, manifest } = release;
  return exclude(release, 'capacity', `all slots in use: ${inFlight} of ${manifest.maxConcurrentTasks}`);
}

/** What is known against a release at a capability, by its health and its performance. */
function findObstacle(release: Release, capability: string): Exclusion | undefined {
  if (release.isUnwell) return exclude(release, 'health', 'failed too many health checks here');
  const obstacle = release.obstacles?.get(capability);
  if (obstacle !== undefined) return exclude(release, obstacle.code, obstacle.reason);
  const rest = release.rests?.get(capability);
  return rest === undefined ? undefined : exclude(release, 'performance', rest);
}

function findExclusion(
  release: Release,
  requirements: Requirements,
  catalog: Catalog,
): Exclusion | undefined {
  if (requirements.tried?.has(release)) return exclude(release, 'tried', 'failed this task already');
  if (release.status !== 'active') return exclude(release, 'status', `is ${release.status}`);
  if (release.isDraining) return exclude(release, 'draining', 'is about to be unregistered');
  const stop = requirements.stops?.get(release);
  if (stop !== undefined) return exclude(release, 'quota', stop);
  const provided = release.capabilities.get(requirements.capability);
  return (
    findObstacle(release, requirements.capability) ??
    findLabelMismatch(release, requirements) ??
    findMissingAgent(release, catalog) ??
    findMissingContext(release, provided, requirements) ??
    findInputMismatch(release, provided, requirements)
  );
}

function findLabelMismatch(
  release: Release,
  { region, residency, tags }: Requirements,
): Exclusion | undefined {
  const { manifest } = release;
  if (region !== undefined && manifest.region !== region) {
    return exclude(release, 'region', `runs in ${manifest.region ?? 'no region'}, not in ${region}`);
  }
  if (residency !== undefined && !liesIn(manifest.region, residency)) {
    const where = manifest.region ?? 'no region';
    return exclude(release, 'residency', `runs in ${where}; the task must not leave ${residency.join(', ')}`);
  }
  return tags === undefined ? undefined : findMissingTag(release, tags);
}

function findMissingTag(release: Release, tags: readonly string[]): Exclusion | undefined {
  const missing = tags.find((tag) => !release.manifest.tags.includes(tag));
  return missing === undefined ? undefined : exclude(release, 'tag', `has no tag "${missing}"`);
}

function findMissingAgent(release: Release, catalog: Catalog): Exclusion | undefined {
  if (release.manifest.dependencies.length === 0) return undefined;
  const dependency = findMissingDependency(release, catalog);
  if (dependency === undefined) return undefined;
  return exclude(release, 'dependency', `depends on ${dependency}, which is not available`);
}

function findMissingContext(
  release: Release,
  provided: ProvidedCapability | undefined,
  { context }: Requirements,
): Exclusion | undefined {
  if (provided === undefined || provided.requiredContext.length === 0) return undefined;
  const missing = provided.requiredContext.find(({ name }) => !context.has(name));
  return missing && exclude(release, 'context', `needs a ${missing.name} in the context`);
}

function findInputMismatch(
  release: Release,
  provided: ProvidedCapability | undefined,
  { matches }: Requirements,
): Exclusion | undefined {
  const match = provided && matches?.get(provided.capability.contract);
  if (match === undefined || match.ok) return undefined;
  const [issue] = match.issues;
  return exclude(
    release,
    'input',
    `does not take this input: ${issue?.path ?? '$'} ${issue?.message ?? 'does not fit'}`,
  );
}
