import 'reflect-metadata';
import {
  SELECTION_STRATEGY_METADATA,
  type SelectionStrategyMetadata,
} from './selection-strategy.metadata.js';

/**
 * Reads what `@SelectionStrategy` left on a class; the only reader of that metadata. It counts on the class itself only.
 * @returns `undefined` when the value is no class marked with it
 */
export function readStrategyDeclaration(target: unknown): SelectionStrategyMetadata | undefined {
  if (typeof target !== 'function') return undefined;
  return Reflect.getOwnMetadata(SELECTION_STRATEGY_METADATA, target) as SelectionStrategyMetadata | undefined;
}
