import semver from 'semver';
import { nearestNames } from '../../common/index.js';
import { UnknownAgentError } from '../registry.errors.js';
import { CapabilityIndex } from './capability-index.js';
import type { Release } from './release.js';
import { checkVersionRange } from './version-range.js';

const NO_RELEASES: readonly Release[] = Object.freeze([]);

/** All releases of this process by name and version, and the indexes over the current ones. */
export class Catalog {
  readonly index = new CapabilityIndex();
  /** Releases of each agent, highest version first. Lists are replaced, never changed: who holds one keeps what it was. */
  readonly #agents = new Map<string, readonly Release[]>();

  /** Adds a release; one of the same id makes way for it. */
  add(release: Release): void {
    const before = this.releasesOf(release.name);
    const replaced = before.find(({ id }) => id === release.id);
    if (replaced !== undefined) replaced.isCurrent = false;
    const releases = [...before.filter((other) => other !== replaced), release];
    this.#set(
      release.name,
      releases.sort((a, b) => semver.rcompare(a.version, b.version)),
    );
  }

  /** Takes a release out; does nothing when it is not in, or when another one of its id is. */
  remove(release: Release): void {
    if (!this.has(release)) return;
    release.isCurrent = false;
    this.#set(
      release.name,
      this.releasesOf(release.name).filter((other) => other !== release),
    );
  }

  /** Tells whether this very release is in, not merely one of its id. */
  has(release: Release): boolean {
    return this.releasesOf(release.name).includes(release);
  }

  /** Lets a release take no further tasks, or take them again. While it drains, the next best one of its agent is current. */
  setDraining(release: Release, isDraining: boolean): void {
    release.isDraining = isDraining;
    if (this.has(release)) this.#elect(release.name);
  }

  /** Every release, agents in the order of registration, each one's versions from the highest down. */
  all(): Release[] {
    return [...this.#agents.values()].flat();
  }

  /** The releases of an agent, highest version first; empty for an unknown one. Frozen. */
  releasesOf(name: string): readonly Release[] {
    return this.#agents.get(name) ?? NO_RELEASES;
  }

  /** The release that takes the agent's tasks. */
  current(name: string): Release | undefined {
    return this.#agents.get(name)?.find(({ isCurrent }) => isCurrent);
  }

  /** The releases of an agent whose version satisfies a range, highest first. @throws VERSION_RANGE_INVALID */
  releasesMatching(name: string, range: string): Release[] {
    checkVersionRange(range);
    return this.releasesOf(name).filter(({ version }) => semver.satisfies(version, range));
  }

  /**
   * The release a name and an optional range mean: without a range the current one, with a range the highest that satisfies
   * it. A range that names a pre-release matches it; others match pre-releases only when they say so, as semver has it.
   *
   * @throws VERSION_RANGE_INVALID
   */
  find(name: string, range?: string): Release | undefined {
    return range === undefined ? this.current(name) : this.releasesMatching(name, range)[0];
  }

  /** @throws AGENT_UNKNOWN with the nearest names or the versions there are, VERSION_RANGE_INVALID */
  get(name: string, range?: string): Release {
    const release = this.find(name, range);
    if (release !== undefined) return release;
    const versions = this.releasesOf(name).map(({ version }) => version);
    const nearest = versions.length > 0 ? [] : nearestNames(name, this.#agents.keys());
    throw new UnknownAgentError(range === undefined ? name : `${name}@${range}`, nearest, versions);
  }

  #set(name: string, releases: readonly Release[]): void {
    if (releases.length === 0) this.#agents.delete(name);
    else this.#agents.set(name, Object.freeze(releases));
    this.#elect(name);
  }

  /** Names the current release of an agent anew, of those that do not drain as long as there is one. */
  #elect(name: string): void {
    const releases = this.releasesOf(name);
    const staying = releases.filter(({ isDraining }) => !isDraining);
    const elected = electCurrent(staying.length > 0 ? staying : releases);
    for (const release of releases) release.isCurrent = release === elected;
    this.index.set(
      name,
      elected,
      releases.filter((release) => release !== elected),
    );
  }
}

/** Which of an agent's releases, the highest first, takes its tasks: the highest that is no pre-release, or the highest there is. */
export function electCurrent(releases: readonly Release[]): Release | undefined {
  return releases.find(({ version }) => semver.prerelease(version) === null) ?? releases[0];
}

/** Splits `name@range` into its parts; a name alone has no range. */
export function parseAgentReference(reference: string): { name: string; range?: string } {
  const at = reference.indexOf('@');
  return at <= 0 ? { name: reference } : { name: reference.slice(0, at), range: reference.slice(at + 1) };
}
