import 'reflect-metadata';
import { AGENT_METADATA, type AgentMetadata } from './agent.metadata.js';
import type { AgentOptions, Executes } from './agent.types.js';
import { isCapability, type Capability } from './contracts/capability.js';

type CapabilityOrName = Capability | string;

/** A class whose instances have `execute` for these capabilities; the check that makes a misfit fail to compile. */
type Specialist<C extends CapabilityOrName> = new (
  ...args: never[]
  // Not distributed over several capabilities: one `execute` serves them all, not any one of them.
) => [C] extends [string]
  ? { execute: (input: never, task: never) => unknown }
  : Executes<Exclude<C, string>>;

type SpecialistDecorator<C extends CapabilityOrName> = <T extends Specialist<C>>(target: T) => void;

/**
 * Marks a class as an agent. Cadre finds it among the providers at boot.
 *
 * - `@Agent(options)`: methods marked with `@Provides` provide its capabilities.
 * - `@Agent(ContentWriting)` or `@Agent(ContentWriting, options)`: a specialist; its `execute(input, task)` provides them.
 * - `@Agent('greet')`: a specialist with an open contract, any JSON in and out.
 *
 * Add Nest's `@Injectable({ scope })` beside it for a request-scoped or transient agent.
 * @publicApi
 */
export function Agent(options?: AgentOptions): (target: new (...args: never[]) => object) => void;
export function Agent<C extends readonly [CapabilityOrName, ...CapabilityOrName[]]>(
  ...capabilities: C
): SpecialistDecorator<C[number]>;
export function Agent<C extends readonly [CapabilityOrName, ...CapabilityOrName[]]>(
  ...args: [...capabilities: C, options: AgentOptions]
): SpecialistDecorator<C[number]>;
export function Agent(...args: (CapabilityOrName | AgentOptions | undefined)[]): ClassDecorator {
  const capabilities = args.filter(
    (arg): arg is CapabilityOrName => typeof arg === 'string' || isCapability(arg),
  );
  const options =
    args.find((arg): arg is AgentOptions => typeof arg === 'object' && !isCapability(arg)) ?? {};
  return (target) => {
    const metadata: AgentMetadata = { className: target.name, options, capabilities };
    Reflect.defineMetadata(AGENT_METADATA, metadata, target);
  };
}
