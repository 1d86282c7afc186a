import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import {
  readAgentDeclaration,
  readInjectedTools,
  resolveManifest,
  type AgentManifest,
  type ManifestInput,
  type ToolDefinition,
  type Violation,
} from '../agents/index.js';
import { Clock, EventBus, Logger } from '../common/index.js';
import { StatusService } from '../status/index.js';
import { checkAdmission } from './admission.js';
import { AgentExplorer, type DiscoveredAgent } from './agent.explorer.js';
import { Catalog } from './catalog.js';
import { checkHealth } from './health-check.js';
import { findHints } from './hints.js';
import {
  AgentInUseError,
  DrainTimeoutError,
  RegistrationError,
  UnknownAgentError,
} from './registry.errors.js';
import { AgentRegistered, AgentUnregistered } from './registry.events.js';
import type { ResolvedRegistryOptions } from './registry.options.js';
import { REGISTRY_OPTIONS } from './registry.tokens.js';
import type { RegisterOptions, UnregisterOptions } from './registry.types.js';
import { Release, releaseId, type HealthVerdict, type InstanceSource } from './release.js';

/** An agent whose manifest is valid on its own. */
interface Applicant {
  readonly manifest: AgentManifest;
  readonly instances: InstanceSource;
  readonly tools: readonly ToolDefinition[];
}

/**
 * Brings agents into the catalog and out of it: found at boot, found later in lazily loaded modules, or handed over at run
 * time. Either all of a registration happens or nothing of it.
 */
@Injectable()
export class Registrar implements OnModuleInit, OnApplicationBootstrap {
  #atBoot: readonly Applicant[] = [];
  /** Manifests between their validation and their entry in the catalog, so that two at once see each other. */
  readonly #entering = new Set<AgentManifest>();

  constructor(
    private readonly explorer: AgentExplorer,
    private readonly catalog: Catalog,
    private readonly status: StatusService,
    private readonly clock: Clock,
    private readonly events: EventBus,
    private readonly logger: Logger,
    @Inject(REGISTRY_OPTIONS) private readonly options: ResolvedRegistryOptions,
  ) {}

  /** Finds and validates all agents. @throws REGISTRATION_REFUSED with every violation of every agent */
  onModuleInit(): void {
    this.#atBoot = this.#validate(this.explorer.explore());
  }

  /** Checks the health of what was found and puts it in service; agents are not called before all modules are ready. */
  async onApplicationBootstrap(): Promise<void> {
    await this.#admit(this.#atBoot);
    this.logger.info('agents registered', { count: this.#atBoot.length });
    this.#atBoot = [];
  }

  /** Registers agents of modules that were loaded lazily since the last look. @throws REGISTRATION_REFUSED */
  async discover(): Promise<Release[]> {
    return this.#admit(this.#validate(this.explorer.explore()));
  }

  /** @throws REGISTRATION_REFUSED */
  async register(
    instance: object,
    input: ManifestInput | undefined,
    options: RegisterOptions,
  ): Promise<Release> {
    const agentClass: unknown = Object.getPrototypeOf(instance)?.constructor;
    const declared = input ?? readAgentDeclaration(agentClass)?.input;
    if (declared === undefined) {
      const message = 'it has neither a manifest nor a class with @Agent; pass one as the second argument';
      throw new RegistrationError([{ code: 'MANIFEST_MISSING', agent: 'unnamed', message }]);
    }
    const found: DiscoveredAgent = {
      input: declared,
      owner: instance,
      instances: { lifetime: 'shared', get: () => instance },
      tools: readInjectedTools(agentClass),
    };
    const [release] = await this.#admit(this.#validate([found], options.replace));
    return release as Release;
  }

  /** @throws AGENT_UNKNOWN, AGENT_IN_USE, DRAIN_TIMEOUT, VERSION_RANGE_INVALID */
  async unregister(name: string, options: UnregisterOptions): Promise<Release[]> {
    const leaving = this.#leaving(name, options.version);
    const stays = this.catalog.releasesOf(name).some((release) => !leaving.includes(release));
    const dependents = stays ? [] : this.#dependentsOf(name);
    if (dependents.length > 0 && !options.force) throw new AgentInUseError(name, dependents);
    for (const release of leaving) release.isDraining = true;
    const drainTimeoutMs = options.drainTimeoutMs ?? this.options.drainTimeoutMs;
    const drained = await Promise.all(leaving.map((release) => this.#drain(release, drainTimeoutMs)));
    if (drained.includes(false) && !options.force) {
      for (const release of leaving) release.isDraining = false;
      const inFlight = leaving.reduce((sum, release) => sum + release.inFlight, 0);
      throw new DrainTimeoutError(name, inFlight, drainTimeoutMs);
    }
    const reason = options.reason ?? 'unregistered';
    // Another call may have removed some of them while this one waited.
    const removed = leaving.filter((release) => this.catalog.releasesOf(name).includes(release));
    for (const release of removed) {
      this.catalog.remove(release);
      await this.status.close(release.id, { reason, triggeredBy: 'system' });
      this.events.publish(AgentUnregistered, { release, reason });
    }
    return removed;
  }

  #leaving(name: string, range: string | undefined): readonly Release[] {
    if (range === undefined) {
      this.catalog.get(name);
      return this.catalog.releasesOf(name);
    }
    const fitting = this.catalog.releasesMatching(name, range);
    if (fitting.length > 0) return fitting;
    const versions = this.catalog.releasesOf(name).map(({ version }) => version);
    throw new UnknownAgentError(`${name}@${range}`, [], versions);
  }

  #dependentsOf(name: string): string[] {
    const dependents = this.catalog.all().filter(({ manifest }) => manifest.dependencies.includes(name));
    return dependents.map(({ id }) => id);
  }

  /** Resolves with whether the release became idle in time; leaves no timer. */
  #drain(release: Release, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const cancelTimer = this.clock.schedule(timeoutMs, () => {
        cancelIdle();
        resolve(false);
      });
      const cancelIdle = release.onIdle(() => {
        cancelTimer();
        resolve(true);
      });
    });
  }

  /** Validates manifests alone and against each other; valid ones are held as entering until they are admitted. */
  #validate(found: readonly DiscoveredAgent[], replace = false): Applicant[] {
    const violations: Violation[] = [];
    const applicants: Applicant[] = [];
    for (const { input, owner, instances, tools } of found) {
      const resolution = resolveManifest(input, owner);
      if (resolution.ok) applicants.push({ manifest: resolution.manifest, instances, tools });
      else violations.push(...resolution.violations);
    }
    const incoming = applicants.map(({ manifest }) => manifest);
    const admission = checkAdmission(
      incoming,
      this.#knownBeside(incoming, replace),
      this.options.contractConflicts,
    );
    violations.push(...admission.violations);
    if (violations.length > 0) throw new RegistrationError(violations);
    for (const manifest of incoming) this.#entering.add(manifest);
    this.#warn([
      ...admission.warnings,
      ...applicants.flatMap(({ manifest, tools }) => findHints(manifest, tools)),
    ]);
    return applicants;
  }

  #knownBeside(incoming: readonly AgentManifest[], replace: boolean): AgentManifest[] {
    const replaced = new Set(replace ? incoming.map(releaseId) : []);
    const registered = this.catalog.all().map(({ manifest }) => manifest);
    return [...registered.filter((manifest) => !replaced.has(releaseId(manifest))), ...this.#entering];
  }

  async #admit(applicants: readonly Applicant[]): Promise<Release[]> {
    try {
      const verdicts = await Promise.all(
        applicants.map(({ instances, manifest }) =>
          checkHealth(instances, manifest.healthCheckTimeoutMs, this.clock),
        ),
      );
      this.#refuseUnhealthy(applicants, verdicts);
      return await Promise.all(
        applicants.map((applicant, index) => this.#enter(applicant, verdicts[index] as HealthVerdict)),
      );
    } finally {
      for (const { manifest } of applicants) this.#entering.delete(manifest);
    }
  }

  #refuseUnhealthy(applicants: readonly Applicant[], verdicts: readonly HealthVerdict[]): void {
    if (this.options.unhealthyAtRegistration !== 'refuse') return;
    const violations = applicants.flatMap(({ manifest }, index) => {
      const verdict = verdicts[index] as HealthVerdict;
      if (verdict.healthy) return [];
      const message = `its health check failed: ${verdict.message ?? 'no reason given'}`;
      return [{ code: 'AGENT_UNHEALTHY', agent: releaseId(manifest), message }];
    });
    if (violations.length > 0) throw new RegistrationError(violations);
  }

  async #enter({ manifest, instances }: Applicant, verdict: HealthVerdict): Promise<Release> {
    const id = releaseId(manifest);
    const reason = verdict.healthy
      ? 'registered'
      : `health check at registration failed: ${verdict.message ?? 'no reason'}`;
    const live = await this.status.open(id, verdict.healthy ? 'active' : 'failed', {
      reason: reason.slice(0, 500),
      triggeredBy: 'system',
    });
    const release = new Release(manifest, instances, live);
    release.health = verdict;
    this.catalog.add(release);
    // A release that takes another's place keeps that one's status, unless it is broken.
    if (!verdict.healthy && live.status === 'active') {
      await this.status.change(id, 'failed', { reason: reason.slice(0, 500), triggeredBy: 'health-monitor' });
    }
    if (!verdict.healthy) this.#warn([{ code: 'AGENT_UNHEALTHY', agent: id, message: reason }]);
    this.events.publish(AgentRegistered, { release });
    return release;
  }

  #warn(warnings: readonly Violation[]): void {
    for (const { code, agent, message } of warnings)
      this.logger.warn(`${agent}: ${message}`, { code, agent });
  }
}
