import type { HostedRelease } from './cluster.store.js';
import { capabilityOf, type Demand, type Supply } from './demand.js';

/** What other nodes host, as this one heard last. */
export class Neighbors {
  #releases: readonly HostedRelease[] = [];
  #text = '[]';

  /** In no particular order; one that several nodes host is in it several times. */
  get releases(): readonly HostedRelease[] {
    return this.#releases;
  }

  /** Whether another node has healthy instances of a release, by its id. */
  hasHealthy(id: string): boolean {
    return this.#releases.some(
      ({ name, version, isHealthy = false }) => isHealthy && `${name}@${version}` === id,
    );
  }

  /** Whether others could meet a demand. */
  supply(demand: Demand): Supply {
    let supply: Supply;
    for (const release of this.#releases) {
      if (capabilityOf(release, demand) === undefined) continue;
      if (release.isAvailable) return 'available';
      supply = 'unavailable';
    }
    return supply;
  }

  /** Those that meet a demand, available or not. */
  find(demand: Demand): HostedRelease[] {
    return this.#releases.filter((release) => capabilityOf(release, demand) !== undefined);
  }

  /**
   * Takes in what was heard. Gives the names of the agents that became available by it, with those of their capabilities;
   * `undefined` when nothing has changed.
   */
  hear(releases: readonly HostedRelease[]): string[] | undefined {
    const text = JSON.stringify(releases);
    if (text === this.#text) return undefined;
    const before = new Set(this.#releases.filter(isAvailable).map(keyOf));
    const gained = releases.filter((release) => isAvailable(release) && !before.has(keyOf(release)));
    this.#releases = releases;
    this.#text = text;
    return [
      ...new Set(
        gained.flatMap(({ name, capabilities }) => [name, ...capabilities.map((each) => each.name)]),
      ),
    ];
  }
}

const isAvailable = (release: HostedRelease): boolean => release.isAvailable;

/** The same for a release with the same abilities. */
const keyOf = (release: HostedRelease): string => JSON.stringify(release);
