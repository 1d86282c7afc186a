import { releaseId, type Release } from '../catalog/release.js';
import type { RegistryParts } from '../registry-parts.js';
import { AgentInUseError, DrainTimeoutError } from '../registry.errors.js';
import { AgentDrainChanged, AgentUnregistered } from '../registry.events.js';
import { checkDrainTimeoutMs } from '../registry.options.js';
import type { UnregisterOptions } from '../registry.types.js';
import { findStranded } from './last-providers.js';

/** Takes releases out of the catalog: no further tasks, those under way may end, then the status is closed and they go. */
export class Withdrawal {
  /** How many calls want a release gone; it takes tasks again only when none does. */
  readonly #drains = new Map<Release, number>();

  constructor(private readonly parts: RegistryParts) {}

  /**
   * Resolves with the releases that this call removed; those that another call removed first, or that were replaced
   * meanwhile, are not among them. When it rejects, what it has not removed is in service again.
   *
   * @throws AGENT_UNKNOWN, AGENT_IN_USE with all who depend on it, DRAIN_TIMEOUT, VERSION_RANGE_INVALID, REGISTRY_OPTION_INVALID; what the status
   * history rejects with
   */
  async unregister(name: string, options: UnregisterOptions): Promise<Release[]> {
    const drainTimeoutMs = options.drainTimeoutMs ?? this.parts.options.drainTimeoutMs;
    checkDrainTimeoutMs(drainTimeoutMs);
    const leaving = this.#leaving(name, options.version);
    if (!options.force) this.#refuseWhileNeeded(name, leaving);
    this.#count(leaving, 1);
    try {
      const busy = await this.#drain(leaving, drainTimeoutMs);
      if (busy.length > 0 && !options.force) throw new DrainTimeoutError(name, tasksOf(busy), drainTimeoutMs);
      return await this.parts.gate.pass(() => this.#remove(name, leaving, options));
    } finally {
      this.#count(leaving, -1);
    }
  }

  /**
   * Takes a release out of service that was removed on another node, which has recorded it. Nobody is asked, and nobody waited
   * for beyond the registry's `drainTimeoutMs`. Does nothing when it has gone, or was replaced, meanwhile.
   */
  async follow(release: Release, reason: string): Promise<void> {
    const { catalog, gate, status, options } = this.parts;
    this.#count([release], 1);
    try {
      await this.#drain([release], options.drainTimeoutMs);
      await gate.pass(async () => {
        if (!catalog.has(release)) return;
        await status.letGo(release.id);
        this.#takeOut(release, reason);
      });
    } finally {
      this.#count([release], -1);
    }
  }

  #leaving(name: string, range: string | undefined): readonly Release[] {
    const { catalog } = this.parts;
    if (range === undefined) {
      catalog.get(name);
      return catalog.releasesOf(name);
    }
    const fitting = catalog.releasesMatching(name, range);
    // None fits, so this throws, naming what there is.
    if (fitting.length === 0) catalog.get(name, range);
    return fitting;
  }

  #refuseWhileNeeded(name: string, leaving: readonly Release[]): void {
    const dependents = [...this.#dependentAgents(name, leaving), ...findStranded(this.parts, leaving)];
    if (dependents.length > 0) throw new AgentInUseError(name, dependents);
  }

  /** Any release of an agent serves those that depend on it. */
  #dependentAgents(name: string, leaving: readonly Release[]): string[] {
    const { catalog, gate } = this.parts;
    if (catalog.releasesOf(name).some((release) => !leaving.includes(release))) return [];
    const manifests = [...catalog.all().map(({ manifest }) => manifest), ...gate.entering];
    return manifests.filter(({ dependencies }) => dependencies.includes(name)).map(releaseId);
  }

  /** Starts or ends a wish to have the releases gone. Those that are out already stay closed to tasks. */
  #count(leaving: readonly Release[], change: 1 | -1): void {
    for (const release of leaving) {
      const drains = (this.#drains.get(release) ?? 0) + change;
      if (drains > 0) this.#drains.set(release, drains);
      else this.#drains.delete(release);
      const isDraining = drains > 0 || !this.parts.catalog.has(release);
      if (isDraining === release.isDraining) continue;
      this.parts.catalog.setDraining(release, isDraining);
      this.parts.events.publish(AgentDrainChanged, { release, isDraining });
    }
  }

  /** Resolves with the releases that still work when their time is over. */
  async #drain(leaving: readonly Release[], timeoutMs: number): Promise<Release[]> {
    await Promise.all(leaving.map((release) => this.#waitUntilIdle(release, timeoutMs)));
    return leaving.filter((release) => release.inFlight > 0 && this.parts.catalog.has(release));
  }

  /** Resolves once no task is under way or the time is over, whichever comes first; leaves no timer. */
  #waitUntilIdle(release: Release, timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancelTimer = this.parts.clock.schedule(timeoutMs, () => {
        cancelIdle();
        resolve();
      });
      const cancelIdle = release.onIdle(() => {
        cancelTimer();
        resolve();
      });
    });
  }

  async #remove(name: string, leaving: readonly Release[], options: UnregisterOptions): Promise<Release[]> {
    const { catalog, status } = this.parts;
    const { force, reason = 'unregistered' } = options;
    const present = leaving.filter((release) => catalog.has(release));
    // Asked again: during the drain, others may have come that depend on it.
    if (!force && present.length > 0) this.#refuseWhileNeeded(name, present);
    for (const release of present) {
      await status.close(release.id, { reason, triggeredBy: 'system' });
      this.#takeOut(release, reason);
    }
    return present;
  }

  #takeOut(release: Release, reason: string): void {
    this.parts.catalog.remove(release);
    this.parts.events.publish(AgentUnregistered, { release, reason });
  }
}

function tasksOf(releases: readonly Release[]): number {
  return releases.reduce((sum, { inFlight }) => sum + inFlight, 0);
}
