import type { AgentManifest, Violation } from '../../agents/index.js';
import { didYouMean, nearestNames } from '../../common/index.js';
import { releaseId } from '../catalog/release.js';

/** What each agent depends on, all its releases taken together. */
type Dependencies = ReadonlyMap<string, ReadonlySet<string>>;

/** A search for near names costs as much as there are agents; the first few help, hundreds are read by nobody. */
const MAX_SUGGESTIONS = 20;

/** So many agents of a circle are named. */
const MAX_NAMED = 8;

/** Finds dependencies of incoming agents that nobody is, and those that close a circle. */
export function findDependencyViolations(
  incoming: readonly AgentManifest[],
  known: readonly AgentManifest[],
): Violation[] {
  const dependencies = new Map<string, Set<string>>();
  for (const { name, dependencies: own } of [...known, ...incoming]) {
    const all = dependencies.get(name) ?? new Set();
    own.forEach((dependency) => all.add(dependency));
    dependencies.set(name, all);
  }
  return [...findUnknown(incoming, dependencies), ...findCircles(incoming, dependencies)];
}

function findUnknown(incoming: readonly AgentManifest[], dependencies: Dependencies): Violation[] {
  const hints = new Map<string, string>();
  const hintOf = (name: string): string => {
    const hint = hints.get(name);
    if (hint !== undefined || hints.size >= MAX_SUGGESTIONS) return hint ?? '';
    const found = didYouMean(nearestNames(name, dependencies.keys()));
    hints.set(name, found);
    return found;
  };
  return incoming.flatMap((manifest) =>
    manifest.dependencies
      .filter((name) => !dependencies.has(name))
      .map((name) => ({
        code: 'DEPENDENCY_UNKNOWN',
        agent: releaseId(manifest),
        message: `it depends on "${name}", which is not registered.${hintOf(name)}`,
      })),
  );
}

/** One violation for each dependency that closes a circle: without these there would be none. */
function findCircles(incoming: readonly AgentManifest[], dependencies: Dependencies): Violation[] {
  const ids = new Map<string, string>();
  for (const manifest of incoming) if (!ids.has(manifest.name)) ids.set(manifest.name, releaseId(manifest));
  const violations: Violation[] = [];
  const finished = new Set<string>();
  for (const start of ids.keys()) {
    walk(start, dependencies, finished, (circle) => {
      // Among those that were in before there is no circle, so an incoming agent is in each.
      const name = circle.find((member) => ids.has(member)) as string;
      const message = `its dependencies form a circle: ${describe(circle)}; remove one of them`;
      violations.push({ code: 'DEPENDENCY_CIRCULAR', agent: ids.get(name) as string, message });
    });
  }
  return violations;
}

interface Stop {
  readonly name: string;
  readonly ahead: Iterator<string>;
}

/**
 * Walks depth first through all that an agent depends on; a dependency that leads back to the path closes a circle. Every
 * agent is walked through once in all, and without recursion, so that the length of a chain does not matter.
 */
function walk(
  start: string,
  dependencies: Dependencies,
  finished: Set<string>,
  onCircle: (names: readonly string[]) => void,
): void {
  const path: Stop[] = [];
  const positions = new Map<string, number>();
  const enter = (name: string): void => {
    positions.set(name, path.length);
    path.push({ name, ahead: (dependencies.get(name) ?? new Set<string>()).values() });
  };
  if (!finished.has(start)) enter(start);
  for (let stop = path.at(-1); stop !== undefined; stop = path.at(-1)) {
    const { value: next, done } = stop.ahead.next();
    if (done) {
      path.pop();
      positions.delete(stop.name);
      finished.add(stop.name);
    } else if (positions.has(next)) {
      onCircle(path.slice(positions.get(next)).map(({ name }) => name));
    } else if (!finished.has(next)) enter(next);
  }
}

function describe(circle: readonly string[]): string {
  const named = circle.slice(0, MAX_NAMED);
  const more = circle.length - named.length;
  return [...named, ...(more > 0 ? [`${more} more`] : []), circle[0]].join(' → ');
}
