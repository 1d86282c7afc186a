import { isName, NAME_RULE } from '../../agents/index.js';
import { StrategiesRefusedError } from '../selection.errors.js';
import type { StrategyCatalog } from '../catalog/strategy-catalog.js';
import type { RanksCandidates } from '../strategy.js';
import { toStrategy } from './declared-strategy.js';
import type { SelectionStrategyMetadata } from './selection-strategy.metadata.js';

/** A class with `@SelectionStrategy` among the providers. */
export interface FoundStrategy extends SelectionStrategyMetadata {
  /** Absent where there is none that lives as long as the application. */
  readonly instance: unknown;
}

/**
 * Adds what the application's classes declare to the strategies that tasks can name.
 * @throws STRATEGIES_REFUSED with every violation of every class; none is added then
 */
export function declareStrategies(found: readonly FoundStrategy[], catalog: StrategyCatalog): void {
  const owners = new Map(catalog.names().map((name) => [name, "Cadre's own strategies"]));
  const violations: string[] = [];
  for (const strategy of found) {
    const { className, name } = strategy;
    const problem = findMisfit(strategy) ?? findDuplicate(name, owners.get(name));
    if (problem !== undefined) violations.push(`${className}: ${problem}`);
    else owners.set(name, className);
  }
  if (violations.length > 0) throw new StrategiesRefusedError(violations);
  catalog.add(found.map(({ name, instance }) => toStrategy(name, instance as RanksCandidates)));
}

function findMisfit({ name, instance }: FoundStrategy): string | undefined {
  if (!isName(name)) return `its name ${NAME_RULE}`;
  if (typeof instance !== 'object' || instance === null) {
    return 'it is made anew for each request or use; candidates are ranked without waiting, so make it a singleton';
  }
  const { select } = instance as { readonly select?: unknown };
  return typeof select === 'function'
    ? undefined
    : 'it has no select(candidates, request), which chooses one';
}

function findDuplicate(name: string, owner: string | undefined): string | undefined {
  return owner && `"${name}" is taken by ${owner}; give it another name, or list it in one module only`;
}
