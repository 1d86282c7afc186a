import 'reflect-metadata';
import {
  AGENT_METADATA,
  PROBE_METADATA,
  PROVIDES_METADATA,
  type AgentMetadata,
  type ProbeMetadata,
  type ProvidesMetadata,
} from './agent.metadata.js';
import type { ManifestInput, ProbeKind, ProvidedCapabilityInput } from './agent.types.js';
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

/** A method that tells one thing of an agent's health. */
export interface ProbeDeclaration {
  readonly method: string;
  readonly kind: ProbeKind;
}

const NO_PROBES: readonly ProbeDeclaration[] = Object.freeze([]);

/** By prototype: probes are read at each health check. */
const probesOf = new WeakMap<object, readonly ProbeDeclaration[]>();

/** The methods marked with `@Probe` that instances with this prototype have, inherited ones too, those of the class first. */
export function readProbes(prototype: object | null): readonly ProbeDeclaration[] {
  if (prototype === null) return NO_PROBES;
  let probes = probesOf.get(prototype);
  if (probes === undefined) {
    probes = [...methodsOf(prototype)].flatMap((method) => {
      const metadata = Reflect.getMetadata(PROBE_METADATA, prototype, method) as ProbeMetadata | undefined;
      return metadata === undefined ? [] : [{ method, kind: metadata.kind }];
    });
    probesOf.set(prototype, probes);
  }
  return probes;
}

function readProvided(prototype: object): ProvidedCapabilityInput[] {
  return [...methodsOf(prototype)].flatMap((method) => {
    const entries = Reflect.getMetadata(PROVIDES_METADATA, prototype, method) as
      ProvidesMetadata[] | undefined;
    return (entries ?? []).map(({ capability, options }) => ({ ...options, capability, method }));
  });
}

/** The names of a prototype's own and inherited members, each once. */
function methodsOf(prototype: object): Set<string> {
  const names = new Set<string>();
  for (
    let owner: object | null = prototype;
    owner && owner !== Object.prototype;
    owner = Object.getPrototypeOf(owner) as object | null
  ) {
    for (const name of Object.getOwnPropertyNames(owner)) names.add(name);
  }
  return names;
}
