import type { AgentManifest, Violation } from '../../agents/index.js';
import { releaseId } from '../catalog/release.js';
import { findContractConflicts } from './contract-conflicts.js';
import { findDependencyViolations } from './dependencies.js';

/**
 * Checks manifests that want to come in against each other and against those that are in: duplicate releases, contracts
 * that conflict, dependencies that are unknown or circular. Every violation is reported at once.
 *
 * The work grows with the number of manifests, as long as few contracts share a name.
 */
export function checkAdmission(
  incoming: readonly AgentManifest[],
  known: readonly AgentManifest[],
  contractConflicts: 'reject' | 'warn',
): { violations: Violation[]; warnings: Violation[] } {
  const conflicts = findContractConflicts(incoming, known);
  const violations = [...findDuplicates(incoming, known), ...findDependencyViolations(incoming, known)];
  return contractConflicts === 'reject'
    ? { violations: [...violations, ...conflicts], warnings: [] }
    : { violations, warnings: conflicts };
}

function findDuplicates(incoming: readonly AgentManifest[], known: readonly AgentManifest[]): Violation[] {
  const seen = new Set(known.map(releaseId));
  return incoming.flatMap((manifest) => {
    const id = releaseId(manifest);
    if (!seen.has(id)) {
      seen.add(id);
      return [];
    }
    const message =
      'this release is registered already; give it another version, or list its provider in one module only';
    return [{ code: 'AGENT_DUPLICATE', agent: id, message }];
  });
}
