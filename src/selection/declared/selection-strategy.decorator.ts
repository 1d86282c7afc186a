import 'reflect-metadata';
import type { RanksCandidates } from '../strategy.js';
import {
  SELECTION_STRATEGY_METADATA,
  type SelectionStrategyMetadata,
} from './selection-strategy.metadata.js';

/**
 * Marks a class that ranks the candidates for tasks which call it by this name. Cadre finds it among the providers at boot; what
 * it needs to rank them comes in by its constructor. It ranks without waiting, so it is a singleton.
 *
 * @param name a `snake_case` or `kebab-case` word that no other strategy has
 * @example
 * \@SelectionStrategy('newest')
 * class NewestStrategy implements RanksCandidates {
 *   select(candidates: readonly Candidate[]) {
 *     return { index: candidates.length - 1, reason: 'registered last' };
 *   }
 * }
 * @publicApi
 */
export function SelectionStrategy(name: string): (target: new (...args: never[]) => RanksCandidates) => void {
  return (target) => {
    const metadata: SelectionStrategyMetadata = { className: target.name, name };
    Reflect.defineMetadata(SELECTION_STRATEGY_METADATA, metadata, target);
  };
}
