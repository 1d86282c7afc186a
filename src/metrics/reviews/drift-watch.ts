import type { EventBus } from '../../common/index.js';
import type { AttemptObservation, AttemptObserver } from '../attempt-observation.types.js';
import { arePlausible } from '../measures/figures.js';
import { PerformanceDrifted, PerformanceRecovered } from '../metrics.events.js';
import type { MeasuresGroup } from '../rollups/performance.store.js';
import { SlowdownDetector } from './slowdown-detector.js';

/** Watches over each release at each capability, on this node, for getting slower than it was. */
export class DriftWatch implements AttemptObserver {
  /** By release, then by capability. */
  readonly #detectors = new Map<string, Map<string, SlowdownDetector>>();

  /** @param slowdownRatio how many times as long as before it has to take to matter */
  constructor(
    private readonly events: EventBus,
    private readonly slowdownRatio: number,
  ) {}

  /** Takes what was measured before this process, by release and capability, as baselines. */
  learn(groups: readonly MeasuresGroup[]): void {
    for (const { key, measures } of groups) {
      this.#detectorOf(key.release ?? '', key.capability ?? '').learn(measures.successes);
    }
  }

  onAttempt(observation: AttemptObservation): void {
    const { release, capability, verdict, durationMs } = observation;
    if (verdict !== 'succeeded' || !arePlausible(observation)) return;
    const detector = this.#detectorOf(release.id, capability);
    const change = detector.observe(durationMs);
    if (change === 'recovered') this.events.publish(PerformanceRecovered, { release, capability });
    if (change !== 'drifted') return;
    const { ratio: slowdownRatio = 1, baselineMs } = detector;
    this.events.publish(PerformanceDrifted, { release, capability, slowdownRatio, baselineMs });
  }

  /** How many times as long as before a release takes, by capability; only of those where it has drifted. */
  ratiosOf(releaseId: string): ReadonlyMap<string, number> {
    const ratios = new Map<string, number>();
    for (const [capability, { ratio }] of this.#detectors.get(releaseId) ?? []) {
      if (ratio !== undefined) ratios.set(capability, ratio);
    }
    return ratios;
  }

  /** Forgets a release that has left. */
  forget(releaseId: string): void {
    this.#detectors.delete(releaseId);
  }

  #detectorOf(releaseId: string, capability: string): SlowdownDetector {
    let detectors = this.#detectors.get(releaseId);
    if (detectors === undefined) this.#detectors.set(releaseId, (detectors = new Map()));
    let detector = detectors.get(capability);
    if (detector === undefined)
      detectors.set(capability, (detector = new SlowdownDetector(this.slowdownRatio)));
    return detector;
  }
}
