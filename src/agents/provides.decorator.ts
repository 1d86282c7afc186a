import 'reflect-metadata';
import { PROVIDES_METADATA, type ProvidesMetadata } from './agent.metadata.js';
import type { HandlerOf, ProvidesOptions } from './agent.types.js';
import {
  capability,
  isCapability,
  type Capability,
  type CapabilityDefinition,
} from './contracts/capability.js';
import { checkMarkedMethod } from './marked-method.js';
import type { InputSpec, OutputSpec } from './contracts/type-sets.js';

type HandlerDecorator<Handler> = <F extends Handler>(
  target: object,
  method: string,
  descriptor: TypedPropertyDescriptor<F>,
) => void;

/**
 * Marks the method that provides a capability. A method whose input or output does not fit the contract does not compile.
 *
 * @param provided a shared capability, an inline definition, or the name of an open contract
 * @throws DEFINITION_INVALID for a wrong inline definition, or on anything but a method of instances named by a text
 * @publicApi
 */
export function Provides<C extends Capability>(
  provided: C,
  options?: ProvidesOptions,
): HandlerDecorator<HandlerOf<C>>;
export function Provides<Name extends string, I extends InputSpec, O extends OutputSpec>(
  provided: CapabilityDefinition<Name, I, O>,
  options?: ProvidesOptions,
): HandlerDecorator<HandlerOf<Capability<Name, I, O>>>;
export function Provides(
  provided: string,
  options?: ProvidesOptions,
): HandlerDecorator<(input: never, task: never) => unknown>;
export function Provides(
  provided: Capability | CapabilityDefinition<string, InputSpec, OutputSpec> | string,
  options: ProvidesOptions = {},
): MethodDecorator {
  const resolved = typeof provided === 'string' || isCapability(provided) ? provided : capability(provided);
  return (target, method, descriptor?: PropertyDescriptor) => {
    checkMarkedMethod('@Provides', { target, method, descriptor }, 'instances provide capabilities');
    const earlier = (Reflect.getOwnMetadata(PROVIDES_METADATA, target, method) ?? []) as ProvidesMetadata[];
    Reflect.defineMetadata(
      PROVIDES_METADATA,
      [...earlier, { capability: resolved, options }],
      target,
      method,
    );
  };
}
