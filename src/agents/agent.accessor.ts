import 'reflect-metadata';
import {
  AGENT_METADATA,
  PROVIDES_METADATA,
  type AgentMetadata,
  type ProvidesMetadata,
} from './agent.metadata.js';
import type { ManifestInput, ProvidedCapabilityInput } from './agent.types.js';
import { nameOfClass } from './contracts/names.js';

/** What an agent class says of itself, before validation. */
export interface AgentDeclaration {
  readonly input: ManifestInput;
  readonly autoRegister: boolean;
}

/**
 * Reads what the decorators left on a class; the only reader of that metadata.
 *
 * `@Agent` counts on the class itself only: an undecorated subclass is no agent of its own. `@Provides` is inherited, also
 * by a method that overrides a marked one.
 *
 * @returns `undefined` when the value is no class marked with `@Agent`
 */
export function readAgentDeclaration(target: unknown): AgentDeclaration | undefined {
  if (typeof target !== 'function') return undefined;
  const metadata = Reflect.getOwnMetadata(AGENT_METADATA, target) as AgentMetadata | undefined;
  if (metadata === undefined) return undefined;
  const { autoRegister = true, ...options } = metadata.options;
  const name = options.name ?? nameOfClass(metadata.className, 'Agent');
  const capabilities = [...metadata.capabilities, ...readProvided(target.prototype as object)];
  return { input: { ...options, name, capabilities }, autoRegister };
}

function readProvided(prototype: object): ProvidedCapabilityInput[] {
  const seen = new Set<string>();
  const provided: ProvidedCapabilityInput[] = [];
  for (
    let owner: object | null = prototype;
    owner && owner !== Object.prototype;
    owner = Object.getPrototypeOf(owner) as object
  ) {
    for (const method of Object.getOwnPropertyNames(owner)) {
      if (seen.has(method)) continue;
      seen.add(method);
      const entries = Reflect.getMetadata(PROVIDES_METADATA, prototype, method) as
        ProvidesMetadata[] | undefined;
      for (const { capability, options } of entries ?? []) provided.push({ ...options, capability, method });
    }
  }
  return provided;
}
