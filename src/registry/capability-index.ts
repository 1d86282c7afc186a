import type { Capability, Contract, ProvidedCapability } from '../agents/index.js';
import type { Release } from './release.js';

/** What the index knows of one capability. */
export interface CapabilityEntry {
  readonly name: string;
  /** The contract of the first provider; others may be wider. */
  readonly capability: Capability;
  /** Current releases, in the order in which their agents were registered. Frozen; a change makes a new list. */
  readonly providers: readonly Release[];
  /** The distinct contracts of the providers: one, unless some are wider than others. */
  readonly contracts: readonly Contract[];
  /** Releases that provide it but stand by, because another version of their agent is current. */
  readonly standby: readonly Release[];
}

/** Releases by a key, in the order of their agents' registration; lists are rebuilt when they are next asked for. */
class ReleaseLists {
  readonly #members = new Map<string, Map<string, Release>>();
  readonly #lists = new Map<string, readonly Release[]>();

  set(key: string, agent: string, release: Release): void {
    const members = this.#members.get(key) ?? new Map<string, Release>();
    this.#members.set(key, members.set(agent, release));
    this.#lists.delete(key);
  }

  delete(key: string, agent: string): void {
    const members = this.#members.get(key);
    members?.delete(agent);
    if (members?.size === 0) this.#members.delete(key);
    this.#lists.delete(key);
  }

  get(key: string): readonly Release[] {
    const list = this.#lists.get(key);
    if (list !== undefined) return list;
    const members = this.#members.get(key);
    if (members === undefined) return NONE;
    const built = Object.freeze([...members.values()]);
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
  /** The releases of each agent as they are indexed now, the current one first. */
  readonly #indexed = new Map<string, readonly Release[]>();
  readonly #entries = new Map<string, CapabilityEntry>();

  /**
   * Makes a release the indexed one of its agent, and others its standby; `undefined` takes the agent out. Keys that nobody
   * provides any more vanish.
   */
  set(agent: string, current: Release | undefined, standby: readonly Release[] = []): void {
    const before = this.#indexed.get(agent) ?? [];
    const after = current === undefined ? [] : [current, ...standby];
    for (const release of before) this.#remove(agent, release, current);
    if (current === undefined) this.#indexed.delete(agent);
    else this.#indexed.set(agent, after);
    for (const release of after) this.#add(agent, release, release === current);
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

  capabilityNames(): string[] {
    return this.#byCapability.keys();
  }

  #add(agent: string, release: Release, isCurrent: boolean): void {
    const keys = keysOf(release);
    for (const key of keys.capabilities) {
      if (isCurrent) this.#byCapability.set(key, agent, release);
      else this.#standby.set(key, release.id, release);
      this.#entries.delete(key);
    }
    if (!isCurrent) return;
    for (const key of keys.inputs) this.#byInputType.set(key, agent, release);
    for (const key of keys.outputs) this.#byOutputType.set(key, agent, release);
  }

  /** Takes a release out, but leaves the keys that its successor takes over, so that the agent keeps its place in their lists. */
  #remove(agent: string, release: Release, successor: Release | undefined): void {
    const keys = keysOf(release);
    const kept = successor ? keysOf(successor) : NO_KEYS;
    for (const key of keys.capabilities) {
      if (!kept.capabilities.has(key)) this.#byCapability.delete(key, agent);
      this.#standby.delete(key, release.id);
      this.#entries.delete(key);
    }
    for (const key of keys.inputs) if (!kept.inputs.has(key)) this.#byInputType.delete(key, agent);
    for (const key of keys.outputs) if (!kept.outputs.has(key)) this.#byOutputType.delete(key, agent);
  }
}

interface ReleaseKeys {
  readonly capabilities: ReadonlySet<string>;
  readonly inputs: ReadonlySet<string>;
  readonly outputs: ReadonlySet<string>;
}

const NO_KEYS: ReleaseKeys = { capabilities: new Set(), inputs: new Set(), outputs: new Set() };

function keysOf(release: Release): ReleaseKeys {
  const contracts = [...release.capabilities.values()].map(({ capability }) => capability.contract);
  return {
    capabilities: new Set(release.capabilities.keys()),
    inputs: new Set(contracts.flatMap(({ inputs }) => [...inputs.values()].map(({ name }) => name))),
    outputs: new Set(contracts.flatMap(({ outputs }) => outputs.map(({ name }) => name))),
  };
}
