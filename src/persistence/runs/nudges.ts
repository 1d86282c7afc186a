import type { Cancel } from '../../common/index.js';
import type { RunNudge } from '../../workflows/index.js';

/** Tells listeners of a run store what has changed, at once and in order of subscription. A listener must not throw. */
export class Nudges {
  readonly #listeners = new Set<{ readonly hear: (nudge: RunNudge) => void }>();

  /** Calls the listener for each later nudge until the returned function is called. */
  add(listener: (nudge: RunNudge) => void): Cancel {
    // An object of its own, so that one listener can subscribe twice and cancel once.
    const subscription = { hear: listener };
    this.#listeners.add(subscription);
    return () => void this.#listeners.delete(subscription);
  }

  tell(nudge: RunNudge): void {
    for (const { hear } of this.#listeners) hear(nudge);
  }
}
