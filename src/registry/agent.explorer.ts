import { Injectable } from '@nestjs/common';
import { ContextIdFactory, DiscoveryService, ModuleRef } from '@nestjs/core';
import {
  readAgentDeclaration,
  readInjectedTools,
  type ManifestInput,
  type ToolDefinition,
} from '../agents/index.js';
import type { InstanceSource } from './release.js';

type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];

/** An agent found among the application's providers, before validation. */
export interface DiscoveredAgent {
  readonly input: ManifestInput;
  /** Has the handlers: the living instance, or the class's prototype where instances are made for each task. */
  readonly owner: object;
  readonly instances: InstanceSource;
  readonly tools: readonly ToolDefinition[];
}

/**
 * Finds agents among all providers of all modules: classes, factories and values, of every scope.
 *
 * It can run again after lazily loaded modules have come; what it returned before it leaves out.
 */
@Injectable()
export class AgentExplorer {
  readonly #seen = new WeakSet<Wrapper>();

  constructor(private readonly discovery: DiscoveryService) {}

  explore(): DiscoveredAgent[] {
    const found: DiscoveredAgent[] = [];
    for (const wrapper of this.discovery.getProviders()) {
      if (wrapper.isAlias || this.#seen.has(wrapper)) continue;
      this.#seen.add(wrapper);
      const agent = readWrapper(wrapper);
      if (agent !== undefined) found.push(agent);
    }
    return found;
  }
}

function readWrapper(wrapper: Wrapper): DiscoveredAgent | undefined {
  const isPerTask = wrapper.isTransient || !wrapper.isDependencyTreeStatic();
  const instance: unknown = isPerTask ? undefined : wrapper.instance;
  // In this order: what a factory or a value made, the class of the provider, and the token, which still says what an
  // overridden provider stands for.
  const agentClass = [constructorOf(instance), wrapper.metatype, wrapper.token].find(
    (candidate) => readAgentDeclaration(candidate) !== undefined,
  ) as (new (...args: never[]) => object) | undefined;
  const declaration = readAgentDeclaration(agentClass);
  if (agentClass === undefined || declaration === undefined || !declaration.autoRegister) return undefined;
  if (!isPerTask && (typeof instance !== 'object' || instance === null)) return undefined;
  return {
    input: declaration.input,
    owner: isPerTask ? (agentClass.prototype as object) : (instance as object),
    instances: isPerTask ? perTask(wrapper) : { lifetime: 'shared', get: () => instance as object },
    tools: readInjectedTools(agentClass),
  };
}

/** The class of a value. Objects without a prototype, and getters that throw, have none. */
function constructorOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  const prototype = Object.getPrototypeOf(value) as { constructor?: unknown } | null;
  return prototype?.constructor;
}

/** A new instance for each task, with the task's context as Nest's `REQUEST`. */
function perTask(wrapper: Wrapper): InstanceSource {
  return {
    lifetime: 'per-task',
    get: (task) => {
      const moduleRef = wrapper.host?.getProviderByKey<ModuleRef>(ModuleRef).instance as ModuleRef;
      const contextId = ContextIdFactory.create();
      moduleRef.registerRequestByContextId(task ?? {}, contextId);
      return moduleRef.resolve<object>(wrapper.token as string, contextId);
    },
  };
}
