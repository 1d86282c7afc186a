import type { Release } from './catalog/release.js';

/** Asks registered agents how they are, when somebody wants to know. */
export abstract class Checkups {
  /**
   * Asks one release and resolves with whether it was asked: one that is off is not. Only an active one can fail by it.
   * Rejects only when the failed status cannot be recorded.
   */
  abstract check(release: Release): Promise<boolean>;

  /**
   * The current releases that are active and well, after asking those again, side by side, whose last verdict is bad or
   * older than `maxAgeMs`. No check disturbs another or the sweep.
   */
  abstract sweep(maxAgeMs: number): Promise<Release[]>;
}
