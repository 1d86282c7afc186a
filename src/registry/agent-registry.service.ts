import { Injectable } from '@nestjs/common';
import type { ManifestInput } from '../agents/index.js';
import { Clock, nearestNames } from '../common/index.js';
import { StatusService, type AgentStatus, type Trigger } from '../status/index.js';
import { findReleases, isAvailable, toAgentInfo, toCapabilityInfo } from './agent-info.js';
import { Catalog, parseAgentReference } from './catalog.js';
import { checkHealth } from './health-check.js';
import { UnknownCapabilityError } from './registry.errors.js';
import { Registrar } from './registrar.service.js';
import type {
  AgentFilter,
  AgentInfo,
  CapabilityInfo,
  HealthCheckOutcome,
  RegisterOptions,
  UnregisterOptions,
} from './registry.types.js';
import type { Release } from './release.js';

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
    private readonly clock: Clock,
  ) {}

  /**
   * Registers an agent made at run time. Without a manifest its class must be marked with `@Agent`.
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
   * Takes an agent out of service: no further tasks, tasks under way may end, then it is removed. Its history stays.
   * @throws AGENT_UNKNOWN, AGENT_IN_USE while others depend on it, DRAIN_TIMEOUT (it is in service again then)
   */
  async unregister(name: string, options: UnregisterOptions = {}): Promise<AgentInfo[]> {
    return (await this.registrar.unregister(name, options)).map((release) => this.#info(release));
  }

  /** Registers the agents of modules that were loaded lazily since boot. @throws REGISTRATION_REFUSED */
  async discover(): Promise<AgentInfo[]> {
    return (await this.registrar.discover()).map((release) => this.#info(release));
  }

  /** @throws AGENT_UNKNOWN with the nearest names, VERSION_RANGE_INVALID */
  get(reference: string): AgentInfo {
    return this.#info(this.#release(reference));
  }

  /** `undefined` when there is no such agent. @throws VERSION_RANGE_INVALID */
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

  /** The names of the capabilities that somebody can provide now. */
  availableCapabilities(): string[] {
    return this.catalog.index
      .capabilityNames()
      .filter((name) =>
        this.catalog.index.providersOf(name).some((release) => isAvailable(release, this.catalog)),
      )
      .sort();
  }

  /** @throws CAPABILITY_UNKNOWN with the nearest names */
  capability(name: string): CapabilityInfo {
    const entry = this.catalog.index.entry(name);
    if (entry !== undefined) return toCapabilityInfo(entry, this.catalog);
    throw new UnknownCapabilityError(name, nearestNames(name, this.catalog.index.capabilityNames()));
  }

  /**
   * Sets the status of an agent by hand; the same status again changes nothing.
   * @throws AGENT_UNKNOWN, STATUS_TRANSITION_ILLEGAL with the allowed ones
   */
  async setStatus(
    reference: string,
    status: AgentStatus,
    change: { readonly reason: string; readonly triggeredBy: Trigger; readonly correlationId?: string },
  ): Promise<AgentInfo> {
    const release = this.#release(reference);
    await this.status.change(release.id, status, change);
    return this.#info(release);
  }

  /**
   * Asks an agent how it is, now. A failed check makes an active agent `failed`; it never wakes one: an inactive agent is
   * not asked, and the status of others stays.
   * @throws AGENT_UNKNOWN
   */
  async checkHealth(reference: string): Promise<HealthCheckOutcome> {
    const release = this.#release(reference);
    const isChecked = await this.#check(release);
    return { agent: this.#info(release), isChecked, health: release.health };
  }

  /**
   * The active agents, after asking those again whose last check is older than `maxAgeMs` (default 300 000), side by side.
   */
  async healthyAgents(options: { readonly maxAgeMs?: number } = {}): Promise<AgentInfo[]> {
    const oldest = this.clock.now() - (options.maxAgeMs ?? 300_000);
    const active = findReleases(this.catalog, { status: 'active' });
    const stale = active.filter(({ health }) => health === undefined || health.checkedAt <= oldest);
    await Promise.all(stale.map((release) => this.#check(release)));
    return active.filter(({ status }) => status === 'active').map((release) => this.#info(release));
  }

  async #check(release: Release): Promise<boolean> {
    if (release.status === 'inactive') return false;
    const verdict = await checkHealth(release.instances, release.manifest.healthCheckTimeoutMs, this.clock);
    release.health = verdict;
    // Asked again after the wait: somebody may have set another status meanwhile.
    if (!verdict.healthy && release.status === 'active') {
      const reason = `health check failed: ${verdict.message ?? 'no reason given'}`.slice(0, 500);
      await this.status.change(release.id, 'failed', { reason, triggeredBy: 'health-monitor' });
    }
    return true;
  }

  #release(reference: string): Release {
    const { name, range } = parseAgentReference(reference);
    return this.catalog.get(name, range);
  }

  #info(release: Release): AgentInfo {
    return toAgentInfo(release, this.catalog);
  }
}
