import type { Release } from '../../registry/index.js';
import type { PerformanceBook } from '../estimates/performance-book.js';
import type { ReviewOptions } from '../metrics.options.js';
import { DAY_MS, HOUR_MS, MINUTE_MS, type PerformanceStore } from '../rollups/performance.store.js';
import type { DriftWatch } from './drift-watch.js';
import { review } from './review.js';
import type { PerformanceReview } from './review.types.js';

/** What a reviewer works with. */
export interface ReviewerParts {
  readonly store: PerformanceStore;
  readonly drift: DriftWatch;
  readonly book: PerformanceBook;
  readonly options: ReviewOptions;
}

/** By how long stretches a short window is looked at for trends, and utilization in any case. */
const SHORT_STEP_MS = 5 * MINUTE_MS;

/** Gathers what reviews are made from. */
export class Reviewer {
  constructor(private readonly parts: ReviewerParts) {}

  async review(
    release: Release,
    window: { readonly fromAt: number; readonly toAt: number },
  ): Promise<PerformanceReview> {
    const { store, drift, book, options } = this.parts;
    const { fromAt, toAt } = window;
    const where = { release: release.id };
    const everyMs = toAt - fromAt > 3 * HOUR_MS ? HOUR_MS : SHORT_STEP_MS;
    const baselineFromAt = fromAt - options.baselineDays * DAY_MS;
    const [current, baseline, utilizationRatio] = await Promise.all([
      store.read({ ...window, where, by: ['capability', 'inputType'], everyMs }),
      store.read({ fromAt: baselineFromAt, toAt: fromAt, where, by: ['capability'] }),
      this.#utilization(release, toAt),
    ]);
    return review({
      release: release.id,
      manifest: release.manifest,
      fromAt,
      toAt,
      current,
      baseline,
      options,
      utilizationRatio,
      driftRatios: drift.ratiosOf(release.id),
      // Copies: what is expected goes on to change.
      estimates: new Map(
        [...release.capabilities.keys()].map((name) => [name, { ...book.estimate(release, name) }]),
      ),
    });
  }

  /**
   * The share of the last hour for which slots were in use: work in progress over slots, by Little's law (Operations Research 9,
   * 1961). Each node that took part has slots of its own.
   */
  async #utilization(release: Release, toAt: number): Promise<number | undefined> {
    const groups = await this.parts.store.read({
      fromAt: toAt - HOUR_MS,
      toAt,
      where: { release: release.id },
      by: ['writer'],
      everyMs: SHORT_STEP_MS,
      isBrief: true,
    });
    if (groups.length === 0) return undefined;
    const stretches = [...Map.groupBy(groups, ({ at }) => at).values()];
    const nodes = Math.max(...stretches.map((writers) => writers.length));
    const busyMs = groups.reduce((sum, { measures }) => sum + measures.busyMs, 0);
    return Math.min(1, busyMs / (HOUR_MS * nodes * release.manifest.maxConcurrentTasks));
  }
}
