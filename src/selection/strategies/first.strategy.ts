import { Strategy } from '../strategy.js';
import type { Selection } from '../selection.types.js';

/** The candidate that was registered first. */
export class FirstStrategy extends Strategy {
  readonly name = 'first';

  select(): Selection {
    return { index: 0, reason: 'registered first' };
  }

  override replay(): Selection {
    return this.select();
  }
}
