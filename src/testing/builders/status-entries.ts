import { newId } from '../../common/index.js';
import type {
  AgentStatus,
  StatusChangedEntry,
  StatusClosedEntry,
  StatusRefusedEntry,
} from '../../status/index.js';

/** What tests seldom care about. */
function facts(release: string, at: number) {
  const id = newId();
  return { id, release, at, reason: 'test', triggeredBy: 'system', correlationId: id } as const;
}

/** An entry that says `release` went `from` one status `to` another at an instant. */
export function changedEntry(
  release: string,
  at: number,
  from: AgentStatus | null,
  to: AgentStatus,
): StatusChangedEntry {
  return { kind: 'changed', ...facts(release, at), from, to };
}

/** An entry that says `release` was kept from going `from` failed `to` active at an instant. */
export function refusedEntry(release: string, at: number): StatusRefusedEntry {
  const allowed = ['maintenance', 'inactive'] as const;
  return { kind: 'refused', ...facts(release, at), from: 'failed', to: 'active', allowed };
}

/** An entry that says `release` was unregistered at an instant. */
export function closedEntry(release: string, at: number, from: AgentStatus): StatusClosedEntry {
  return { kind: 'closed', ...facts(release, at), from };
}

/** The transitions of a release that opens in the first status and goes on to each later one, as `[at, status]`. */
export function historyOf(release: string, ...steps: readonly [number, AgentStatus][]): StatusChangedEntry[] {
  return steps.map(([at, to], index) => changedEntry(release, at, steps[index - 1]?.[1] ?? null, to));
}
