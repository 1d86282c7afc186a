import type { WorkflowBundle } from '../../../workflows/index.js';

interface Kept {
  readonly bundle: WorkflowBundle;
  runs: number;
}

/** Bundles that no run has and that are kept all the same, for a run that is about to be recorded. */
const MAX_UNUSED = 100;

/** Keeps the bundles that runs have, and the latest of the others: definitions that were sent along with a run would pile up. */
export class BundleShelf {
  readonly #bundles = new Map<string, Kept>();
  /** Without a run; the longest so first. */
  readonly #unused = new Set<string>();

  save(hash: string, bundle: WorkflowBundle): void {
    const kept = this.#bundles.get(hash);
    if (kept === undefined) this.#bundles.set(hash, { bundle, runs: 0 });
    if (kept === undefined || kept.runs === 0) this.#leaveUnused(hash);
  }

  get(hash: string): WorkflowBundle | undefined {
    return this.#bundles.get(hash)?.bundle;
  }

  /** A run has it. */
  use(hash: string): void {
    const kept = this.#bundles.get(hash);
    if (kept === undefined) return;
    kept.runs += 1;
    this.#unused.delete(hash);
  }

  /** A run that had it is forgotten. */
  disuse(hash: string): void {
    const kept = this.#bundles.get(hash);
    if (kept === undefined || --kept.runs > 0) return;
    this.#leaveUnused(hash);
  }

  #leaveUnused(hash: string): void {
    this.#unused.delete(hash);
    this.#unused.add(hash);
    if (this.#unused.size <= MAX_UNUSED) return;
    const [oldest] = this.#unused;
    this.#unused.delete(oldest!);
    this.#bundles.delete(oldest!);
  }
}
