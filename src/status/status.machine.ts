import { InvalidStatusRulesError } from './status.errors.js';
import { AGENT_STATUSES, type AgentStatus } from './status.types.js';

/** To which statuses each status may change. */
export type TransitionTable = Readonly<Record<AgentStatus, readonly AgentStatus[]>>;

/** The rules unless the application sets its own. What is broken goes through maintenance before it takes tasks again. */
export const DEFAULT_STATUS_TRANSITIONS: TransitionTable = {
  active: ['inactive', 'maintenance', 'failed'],
  inactive: ['active', 'maintenance'],
  maintenance: ['active', 'failed'],
  failed: ['maintenance', 'inactive'],
};

/** The statuses that a registration can open with. */
const OPENING_STATUSES: readonly AgentStatus[] = ['active', 'failed'];

/**
 * Which changes of status are allowed, from any table.
 *
 * Staying in a status is neither allowed nor forbidden: it is no transition, so a table does not list it.
 * @publicApi
 */
export class StatusRules {
  readonly #allowed: ReadonlyMap<AgentStatus, readonly AgentStatus[]>;

  /** @throws STATUS_RULES_INVALID with every unknown, repeated, self-referring, missing or unreachable status */
  constructor(transitions: TransitionTable = DEFAULT_STATUS_TRANSITIONS) {
    const problems = [...findMisspellings(transitions), ...findUnreachable(transitions)];
    if (problems.length > 0) throw new InvalidStatusRulesError(problems);
    this.#allowed = new Map(
      AGENT_STATUSES.map((status) => [status, Object.freeze([...transitions[status]])]),
    );
  }

  /** Where a status may change to, in the order of the table; frozen. */
  allowedFrom(status: AgentStatus): readonly AgentStatus[] {
    return this.#allowed.get(status) ?? [];
  }

  isAllowed(from: AgentStatus, to: AgentStatus): boolean {
    return this.allowedFrom(from).includes(to);
  }
}

/** Tells whether a value that came from outside is a status. */
export function isAgentStatus(value: unknown): value is AgentStatus {
  return AGENT_STATUSES.includes(value as AgentStatus);
}

function findMisspellings(transitions: TransitionTable): string[] {
  const problems: string[] = [];
  for (const status of AGENT_STATUSES) {
    if (!Array.isArray(transitions[status])) problems.push(`"${status}" has no list of statuses`);
  }
  for (const [from, targets] of Object.entries(transitions)) {
    if (!isAgentStatus(from)) problems.push(`"${from}" is no status`);
    if (!Array.isArray(targets)) continue;
    targets.forEach((to: unknown, index) => {
      if (!isAgentStatus(to)) problems.push(`"${from}" leads to "${String(to)}", which is no status`);
      else if (to === from) problems.push(`"${from}" leads to itself, which is no transition`);
      else if (targets.indexOf(to) !== index) problems.push(`"${from}" leads to "${to}" twice`);
    });
  }
  return problems;
}

function findUnreachable(transitions: TransitionTable): string[] {
  // A set grows while it is walked: each status that is found is walked from in its turn.
  const reached = new Set<AgentStatus>(OPENING_STATUSES);
  for (const status of reached) {
    const targets: unknown = transitions[status];
    if (Array.isArray(targets)) targets.filter(isAgentStatus).forEach((to) => reached.add(to));
  }
  return AGENT_STATUSES.filter((status) => !reached.has(status)).map(
    (status) => `"${status}" cannot be reached from ${OPENING_STATUSES.join(' or ')}`,
  );
}
