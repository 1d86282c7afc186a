import { Injectable } from '@nestjs/common';
import { ContextIdFactory, DiscoveryService, ModuleRef } from '@nestjs/core';
import { readAgentDeclaration, readProbes, type AgentDeclaration } from '../../agents/index.js';
import type { InstanceSource } from '../catalog/release.js';
import { classOf } from './class-of.js';
import type { FoundAgent } from './found-agent.js';

type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];
type AgentClass = new (...args: never[]) => object;

/** An agent found among the application's providers, before validation. */
export interface DiscoveredAgent extends FoundAgent {
  readonly agentClass: AgentClass;
  readonly wrapper: Wrapper;
}

/**
 * Finds agents among all providers of all modules: classes, factories and values, of every scope.
 *
 * It can run again after lazily loaded modules have come; what it returned before it leaves out, unless that was forgotten.
 * One object under several tokens is one agent; one class in several modules is several.
 */
@Injectable()
export class AgentExplorer {
  readonly #seenWrappers = new WeakSet<Wrapper>();
  /** By shared instance, since when it was found under its own class. */
  readonly #seenInstances = new WeakSet<object>();

  constructor(private readonly discovery: DiscoveryService) {}

  explore(): DiscoveredAgent[] {
    const found: DiscoveredAgent[] = [];
    for (const wrapper of this.discovery.getProviders()) {
      if (wrapper.isAlias || this.#seenWrappers.has(wrapper)) continue;
      this.#seenWrappers.add(wrapper);
      const agent = readWrapper(wrapper);
      if (agent !== undefined && this.#isNew(agent)) found.push(agent);
    }
    return found;
  }

  /** Lets agents that were found be found again, because they could not be registered. */
  forget(agents: readonly DiscoveredAgent[]): void {
    for (const { wrapper, owner } of agents) {
      this.#seenWrappers.delete(wrapper);
      this.#seenInstances.delete(owner);
    }
  }

  #isNew({ agentClass, owner, instances }: DiscoveredAgent): boolean {
    // An object that merely stands in for a class, a test's fake, may do so for several.
    if (instances.lifetime === 'per-task' || classOf(owner) !== agentClass) return true;
    if (this.#seenInstances.has(owner)) return false;
    this.#seenInstances.add(owner);
    return true;
  }
}

function readWrapper(wrapper: Wrapper): DiscoveredAgent | undefined {
  const isPerTask = wrapper.isTransient || !wrapper.isDependencyTreeStatic();
  const instance: unknown = isPerTask ? undefined : wrapper.instance;
  const [agentClass, declaration] = findDeclaration(wrapper, instance) ?? [];
  if (agentClass === undefined || !declaration?.autoRegister) return undefined;
  if (isPerTask) {
    const owner = agentClass.prototype as object;
    return { ...declaration, agentClass, wrapper, owner, instances: perTask(wrapper, agentClass) };
  }
  if (typeof instance !== 'object' || instance === null) return undefined;
  const instances: InstanceSource = { lifetime: 'shared', get: () => instance };
  return { ...declaration, agentClass, wrapper, owner: instance, instances };
}

/**
 * Looks in this order: at what a factory or a value made, at the class of the provider, and at the token, which still says
 * what an overridden provider stands for.
 */
function findDeclaration(wrapper: Wrapper, instance: unknown): [AgentClass, AgentDeclaration] | undefined {
  for (const candidate of [classOf(instance), wrapper.metatype, wrapper.token]) {
    const declaration = readAgentDeclaration(candidate);
    if (declaration !== undefined) return [candidate as AgentClass, declaration];
  }
  return undefined;
}

/** A new instance for each task, with the task's context as Nest's `REQUEST`; for a health check, that is an empty object. */
function perTask(wrapper: Wrapper, agentClass: AgentClass): InstanceSource {
  const isOfClass = wrapper.metatype === agentClass;
  const prototype = agentClass.prototype as object;
  return {
    lifetime: 'per-task',
    // What a factory makes is known only once it has made it.
    hasHealthCheck: !isOfClass || 'healthCheck' in prototype || readProbes(prototype).length > 0,
    get: (task) => {
      const moduleRef = wrapper.host?.getProviderByKey<ModuleRef>(ModuleRef).instance as ModuleRef;
      const contextId = ContextIdFactory.create();
      moduleRef.registerRequestByContextId(task ?? {}, contextId);
      return moduleRef.resolve<object>(wrapper.token as string, contextId);
    },
  };
}
