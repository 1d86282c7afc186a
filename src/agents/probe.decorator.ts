import 'reflect-metadata';
import { InvalidDefinitionError } from './agent.errors.js';
import { PROBE_METADATA, type ProbeMetadata } from './agent.metadata.js';
import type { HealthReport, ProbeKind } from './agent.types.js';
import { checkMarkedMethod } from './marked-method.js';

const PROBE_KINDS: readonly ProbeKind[] = ['dependency', 'credential', 'functional'];

type ProbeMethod = (signal: AbortSignal) => HealthReport | boolean | Promise<HealthReport | boolean>;

/**
 * Marks a method that tells one thing of an agent's health; beside `healthCheck()`, or in its place. All are asked side by side,
 * within the time of one health check, and the agent is well when all say so.
 *
 * @param kind what it asks: `dependency`, whether something the agent needs is there; `credential`, whether its keys are
 * accepted; `functional`, whether it does its work
 * @throws DEFINITION_INVALID for another kind, or on anything but a method of instances named by a text
 * @example
 * @Probe('credential')
 * async keyIsAccepted(signal: AbortSignal) { return (await this.api.whoAmI({ signal })).ok; }
 * @publicApi
 */
export function Probe(
  kind: ProbeKind,
): <F extends ProbeMethod>(target: object, method: string, descriptor: TypedPropertyDescriptor<F>) => void {
  if (!PROBE_KINDS.includes(kind)) {
    throw new InvalidDefinitionError('agent', kind, `@Probe takes one of ${PROBE_KINDS.join(', ')}`);
  }
  return (target, method, descriptor?: PropertyDescriptor) => {
    checkMarkedMethod('@Probe', { target, method, descriptor }, 'instances are asked how they are');
    const metadata: ProbeMetadata = { kind };
    Reflect.defineMetadata(PROBE_METADATA, metadata, target, method);
  };
}
