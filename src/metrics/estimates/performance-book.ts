import type { AgentManifest } from '../../agents/index.js';
import type { Clock } from '../../common/index.js';
import type { AttemptObservation, AttemptObserver } from '../attempt-observation.types.js';
import { arePlausible } from '../measures/figures.js';
import { LiveEstimate, type EstimateOptions, type Evidence } from './live-estimate.js';
import type { PerformanceEstimate } from './performance-estimate.types.js';
import { priorOf } from './prior.js';

/** What the book needs of a release. */
export interface EstimatedRelease {
  /** `name@version`. */
  readonly id: string;
  readonly manifest: AgentManifest;
}

/** What was observed of a pair elsewhere. */
export interface News {
  readonly release: string;
  readonly capability: string;
  readonly evidence: Evidence;
  /** Attempts of which nothing was known before. */
  readonly newAttempts: number;
}

interface Page {
  readonly estimate: LiveEstimate;
  /** By which the priors were made. */
  manifest: AgentManifest;
}

/**
 * What is expected of each release at each capability, kept in memory and read on the task path.
 * @publicApi
 */
export class PerformanceBook implements AttemptObserver {
  /** By capability, then by release: those who choose ask for many releases of one capability. */
  readonly #pages = new Map<string, Map<string, Page>>();

  /** News of pairs that nobody has asked for yet. */
  readonly #unread = new Map<string, Evidence>();

  constructor(
    private readonly clock: Pick<Clock, 'monotonicMs'>,
    private readonly options: EstimateOptions,
  ) {}

  /** What is expected now. The same object each time, brought up to date; O(1), allocates nothing for a known pair. */
  estimate(release: EstimatedRelease, capability: string): PerformanceEstimate {
    const nowMs = this.clock.monotonicMs();
    const estimate = this.#find(release, capability, nowMs);
    estimate.settle(nowMs);
    return estimate;
  }

  /** Attempts that are excused say nothing, nor do those with figures that cannot be. */
  onAttempt(observation: AttemptObservation, nowMs: number = this.clock.monotonicMs()): void {
    const { release, capability, verdict, durationMs, costUsd } = observation;
    if (verdict === 'excused' || !arePlausible(observation)) return;
    const outcome = { hasSucceeded: verdict === 'succeeded', durationMs, costUsd };
    this.#find(release, capability, nowMs).observe(outcome, nowMs);
  }

  /** Takes in what was observed of a pair elsewhere, in place of what was known of that. */
  learn({ release, capability, evidence, newAttempts }: News): void {
    const page = this.#pages.get(capability)?.get(release);
    if (page === undefined) this.#unread.set(unreadKey(release, capability), evidence);
    else page.estimate.learn(evidence, newAttempts);
  }

  /** Forgets a release that has left: one of its id that comes in later begins anew. */
  forget(releaseId: string): void {
    for (const [capability, releases] of this.#pages) {
      releases.delete(releaseId);
      if (releases.size === 0) this.#pages.delete(capability);
    }
  }

  #find({ id, manifest }: EstimatedRelease, capability: string, nowMs: number): LiveEstimate {
    const page = this.#pages.get(capability)?.get(id);
    if (page === undefined) return this.#open(id, capability, manifest, nowMs);
    if (page.manifest !== manifest) {
      page.manifest = manifest;
      page.estimate.declare(priorOf(manifest, capability, this.options.priorWeight));
    }
    return page.estimate;
  }

  #open(id: string, capability: string, manifest: AgentManifest, nowMs: number): LiveEstimate {
    let releases = this.#pages.get(capability);
    if (releases === undefined) this.#pages.set(capability, (releases = new Map()));
    const prior = priorOf(manifest, capability, this.options.priorWeight);
    const estimate = new LiveEstimate(prior, this.options, nowMs);
    const key = unreadKey(id, capability);
    const evidence = this.#unread.get(key);
    if (evidence !== undefined) estimate.learn(evidence, 0);
    this.#unread.delete(key);
    releases.set(id, { estimate, manifest });
    return estimate;
  }
}

const unreadKey = (release: string, capability: string): string => `${release} ${capability}`;
