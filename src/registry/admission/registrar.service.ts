import { Injectable, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { readAgentDeclaration, type ManifestInput } from '../../agents/index.js';
import { Logger } from '../../common/index.js';
import type { Release } from '../catalog/release.js';
import { RegistrationError } from '../registry.errors.js';
import type { RegisterOptions, UnregisterOptions } from '../registry.types.js';
import { AgentExplorer } from './agent.explorer.js';
import { classOf } from './class-of.js';
import { Enrollment, type Applicant } from './enrollment.js';
import type { FoundAgent } from './found-agent.js';
import { Withdrawal } from './withdrawal.js';

/**
 * Brings agents into the catalog and out of it: found at boot, found later in lazily loaded modules, or handed over at run
 * time. Either all of a registration happens or nothing of it.
 */
@Injectable()
export class Registrar implements OnModuleInit, OnApplicationBootstrap {
  #atBoot: readonly Applicant[] = [];

  constructor(
    private readonly explorer: AgentExplorer,
    private readonly enrollment: Enrollment,
    private readonly withdrawal: Withdrawal,
    private readonly logger: Logger,
  ) {}

  /** Finds and validates all agents. @throws REGISTRATION_REFUSED with every violation of every agent */
  onModuleInit(): void {
    this.#atBoot = this.enrollment.validate(this.explorer.explore());
  }

  /** Checks the health of what was found and puts it in service; agents are not called before all modules are ready. */
  async onApplicationBootstrap(): Promise<void> {
    const { length: count } = await this.enrollment.admit(this.#atBoot);
    this.#atBoot = [];
    this.logger.info('agents registered', { count });
  }

  /** Registers agents of modules that were loaded lazily since the last look. @throws REGISTRATION_REFUSED */
  async discover(): Promise<Release[]> {
    const found = this.explorer.explore();
    try {
      return await this.enrollment.admit(this.enrollment.validate(found));
    } catch (error) {
      this.explorer.forget(found);
      throw error;
    }
  }

  /** @throws REGISTRATION_REFUSED */
  async register(
    instance: object,
    input: ManifestInput | undefined,
    options: RegisterOptions,
  ): Promise<Release> {
    const applicants = this.enrollment.validate([toFound(instance, input)], options.replace);
    const [release] = await this.enrollment.admit(applicants);
    return release as Release;
  }

  /** @throws AGENT_UNKNOWN, AGENT_IN_USE, DRAIN_TIMEOUT, VERSION_RANGE_INVALID, REGISTRY_OPTION_INVALID */
  unregister(name: string, options: UnregisterOptions): Promise<Release[]> {
    return this.withdrawal.unregister(name, options);
  }
}

function toFound(instance: unknown, input: ManifestInput | undefined): FoundAgent {
  if (typeof instance !== 'object' || instance === null) {
    throw missing(`a ${instance === null ? 'null' : typeof instance} is no agent; pass a living instance`);
  }
  const agentClass = classOf(instance);
  const declared = input ?? readAgentDeclaration(agentClass)?.input;
  if (declared === undefined) {
    throw missing('it has neither a manifest nor a class with @Agent; pass one as the second argument');
  }
  const instances = { lifetime: 'shared', get: () => instance } as const;
  return { input: declared, agentClass, owner: instance, instances };
}

function missing(message: string): RegistrationError {
  return new RegistrationError([{ code: 'MANIFEST_MISSING', agent: 'unnamed', message }]);
}
