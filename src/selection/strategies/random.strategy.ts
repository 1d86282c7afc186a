import type { RandomSource } from '../../common/index.js';
import { SelectionStrategy } from '../selection-strategy.js';
import type { Candidate, Selection } from '../selection.types.js';

/** Any candidate, each as likely as the others. */
export class RandomStrategy extends SelectionStrategy {
  readonly name = 'random';

  constructor(private readonly random: RandomSource) {
    super();
  }

  select(candidates: readonly Candidate[]): Selection {
    return {
      index: this.random.below(candidates.length),
      reason: `drawn at random from ${candidates.length}`,
    };
  }
}
