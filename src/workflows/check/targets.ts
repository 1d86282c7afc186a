import semver from 'semver';
import type { Contract } from '../../agents/index.js';
import { didYouMean, nearestNames, toFailure } from '../../common/index.js';
import { parseAgentReference, type Catalog, type Release } from '../../registry/index.js';
import type { Report } from '../definition/problem-list.js';
import type { PlannedTask } from '../plan/plan.types.js';
import type { CheckEnvironment } from './check.types.js';

/**
 * The contracts of those who may take a task; `undefined` after a problem was reported, and for a task that only other nodes can
 * do: of what they host no more is known here than its name.
 */
export function findContracts(
  { capability, agent }: PlannedTask,
  { catalog, isElsewhere }: Pick<CheckEnvironment, 'catalog' | 'isElsewhere'>,
  report: Report,
): readonly Contract[] | undefined {
  const isHere =
    agent === undefined ? catalog.index.entry(capability as string) !== undefined : hasAgent(catalog, agent);
  if (!isHere && isElsewhere?.({ capability, agent })) return undefined;
  if (agent !== undefined) return findPinned(agent, capability, catalog, report);
  return findProvided(capability as string, catalog, report);
}

/** Where the range is none, this is the place to say so. */
function hasAgent(catalog: Catalog, agent: string): boolean {
  const { name, range } = parseAgentReference(agent);
  if (range !== undefined && semver.validRange(range) === null) return true;
  return catalog.find(name, range) !== undefined;
}

function findProvided(
  capability: string,
  { index }: Catalog,
  report: Report,
): readonly Contract[] | undefined {
  const entry = index.entry(capability);
  if (entry !== undefined) return entry.contracts;
  const hint = didYouMean(nearestNames(capability, index.capabilityNames()));
  report('CAPABILITY_UNKNOWN', '.capability', `nobody provides "${capability.slice(0, 80)}".${hint}`);
  return undefined;
}

function findPinned(
  agent: string,
  capability: string | undefined,
  catalog: Catalog,
  report: Report,
): readonly Contract[] | undefined {
  const release = findRelease(agent, catalog, report);
  if (release === undefined) return undefined;
  const names = [...release.capabilities.keys()];
  const wanted = capability ?? (names.length === 1 ? names[0] : undefined);
  const list = names.join(', ') || 'nothing';
  if (wanted === undefined) {
    report('CAPABILITY_AMBIGUOUS', '.capability', `"${agent}" provides ${list}; say which is meant`);
    return undefined;
  }
  const provided = release.capabilities.get(wanted);
  if (provided !== undefined) return [provided.capability.contract];
  const message = `"${agent}" does not provide "${wanted.slice(0, 80)}"; it provides ${list}`;
  report('CAPABILITY_UNSUPPORTED', '.capability', message);
  return undefined;
}

function findRelease(agent: string, catalog: Catalog, report: Report): Release | undefined {
  const { name, range } = parseAgentReference(agent);
  try {
    return catalog.get(name, range);
  } catch (error) {
    const { code, message } = toFailure(error);
    report(code, '.agent', message);
    return undefined;
  }
}
