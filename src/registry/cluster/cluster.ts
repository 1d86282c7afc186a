import semver from 'semver';
import { messageOf, newId, type Cancel, type Clock, type EventBus, type Logger } from '../../common/index.js';
import type { Withdrawal } from '../admission/withdrawal.js';
import { parseAgentReference, type Catalog } from '../catalog/catalog.js';
import type { Release } from '../catalog/release.js';
import { AgentRegistered, AgentUnregistered } from '../registry.events.js';
import type { ClusterStore, HostedRelease } from './cluster.store.js';

/** Milliseconds between two signs of life. */
const BEAT_EVERY_MS = 5_000;

/** What a cluster works with. */
export interface ClusterParts {
  readonly store: ClusterStore;
  readonly catalog: Catalog;
  readonly withdrawal: Pick<Withdrawal, 'unregister'>;
  readonly events: EventBus;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The nodes around this one: tells them what is hosted here, knows what they host, and takes releases out of service everywhere
 * that were removed on one of them.
 */
export class Cluster {
  /** Of this node, as long as its process lives. */
  readonly node = newId();
  #elsewhere: readonly HostedRelease[] = [];
  #cancels: Cancel[] = [];
  #isOpen = false;
  #willAnnounce = false;
  /** Announcements and looks follow each other. */
  #turn: Promise<void> = Promise.resolve();
  /** Releases that are removed here because they were removed elsewhere. */
  readonly #leaving = new Set<string>();

  constructor(private readonly parts: ClusterParts) {}

  /** Says what is hosted here, once it is, and goes on to follow the others. */
  async open(): Promise<void> {
    const { events, store } = this.parts;
    this.#isOpen = true;
    this.#cancels = [
      events.subscribe(AgentRegistered, () => this.#announceSoon()),
      events.subscribe(AgentUnregistered, ({ release, reason }) => {
        void this.#do(() => this.#leave(release, reason));
      }),
      store.onChange(() => void this.#do(() => this.#look())),
    ];
    await this.#do(() => this.#announce());
    this.#beat();
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    for (const cancel of this.#cancels.splice(0)) cancel();
    await this.#turn;
    await this.parts.store.leave(this.node).catch((error: unknown) => this.#warn(error));
  }

  /** Releases that other nodes host. */
  get elsewhere(): readonly HostedRelease[] {
    return this.#elsewhere;
  }

  /** Whether another node could take a task for a capability, or for an agent by `name` or `name@range`. */
  hosts(capability: string | undefined, agent: string | undefined): boolean {
    return this.capabilityOf(capability, agent) !== undefined;
  }

  /** The capability that is meant, where another node provides it; for an agent without one, its only one. */
  capabilityOf(capability: string | undefined, agent: string | undefined): string | undefined {
    for (const release of this.#elsewhere) {
      if (agent !== undefined && !fits(release, agent)) continue;
      const names = release.capabilities.map(({ name }) => name);
      if (capability === undefined && names.length === 1) return names[0];
      if (capability !== undefined && names.includes(capability)) return capability;
    }
    return undefined;
  }

  #beat(): void {
    this.#cancels.push(this.parts.clock.schedule(BEAT_EVERY_MS, () => void this.#lookAndGoOn()));
  }

  async #lookAndGoOn(): Promise<void> {
    await this.#do(() => this.#look());
    if (this.#isOpen) this.#beat();
  }

  /** Agents that come at once are told of at once. */
  #announceSoon(): void {
    if (this.#willAnnounce) return;
    this.#willAnnounce = true;
    void this.#do(() => this.#announce());
  }

  async #announce(): Promise<void> {
    this.#willAnnounce = false;
    const { catalog, store } = this.parts;
    await store.announce(this.node, catalog.all().map(toHosted));
    await this.#look();
  }

  async #look(): Promise<void> {
    const { elsewhere, removed } = await this.parts.store.look(this.node);
    this.#elsewhere = elsewhere;
    for (const { release, reason } of removed) await this.#withdraw(release, reason);
  }

  async #leave(release: Release, reason: string): Promise<void> {
    if (!this.#leaving.delete(release.id)) await this.parts.store.remove(this.node, release.id, reason);
    await this.#announce();
  }

  /** Not awaited by the turn that noticed it: tasks under way may take their time. */
  async #withdraw(id: string, reason: string): Promise<void> {
    const { catalog, withdrawal } = this.parts;
    const release = catalog.all().find((known) => known.id === id);
    if (release === undefined || this.#leaving.has(id)) return;
    this.#leaving.add(id);
    void withdrawal
      .unregister(release.name, { version: release.version, reason, force: true })
      .catch((error: unknown) => {
        this.#leaving.delete(id);
        this.#warn(error);
      });
  }

  /** Never rejects: the next beat tries again. */
  #do(act: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(act).catch((error: unknown) => this.#warn(error));
    return this.#turn;
  }

  #warn(error: unknown): void {
    this.parts.logger.warn('other nodes could not be told or heard', { error: messageOf(error) });
  }
}

function toHosted({ name, version, capabilities }: Release): HostedRelease {
  return {
    name,
    version,
    capabilities: [...capabilities.values()].map(({ capability: { name: capability, contract } }) => ({
      name: capability,
      inputTypes: [...contract.inputs.values()].map((type) => type.name),
      outputTypes: contract.outputs.map((type) => type.name),
    })),
  };
}

function fits(release: HostedRelease, agent: string): boolean {
  const { name, range } = parseAgentReference(agent);
  return release.name === name && (range === undefined || semver.satisfies(release.version, range));
}
