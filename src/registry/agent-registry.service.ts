import { Injectable } from '@nestjs/common';
import type { ManifestInput } from '../agents/index.js';
import { nearestNames } from '../common/index.js';
import { StatusService, type AgentStatus, type StatusCause } from '../status/index.js';
import { Registrar } from './admission/registrar.service.js';
import { findReleases, toAgentInfo, toCapabilityInfo } from './catalog/agent-info.js';
import { canProvide } from './catalog/availability.js';
import { Catalog, parseAgentReference } from './catalog/catalog.js';
import type { Release } from './catalog/release.js';
import { Checkups } from './checkups.js';
import { UnknownCapabilityError } from './registry.errors.js';
import type {
  AgentFilter,
  AgentInfo,
  CapabilityInfo,
  HealthCheckOutcome,
  RegisterOptions,
  UnregisterOptions,
} from './registry.types.js';

/**
 * Knows all agents: which there are, what each can do, which take or make a kind of data, and whether they are available.
 *
 * Agents are named `name`, which means the current release, or `name@range`: `research_pro@^2.0.0`.
 * @publicApi
 */
@Injectable()
export class AgentRegistry {
  constructor(
    private readonly catalog: Catalog,
    private readonly registrar: Registrar,
    private readonly status: StatusService,
    private readonly checkups: Checkups,
  ) {}

  /**
   * Registers an agent made at run time. Without a manifest its class must be marked with `@Agent`.
   * @param instance has the handlers, and serves all tasks
   * @throws REGISTRATION_REFUSED with every violation; nothing is registered then
   */
  async register(
    instance: object,
    manifest?: ManifestInput,
    options: RegisterOptions = {},
  ): Promise<AgentInfo> {
    return this.#info(await this.registrar.register(instance, manifest, options));
  }

  /**
   * Takes an agent out of service: no further tasks, tasks under way may end, then it is removed. Its history stays. While
   * its current release drains and another stays, that one takes the tasks.
   *
   * Resolves with the releases that this call removed; the list is empty when another call was faster.
   * @throws AGENT_UNKNOWN, VERSION_RANGE_INVALID, REGISTRY_OPTION_INVALID, AGENT_IN_USE while other agents depend on it,
   * or workflows that nobody else could do; DRAIN_TIMEOUT; it is in service again then
   */
  async unregister(name: string, options: UnregisterOptions = {}): Promise<AgentInfo[]> {
    return (await this.registrar.unregister(name, options)).map((release) => this.#info(release));
  }

  /**
   * Registers the agents of modules that were loaded lazily since boot, and those that an earlier call refused.
   * @throws REGISTRATION_REFUSED with every violation; none of them is registered then
   */
  async discover(): Promise<AgentInfo[]> {
    return (await this.registrar.discover()).map((release) => this.#info(release));
  }

  /** What is known of an agent. @throws AGENT_UNKNOWN with the nearest names, VERSION_RANGE_INVALID */
  get(reference: string): AgentInfo {
    return this.#info(this.#release(reference));
  }

  /** What is known of an agent; `undefined` when there is no such agent. @throws VERSION_RANGE_INVALID */
  find(reference: string): AgentInfo | undefined {
    const { name, range } = parseAgentReference(reference);
    const release = this.catalog.find(name, range);
    return release && this.#info(release);
  }

  /** Releases that fit the filter, in the order of registration. @throws VERSION_RANGE_INVALID */
  list(filter: AgentFilter = {}): AgentInfo[] {
    return findReleases(this.catalog, filter).map((release) => this.#info(release));
  }

  /** All declared capabilities with their providers, available or not, by name. */
  capabilities(): CapabilityInfo[] {
    const names = this.catalog.index.capabilityNames().sort();
    return names.map((name) => this.capability(name));
  }

  /** The names of the capabilities that somebody can provide now, their load aside; in order. */
  availableCapabilities(): string[] {
    return this.catalog.index
      .capabilityNames()
      .filter((name) =>
        this.catalog.index.providersOf(name).some((release) => canProvide(release, name, this.catalog)),
      )
      .sort();
  }

  /** One capability and its providers. @throws CAPABILITY_UNKNOWN with the nearest names */
  capability(name: string): CapabilityInfo {
    const entry = this.catalog.index.entry(name);
    if (entry !== undefined) return toCapabilityInfo(entry, this.catalog);
    throw new UnknownCapabilityError(name, nearestNames(name, this.catalog.index.capabilityNames()));
  }

  /**
   * Sets the status of an agent by hand; the same status again changes nothing.
   * @throws AGENT_UNKNOWN, VERSION_RANGE_INVALID, STATUS_INPUT_INVALID, STATUS_TRANSITION_ILLEGAL with the allowed ones
   */
  async setStatus(reference: string, status: AgentStatus, cause: StatusCause): Promise<AgentInfo> {
    const release = this.#release(reference);
    await this.status.change(release.id, status, cause);
    return this.#info(release);
  }

  /**
   * Asks an agent how it is, now. A failed check makes an active agent `failed`; it never wakes one: an inactive agent is
   * not asked, and the status of others stays.
   * @throws AGENT_UNKNOWN, VERSION_RANGE_INVALID
   */
  async checkHealth(reference: string): Promise<HealthCheckOutcome> {
    const release = this.#release(reference);
    const isChecked = await this.checkups.check(release);
    return { agent: this.#info(release), isChecked, health: release.health };
  }

  /**
   * The current releases that are active and well, in the order of registration. Asks those again, side by side, whose last
   * verdict is older than `maxAgeMs` (at least 0; default 300 000); one that fails its check becomes `failed` and is left out.
   */
  async healthyAgents({ maxAgeMs = 300_000 }: { readonly maxAgeMs?: number } = {}): Promise<AgentInfo[]> {
    const healthy = await this.checkups.sweep(maxAgeMs);
    return healthy.map((release) => this.#info(release));
  }

  #release(reference: string): Release {
    const { name, range } = parseAgentReference(reference);
    return this.catalog.get(name, range);
  }

  #info(release: Release): AgentInfo {
    return toAgentInfo(release, this.catalog);
  }
}
