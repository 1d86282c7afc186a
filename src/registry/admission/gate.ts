import type { AgentManifest } from '../../agents/index.js';

/**
 * Orders what comes into the catalog and goes out of it, so that no two registrations are half done at once.
 *
 * Health checks and drains take long and run side by side; only what follows them, the change of status and catalog, passes
 * the gate one at a time.
 */
export class Gate {
  readonly #entering = new Set<AgentManifest>();
  #last: Promise<unknown> = Promise.resolve();

  /** Manifests between their validation and their entry in the catalog: two registrations at once see each other. */
  get entering(): ReadonlySet<AgentManifest> {
    return this.#entering;
  }

  announce(manifests: readonly AgentManifest[]): void {
    for (const manifest of manifests) this.#entering.add(manifest);
  }

  /** Takes the announcement back: the manifests are in by now, or will not come. */
  withdraw(manifests: readonly AgentManifest[]): void {
    for (const manifest of manifests) this.#entering.delete(manifest);
  }

  /** Runs the work once all that came before it is through, whether it succeeded or not. */
  pass<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }
}
