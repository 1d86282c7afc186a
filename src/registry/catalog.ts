import semver from 'semver';
import { nearestNames } from '../common/index.js';
import { CapabilityIndex } from './capability-index.js';
import { InvalidVersionRangeError, UnknownAgentError } from './registry.errors.js';
import type { Release } from './release.js';

/** All releases of this process by name and version, and the indexes over the current ones. */
export class Catalog {
  readonly index = new CapabilityIndex();
  /** Releases of each agent, highest version first. */
  readonly #agents = new Map<string, Release[]>();

  /** Adds a release, replacing one of the same id in place. */
  add(release: Release): void {
    const releases = (this.#agents.get(release.name) ?? []).filter(({ id }) => id !== release.id);
    releases.push(release);
    releases.sort((a, b) => semver.rcompare(a.version, b.version));
    this.#agents.set(release.name, releases);
    this.#elect(release.name);
  }

  remove(release: Release): void {
    const releases = (this.#agents.get(release.name) ?? []).filter((other) => other !== release);
    if (releases.length === 0) this.#agents.delete(release.name);
    else this.#agents.set(release.name, releases);
    this.#elect(release.name);
  }

  /** Agent names in the order of their first registration. */
  names(): string[] {
    return [...this.#agents.keys()];
  }

  /** Every release, agents in the order of registration, each one's versions from the highest down. */
  all(): Release[] {
    return [...this.#agents.values()].flat();
  }

  releasesOf(name: string): readonly Release[] {
    return this.#agents.get(name) ?? [];
  }

  /** The release that takes the agent's tasks. */
  current(name: string): Release | undefined {
    return this.#agents.get(name)?.find(({ isCurrent }) => isCurrent);
  }

  /** The releases of an agent whose version satisfies a range, highest first. @throws VERSION_RANGE_INVALID */
  releasesMatching(name: string, range: string): Release[] {
    if (range.length > 100 || semver.validRange(range) === null) throw new InvalidVersionRangeError(range);
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

  /** Names the current release of an agent anew: the highest version that is no pre-release, or the highest there is. */
  #elect(name: string): void {
    const releases = this.releasesOf(name);
    const elected = releases.find(({ version }) => semver.prerelease(version) === null) ?? releases[0];
    for (const release of releases) release.isCurrent = release === elected;
    this.index.set(
      name,
      elected,
      releases.filter((release) => release !== elected),
    );
  }
}

/** Splits `name@range` into its parts; a name alone has no range. */
export function parseAgentReference(reference: string): { name: string; range?: string } {
  const at = reference.indexOf('@');
  return at <= 0 ? { name: reference } : { name: reference.slice(0, at), range: reference.slice(at + 1) };
}
