import {
  compareContracts,
  type AgentManifest,
  type Capability,
  type Compatibility,
  type Violation,
} from '../agents/index.js';
import { didYouMean, nearestNames } from '../common/index.js';
import { releaseId } from './release.js';

/**
 * Checks manifests that want to come in against each other and against those that are in: duplicate releases, contracts
 * that conflict, dependencies that are unknown or circular. Every violation is reported at once.
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

function findContractConflicts(
  incoming: readonly AgentManifest[],
  known: readonly AgentManifest[],
): Violation[] {
  /** Distinct contracts under one name, with the release that brought each. */
  const contracts = new Map<string, { capability: Capability; owner: string }[]>();
  const violations: Violation[] = [];
  const isKnown = new Set(known);
  for (const manifest of [...known, ...incoming]) {
    for (const { capability } of manifest.capabilities) {
      const others = contracts.get(capability.name) ?? [];
      const comparisons = others.map((other) => ({
        ...other,
        ...compareContracts(other.capability, capability),
      }));
      if (comparisons.some(({ kind }) => kind === 'same')) continue;
      if (!isKnown.has(manifest))
        violations.push(...describeConflict(manifest, capability.name, comparisons));
      contracts.set(capability.name, [...others, { capability, owner: releaseId(manifest) }]);
    }
  }
  return violations;
}

function describeConflict(
  manifest: AgentManifest,
  capability: string,
  comparisons: readonly (Compatibility & { readonly owner: string })[],
): Violation[] {
  const conflict = comparisons.find((comparison) => comparison.kind === 'conflicting');
  if (conflict === undefined) return [];
  const message = `its contract of "${capability}" conflicts with that of ${conflict.owner}: ${conflict.differences.join('; ')}; share one contract, or rename the capability`;
  return [{ code: 'CONTRACT_CONFLICT', agent: releaseId(manifest), message }];
}

function findDependencyViolations(
  incoming: readonly AgentManifest[],
  known: readonly AgentManifest[],
): Violation[] {
  const dependencies = new Map<string, ReadonlySet<string>>();
  for (const { name, dependencies: own } of [...known, ...incoming]) {
    dependencies.set(name, new Set([...(dependencies.get(name) ?? []), ...own]));
  }
  return incoming.flatMap((manifest) => {
    const agent = releaseId(manifest);
    const unknown = manifest.dependencies
      .filter((name) => !dependencies.has(name))
      .map((name) => {
        const hint = didYouMean(nearestNames(name, dependencies.keys()));
        return {
          code: 'DEPENDENCY_UNKNOWN',
          agent,
          message: `it depends on "${name}", which is not registered.${hint}`,
        };
      });
    const circle = findCircle(manifest.name, dependencies);
    if (circle === undefined) return unknown;
    const message = `its dependencies form a circle: ${circle.join(' → ')}; remove one of them`;
    return [...unknown, { code: 'DEPENDENCY_CIRCULAR', agent, message }];
  });
}

/** The shortest way from an agent through its dependencies back to itself. */
function findCircle(
  start: string,
  dependencies: ReadonlyMap<string, ReadonlySet<string>>,
): string[] | undefined {
  const seen = new Set<string>();
  let paths: string[][] = [[start]];
  while (paths.length > 0) {
    const longer: string[][] = [];
    for (const path of paths) {
      for (const next of dependencies.get(path.at(-1) as string) ?? []) {
        if (next === start) return [...path, next];
        if (seen.has(next)) continue;
        seen.add(next);
        longer.push([...path, next]);
      }
    }
    paths = longer;
  }
  return undefined;
}
