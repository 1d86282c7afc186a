import { compareContracts, type AgentManifest, type Capability, type Violation } from '../../agents/index.js';
import { releaseId } from '../catalog/release.js';

/** One of the distinct contracts under a name. */
interface KnownContract {
  readonly capability: Capability;
  /** The release that brought it. */
  readonly owner: string;
  /** With whose contract it conflicts, and how; whoever shares it conflicts just the same. */
  readonly conflict?: Conflict;
}

interface Conflict {
  readonly owner: string;
  readonly differences: readonly string[];
}

/**
 * Finds incoming agents that mean something else by the name of a capability than others do; each of them is told of the
 * first such other.
 */
export function findContractConflicts(
  incoming: readonly AgentManifest[],
  known: readonly AgentManifest[],
): Violation[] {
  const wanted = new Set(incoming.flatMap(({ capabilities }) => capabilities.map(nameOf)));
  const contracts = new Map<string, KnownContract[]>();
  const meet = (manifest: AgentManifest): Violation[] =>
    manifest.capabilities
      .filter((provided) => wanted.has(nameOf(provided)))
      .flatMap(({ capability }) => {
        const conflict = place(contracts, capability, releaseId(manifest));
        return conflict === undefined ? [] : [describe(manifest, capability.name, conflict)];
      });
  for (const manifest of known) meet(manifest);
  return incoming.flatMap(meet);
}

/** Finds the place of a contract among those of its name, a new one if need be; answers with its conflict. */
function place(
  contracts: Map<string, KnownContract[]>,
  capability: Capability,
  owner: string,
): Conflict | undefined {
  const others = contracts.get(capability.name) ?? [];
  let conflict: Conflict | undefined;
  for (const other of others) {
    const comparison = compareContracts(other.capability, capability);
    if (comparison.kind === 'same') return other.conflict;
    if (comparison.kind === 'conflicting') {
      conflict ??= { owner: other.owner, differences: comparison.differences };
    }
  }
  contracts.set(capability.name, [...others, { capability, owner, conflict }]);
  return conflict;
}

function describe(manifest: AgentManifest, capability: string, { owner, differences }: Conflict): Violation {
  const message = `its contract of "${capability}" conflicts with that of ${owner}: ${differences.join('; ')}; share one contract, or rename the capability`;
  return { code: 'CONTRACT_CONFLICT', agent: releaseId(manifest), message };
}

function nameOf({ capability }: { readonly capability: Capability }): string {
  return capability.name;
}
