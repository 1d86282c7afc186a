import type { Capability, Contract, ProvidedCapability } from '../../agents/index.js';
import type { Release } from './release.js';

/** What the index knows of one capability. */
export interface CapabilityEntry {
  readonly name: string;
  /** The contract of the first provider; others may be wider. */
  readonly capability: Capability;
  /** Current releases, in the order in which their agents were registered. Frozen; a change makes a new list. */
  readonly providers: readonly Release[];
  /** The distinct contracts of the providers: one, unless some are wider than others. Frozen. */
  readonly contracts: readonly Contract[];
  /** Releases that provide it but stand by, because another version of their agent is current; in the same order. Frozen. */
  readonly standby: readonly Release[];
}

/** Releases by a key, in the order of their places; lists are built when they are next asked for, and never changed. */
class ReleaseLists {
  /** Each member and its place among the members of all keys. */
  readonly #members = new Map<string, Map<Release, number>>();
  readonly #lists = new Map<string, readonly Release[]>();

  add(key: string, release: Release, place: number): void {
    const members = this.#members.get(key) ?? new Map<Release, number>();
    this.#members.set(key, members.set(release, place));
    this.#lists.delete(key);
  }

  delete(key: string, release: Release): void {
    const members = this.#members.get(key);
    if (!members?.delete(release)) return;
    if (members.size === 0) this.#members.delete(key);
    this.#lists.delete(key);
  }

  get(key: string): readonly Release[] {
    const list = this.#lists.get(key);
    if (list !== undefined) return list;
    const members = this.#members.get(key);
    if (members === undefined) return NONE;
    // Stable: members of one place, the releases of one agent, stay in the order in which they were added.
    const inOrder = [...members].sort(([, a], [, b]) => a - b).map(([release]) => release);
    const built = Object.freeze(inOrder);
    this.#lists.set(key, built);
    return built;
  }

  keys(): string[] {
    return [...this.#members.keys()];
  }
}

const NONE: readonly Release[] = Object.freeze([]);

/** Answers "who can do X", "who takes X" and "who makes X" in constant time over the current releases. */
export class CapabilityIndex {
  readonly #byCapability = new ReleaseLists();
  readonly #standby = new ReleaseLists();
  readonly #byInputType = new ReleaseLists();
  readonly #byOutputType = new ReleaseLists();
  readonly #indexed = new Map<string, IndexedAgent>();
  readonly #entries = new Map<string, CapabilityEntry>();
  #nextPlace = 0;

  /**
   * Makes a release the indexed one of its agent, and others its standby; `undefined` takes the agent out. An agent keeps
   * its place in all lists until it is taken out. Keys that nobody provides any more vanish.
   */
  set(agent: string, current: Release | undefined, standby: readonly Release[] = []): void {
    const before = this.#indexed.get(agent);
    for (const release of before?.releases ?? []) this.#remove(release);
    if (current === undefined) {
      this.#indexed.delete(agent);
      return;
    }
    const place = before?.place ?? this.#nextPlace++;
    const releases = [current, ...standby];
    this.#indexed.set(agent, { place, releases });
    for (const release of releases) this.#add(release, place, release === current);
  }

  /** Current releases that provide the capability; empty for an unknown one. */
  providersOf(capability: string): readonly Release[] {
    return this.#byCapability.get(capability);
  }

  /** The entry of a capability; `undefined` when no current release provides it. */
  entry(name: string): CapabilityEntry | undefined {
    const cached = this.#entries.get(name);
    if (cached !== undefined) return cached;
    const providers = this.#byCapability.get(name);
    const capability = providers[0]?.capabilities.get(name)?.capability;
    if (capability === undefined) return undefined;
    const contracts = new Set(
      providers.map((release) => (release.capabilities.get(name) as ProvidedCapability).capability.contract),
    );
    const entry: CapabilityEntry = Object.freeze({
      name,
      capability,
      providers,
      contracts: Object.freeze([...contracts]),
      standby: this.#standby.get(name),
    });
    this.#entries.set(name, entry);
    return entry;
  }

  /** Current releases with a capability that takes the data type. */
  byInputType(type: string): readonly Release[] {
    return this.#byInputType.get(type);
  }

  /** Current releases with a capability that makes the data type. */
  byOutputType(type: string): readonly Release[] {
    return this.#byOutputType.get(type);
  }

  /** The capabilities that some current release provides, in no order. */
  capabilityNames(): string[] {
    return this.#byCapability.keys();
  }

  #add(release: Release, place: number, isCurrent: boolean): void {
    const { capabilities, inputs, outputs } = keysOf(release);
    for (const key of capabilities) {
      (isCurrent ? this.#byCapability : this.#standby).add(key, release, place);
      this.#entries.delete(key);
    }
    if (!isCurrent) return;
    for (const key of inputs) this.#byInputType.add(key, release, place);
    for (const key of outputs) this.#byOutputType.add(key, release, place);
  }

  #remove(release: Release): void {
    const { capabilities, inputs, outputs } = keysOf(release);
    for (const key of capabilities) {
      this.#byCapability.delete(key, release);
      this.#standby.delete(key, release);
      this.#entries.delete(key);
    }
    for (const key of inputs) this.#byInputType.delete(key, release);
    for (const key of outputs) this.#byOutputType.delete(key, release);
  }
}

/** What is in the index of one agent. */
interface IndexedAgent {
  /** Rises with each agent that comes in. */
  readonly place: number;
  readonly releases: readonly Release[];
}

interface ReleaseKeys {
  readonly capabilities: Iterable<string>;
  readonly inputs: Iterable<string>;
  readonly outputs: Iterable<string>;
}

function keysOf(release: Release): ReleaseKeys {
  const contracts = [...release.capabilities.values()].map(({ capability }) => capability.contract);
  return {
    capabilities: release.capabilities.keys(),
    inputs: new Set(contracts.flatMap(({ inputs }) => [...inputs.values()].map(({ name }) => name))),
    outputs: new Set(contracts.flatMap(({ outputs }) => outputs.map(({ name }) => name))),
  };
}
