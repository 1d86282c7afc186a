import {
  AGENT_DEFAULTS,
  readInjectedTools,
  readToolDefinition,
  resolveManifest,
  type AgentManifest,
  type ToolDefinition,
  type Violation,
} from '../../agents/index.js';
import type { LiveStatus } from '../../status/index.js';
import { Release, releaseId, type HealthVerdict, type InstanceSource } from '../catalog/release.js';
import { checkHealth, unhealthyReason } from '../health-check.js';
import type { RegistryParts } from '../registry-parts.js';
import { RegistrationError } from '../registry.errors.js';
import { AgentRegistered } from '../registry.events.js';
import { checkAdmission } from './admission.js';
import type { FoundAgent } from './found-agent.js';
import { findHints } from './hints.js';

/** An agent whose manifest is valid, alone and beside the others. */
export interface Applicant {
  readonly manifest: AgentManifest;
  readonly instances: InstanceSource;
  readonly tools: readonly ToolDefinition[];
}

interface ExaminedApplicant extends Applicant {
  readonly id: string;
  readonly verdict: HealthVerdict;
}

interface Opening {
  readonly applicant: ExaminedApplicant;
  readonly live: LiveStatus;
  /** This registration gave the status, and can take it back; one that was there before stays as it was. */
  readonly isNew: boolean;
}

/** Brings agents into the catalog: validation, health check, status, entry. All agents of one call come in, or none does. */
export class Enrollment {
  constructor(private readonly parts: RegistryParts) {}

  /**
   * Validates manifests alone and against each other. Valid ones are announced as entering: pass them on to {@link admit}.
   * @throws REGISTRATION_REFUSED with every violation of every agent
   */
  validate(found: readonly FoundAgent[], replace = false): Applicant[] {
    const violations: Violation[] = [];
    const applicants: Applicant[] = [];
    for (const { input, agentClass, owner, instances } of found) {
      if (readToolDefinition(agentClass) !== undefined) violations.push(describeTool(input));
      const resolution = resolveManifest(input, owner);
      if (!resolution.ok) violations.push(...resolution.violations);
      else
        applicants.push({ manifest: resolution.manifest, instances, tools: readInjectedTools(agentClass) });
    }
    const incoming = applicants.map(({ manifest }) => manifest);
    const { contractConflicts } = this.parts.options;
    const admission = checkAdmission(incoming, this.#knownBeside(incoming, replace), contractConflicts);
    violations.push(...admission.violations);
    if (violations.length > 0) throw new RegistrationError(violations);
    this.parts.gate.announce(incoming);
    this.#warn(admission.warnings);
    this.#warn(applicants.flatMap(({ manifest, tools }) => findHints(manifest, tools)));
    return applicants;
  }

  /**
   * Checks the health of validated agents and puts them in service.
   * @throws REGISTRATION_REFUSED when the options refuse unhealthy agents; what the status history rejects with
   */
  async admit(applicants: readonly Applicant[]): Promise<Release[]> {
    try {
      const examined = await Promise.all(applicants.map((applicant) => this.#examine(applicant)));
      this.#refuseUnhealthy(examined);
      return await this.parts.gate.pass(() => this.#enter(examined));
    } finally {
      this.parts.gate.withdraw(applicants.map(({ manifest }) => manifest));
    }
  }

  #knownBeside(incoming: readonly AgentManifest[], replace: boolean): AgentManifest[] {
    const replaced = new Set(replace ? incoming.map(releaseId) : []);
    const registered = this.parts.catalog.all().map(({ manifest }) => manifest);
    return [
      ...registered.filter((manifest) => !replaced.has(releaseId(manifest))),
      ...this.parts.gate.entering,
    ];
  }

  async #examine(applicant: Applicant): Promise<ExaminedApplicant> {
    const { manifest, instances } = applicant;
    const verdict = await checkHealth(instances, manifest.healthCheckTimeoutMs, this.parts.clock);
    return { ...applicant, id: releaseId(manifest), verdict };
  }

  #refuseUnhealthy(examined: readonly ExaminedApplicant[]): void {
    const violations = examined.flatMap(({ id, verdict }) => {
      if (verdict.healthy) return [];
      return [{ code: 'AGENT_UNHEALTHY', agent: id, message: `its ${unhealthyReason(verdict)}` }];
    });
    if (violations.length === 0) return;
    if (this.parts.options.unhealthyAtRegistration === 'refuse') throw new RegistrationError(violations);
    this.#warn(violations);
  }

  async #enter(examined: readonly ExaminedApplicant[]): Promise<Release[]> {
    const startedAt = this.parts.clock.now();
    const outcomes = await Promise.allSettled(
      examined.map((applicant) => this.#openStatus(applicant, startedAt)),
    );
    const openings = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) {
      await this.#takeBack(openings);
      throw failed.reason;
    }
    const releases = openings.map(({ applicant: { manifest, instances, verdict }, live }) => {
      const release = new Release(manifest, instances, live);
      release.health = verdict;
      this.parts.catalog.add(release);
      return release;
    });
    // Only now: whoever hears of one finds the others too.
    for (const release of releases) this.parts.events.publish(AgentRegistered, { release });
    return releases;
  }

  async #openStatus(applicant: ExaminedApplicant, startedAt: number): Promise<Opening> {
    const { status, neighbors } = this.parts;
    const { id, verdict } = applicant;
    const wasOpen = status.find(id) !== undefined;
    // The status is that of all nodes: one that is unwell here and well elsewhere only gets no tasks here.
    const isBroken = !verdict.healthy && !neighbors.hasHealthy(id);
    const cause = { reason: isBroken ? unhealthyReason(verdict) : 'registered' };
    const live = await status.open(id, isBroken ? 'failed' : 'active', { ...cause, triggeredBy: 'system' });
    // A release that takes another's place keeps that one's status, unless it is broken.
    if (wasOpen && isBroken && live.status === 'active') {
      await status.change(id, 'failed', { ...cause, triggeredBy: 'health-monitor' });
    }
    return { applicant, live, isNew: !wasOpen && live.since >= startedAt };
  }

  async #takeBack(openings: readonly Opening[]): Promise<void> {
    const reason = 'the registration was taken back, because not all of it could be recorded';
    const mine = openings.filter(({ isNew }) => isNew);
    // What cannot be closed either stays open without harm: the next registration of that release takes it up.
    await Promise.allSettled(
      mine.map(({ applicant }) => this.parts.status.close(applicant.id, { reason, triggeredBy: 'system' })),
    );
  }

  #warn(warnings: readonly Violation[]): void {
    for (const { code, agent, message } of warnings) {
      this.parts.logger.warn(`${agent}: ${message}`, { code, agent });
    }
  }
}

function describeTool({ name, version = AGENT_DEFAULTS.version }: FoundAgent['input']): Violation {
  const message = 'its class is marked with @Tool; agents use tools and are none: make it two classes';
  return { code: 'AGENT_IS_TOOL', agent: `${name}@${version}`, message };
}
