import type { Violation } from '../agents/index.js';
import { CadreError, didYouMean } from '../common/index.js';

/**
 * Agents cannot be registered; lists every violation at once.
 * @publicApi
 */
export class RegistrationError extends CadreError {
  constructor(readonly violations: readonly Violation[]) {
    super({
      code: 'REGISTRATION_REFUSED',
      kind: 'definition',
      message: [
        `${violations.length === 1 ? 'One violation stops' : `${violations.length} violations stop`} the registration:`,
        ...violations.map(({ code, agent, message }) => `- ${agent}: ${message} (${code})`),
      ].join('\n'),
      details: { violations },
    });
  }
}

/** No agent, or no release of it, has this name. */
export class UnknownAgentError extends CadreError {
  constructor(wanted: string, nearest: readonly string[], versions: readonly string[] = []) {
    const known =
      versions.length > 0 ? ` Its registered versions are ${versions.join(', ')}.` : didYouMean(nearest);
    super({
      code: 'AGENT_UNKNOWN',
      kind: 'not-found',
      message: `No agent "${wanted.slice(0, 80)}" is registered.${known}`,
      details: { agent: wanted.slice(0, 80), nearest, versions },
    });
  }
}

/** No registered agent declares this capability. */
export class UnknownCapabilityError extends CadreError {
  constructor(capability: string, nearest: readonly string[]) {
    super({
      code: 'CAPABILITY_UNKNOWN',
      kind: 'not-found',
      message: `No registered agent provides the capability "${capability.slice(0, 80)}".${didYouMean(nearest)}`,
      details: { capability: capability.slice(0, 80), nearest },
    });
  }
}

/** A version or version range is none. */
export class InvalidVersionRangeError extends CadreError {
  constructor(range: unknown) {
    const shown = String(range).slice(0, 80);
    super({
      code: 'VERSION_RANGE_INVALID',
      kind: 'input',
      message: `"${shown}" is no semantic version or range; write one such as 2.1.0, ^2.0.0 or 2.x.`,
      details: { range: shown },
    });
  }
}

/** Dependents that a message names; its details name more. */
const NAMED_DEPENDENTS = 10;
const MAX_DEPENDENTS = 100;

/** The agent cannot go while others depend on it: agents, by their releases, or workflows. */
export class AgentInUseError extends CadreError {
  constructor(agent: string, dependents: readonly string[]) {
    const more = dependents.length - NAMED_DEPENDENTS;
    const list = dependents.slice(0, NAMED_DEPENDENTS).join(', ') + (more > 0 ? ` and ${more} more` : '');
    super({
      code: 'AGENT_IN_USE',
      kind: 'conflict',
      message: `"${agent}" cannot be unregistered, because others depend on it: ${list}. Remove them first, or use force.`,
      details: { agent, dependents: dependents.slice(0, MAX_DEPENDENTS) },
    });
  }
}

/** The tasks under way did not end in time; the agent is in service again. */
export class DrainTimeoutError extends CadreError {
  constructor(agent: string, inFlight: number, drainTimeoutMs: number) {
    super({
      code: 'DRAIN_TIMEOUT',
      kind: 'conflict',
      message: `"${agent}" still works on ${inFlight} task(s) after ${drainTimeoutMs} ms and stays registered. Wait longer, or use force.`,
      details: { agent, inFlight, drainTimeoutMs },
    });
  }
}

/** An option of the registry is out of its bounds. */
export class RegistryOptionError extends CadreError {
  constructor(field: string, value: unknown, allowed: string) {
    super({
      code: 'REGISTRY_OPTION_INVALID',
      kind: 'definition',
      message: `registry.${field} is ${String(value).slice(0, 60)}; it must be ${allowed}.`,
      details: { field },
    });
  }
}
