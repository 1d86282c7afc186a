import { CadreError } from '../common/index.js';
import type { AgentStatus } from './status.types.js';

/** The rules do not allow this change of status; it was recorded as refused and the status stayed. */
export class IllegalStatusTransitionError extends CadreError {
  constructor(release: string, from: AgentStatus, to: AgentStatus, allowed: readonly AgentStatus[]) {
    const remedy = allowed.length === 0 ? 'no other status' : allowed.join(' or ');
    super({
      code: 'STATUS_TRANSITION_ILLEGAL',
      kind: 'conflict',
      message: `${release} is ${from} and cannot become ${to}; from ${from} it may become ${remedy}.`,
      details: { release, from, to, allowed },
    });
  }
}

/** No release of this name has a status here: it is misspelled, was never registered, or is unregistered. */
export class UnknownStatusError extends CadreError {
  constructor(release: string) {
    super({
      code: 'STATUS_UNKNOWN',
      kind: 'not-found',
      message: `No release "${release.slice(0, 150)}" has a status; write it as name@version and check that it is registered.`,
      details: { release: release.slice(0, 150) },
    });
  }
}

/** A field of a change or a question about status is out of its bounds. */
export class InvalidStatusInputError extends CadreError {
  constructor(field: string, value: unknown, rule: string) {
    const shown = typeof value === 'string' ? `"${value.slice(0, 60)}"` : String(value).slice(0, 60);
    super({
      code: 'STATUS_INPUT_INVALID',
      kind: 'input',
      message: `${field} is ${shown}; it must be ${rule}.`,
      details: { field, rule },
    });
  }
}

/** A table of transitions cannot be used as rules. */
export class InvalidStatusRulesError extends CadreError {
  constructor(problems: readonly string[]) {
    super({
      code: 'STATUS_RULES_INVALID',
      kind: 'definition',
      message: `The status transitions are not valid: ${problems.join('; ')}.`,
      details: { problems },
    });
  }
}
