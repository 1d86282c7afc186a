import { SeededRandom, type RandomSource } from '../../common/index.js';
import { Strategy } from '../strategy.js';
import type { Candidate, RecordedChoice, Selection } from '../selection.types.js';

/** Any candidate, each as likely as the others. */
export class RandomStrategy extends Strategy {
  readonly name = 'random';

  constructor(private readonly random: RandomSource) {
    super();
  }

  select({ length }: readonly Candidate[]): Selection {
    return draw(length, this.random.below(2 ** 32));
  }

  override replay({ candidates, seed = 0 }: RecordedChoice): Selection {
    return draw(candidates.length, seed);
  }
}

function draw(count: number, seed: number): Selection {
  const index = new SeededRandom(seed).below(count);
  return { index, reason: `drawn at random from ${count}`, propensity: 1 / count, seed };
}
