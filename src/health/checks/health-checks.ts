import { messageOf, type Cancel, type Clock, type EventBus, type Logger } from '../../common/index.js';
import {
  AgentRegistered,
  checkHealth,
  Checkups,
  ClusterChanged,
  findReleases,
  HealthChanged,
  unhealthyReason,
  type Catalog,
  type HealthVerdict,
  type Neighbors,
  type Release,
} from '../../registry/index.js';
import {
  IllegalStatusTransitionError,
  StatusChanged,
  UnknownStatusError,
  type StatusChangedEntry,
  type StatusService,
} from '../../status/index.js';
import type { ResolvedHealthOptions } from '../health.options.js';

/** What checks work with. */
export interface HealthCheckParts {
  readonly catalog: Catalog;
  readonly status: StatusService;
  readonly neighbors: Neighbors;
  readonly clock: Clock;
  readonly events: EventBus;
  readonly logger: Logger;
  readonly options: ResolvedHealthOptions['checks'];
}

/** How the last checks of a release went. */
interface Streak {
  failures: number;
  successes: number;
  /** Of the check that was judged last: one that was begun before it comes too late. */
  order: number;
  /** Calls into the agent's code that have not ended, whatever became of their checks. */
  underWay: number;
}

/**
 * Asks the instances of this process how they are, and draws the consequences: an instance that fails its checks gets no tasks
 * here, and the release becomes `failed` once no node has a healthy one.
 *
 * A check that somebody asks for decides at once; those on a schedule decide when enough of them in a row say the same.
 */
export class HealthChecks extends Checkups {
  readonly #streaks = new WeakMap<Release, Streak>();
  #begun = 0;
  #cancels: Cancel[] = [];

  constructor(private readonly parts: HealthCheckParts) {
    super();
  }

  /** Follows what others do to releases. */
  open(): void {
    const { events } = this.parts;
    this.#cancels = [
      events.subscribe(AgentRegistered, ({ release }) => this.#onRegistered(release)),
      events.subscribe(StatusChanged, (entry) => this.#onStatusChanged(entry)),
      events.subscribe(ClusterChanged, () => this.#onClusterChanged()),
    ];
  }

  close(): void {
    for (const cancel of this.#cancels.splice(0)) cancel();
  }

  async check(release: Release): Promise<boolean> {
    if (release.status === 'inactive') return false;
    await this.#judge(release, await this.#ask(release), 1);
    return true;
  }

  async sweep(maxAgeMs: number): Promise<Release[]> {
    const { catalog, clock } = this.parts;
    const now = clock.now();
    const isFresh = ({ health }: Release): boolean =>
      health !== undefined && health.healthy && health.checkedAt > now - maxAgeMs && health.checkedAt <= now;
    const stale = findReleases(catalog, { status: 'active' }).filter((release) => !isFresh(release));
    await Promise.all(stale.map((release) => this.#contain(release, () => this.check(release))));
    // Looked up anew: releases may have come and gone while the checks ran.
    return findReleases(catalog, { status: 'active' }).filter(
      ({ health, isUnwell }) => health?.healthy && !isUnwell,
    );
  }

  /** One check of an active release on the schedule. Never rejects. */
  async checkOnSchedule(release: Release): Promise<void> {
    await this.#contain(release, async () => {
      const asked = this.#streakOf(release).underWay > 0 ? this.#refuse() : await this.#ask(release);
      await this.#judge(release, asked, this.#thresholds(release).failures);
    });
  }

  /** Asks without a consequence for the status, as recovery does; resolves with whether the instance counts as well now. */
  async probe(release: Release): Promise<HealthVerdict> {
    const asked = await this.#ask(release);
    this.#record(release, asked, 1);
    return asked.verdict;
  }

  /** How many checks in a row a release has to fail, and to pass, before it counts as the other. */
  thresholdsOf(release: Release): { readonly failures: number; readonly successes: number } {
    return this.#thresholds(release);
  }

  /** Checks in a row that failed. */
  failuresOf(release: Release): number {
    return this.#streaks.get(release)?.failures ?? 0;
  }

  async #ask(release: Release): Promise<{ verdict: HealthVerdict; order: number }> {
    const order = (this.#begun += 1);
    const streak = this.#streakOf(release);
    const onWork = (work: Promise<unknown>): void => {
      streak.underWay += 1;
      void work.then(() => (streak.underWay -= 1));
    };
    const { instances, manifest } = release;
    const verdict = await checkHealth(instances, manifest.healthCheckTimeoutMs, this.parts.clock, onWork);
    return { verdict, order };
  }

  /** A check whose code hangs is not begun a second time beside itself. */
  #refuse(): { verdict: HealthVerdict; order: number } {
    const checkedAt = this.parts.clock.now();
    const message = 'the check before it has not ended yet';
    return {
      verdict: Object.freeze({ healthy: false, message, checkedAt, durationMs: 0 }),
      order: ++this.#begun,
    };
  }

  async #judge(
    release: Release,
    asked: { verdict: HealthVerdict; order: number },
    failuresNeeded: number,
  ): Promise<void> {
    if (this.#record(release, asked, failuresNeeded)) await this.#failUnlessWellElsewhere(release);
  }

  /** Answers `false` for a verdict that a later check has overtaken. */
  #record(
    release: Release,
    { verdict, order }: { verdict: HealthVerdict; order: number },
    failuresNeeded: number,
  ): boolean {
    const streak = this.#streakOf(release);
    if (streak.order > order) return false;
    streak.order = order;
    const before = { healthy: release.health?.healthy, isUnwell: release.isUnwell };
    release.health = verdict;
    streak.failures = verdict.healthy ? 0 : streak.failures + 1;
    streak.successes = verdict.healthy ? streak.successes + 1 : 0;
    if (streak.failures >= failuresNeeded) release.isUnwell = true;
    else if (streak.successes >= this.#thresholds(release).successes) release.isUnwell = false;
    if (before.healthy !== verdict.healthy || before.isUnwell !== release.isUnwell) this.#tell(release);
    return true;
  }

  #tell(release: Release): void {
    const { health: verdict, isUnwell } = release;
    this.parts.events.publish(HealthChanged, { release, verdict, isUnwell });
  }

  async #failUnlessWellElsewhere(release: Release): Promise<void> {
    const { catalog, status, neighbors } = this.parts;
    // The wait was long enough for somebody to set another status, or to put another instance in its place.
    if (!release.isUnwell || release.status !== 'active' || !catalog.has(release)) return;
    if (neighbors.hasHealthy(release.id)) return;
    const reason = unhealthyReason(release.health ?? { healthy: false });
    try {
      await status.change(release.id, 'failed', { reason, triggeredBy: 'health-monitor' });
    } catch (error) {
      // Somebody was faster still: what they set, or that they unregistered it, stands.
      if (!(error instanceof IllegalStatusTransitionError || error instanceof UnknownStatusError))
        throw error;
    }
  }

  async #contain(release: Release, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const { id: agent } = release;
      this.parts.logger.error('the verdict of a health check could not be recorded', {
        agent,
        error: messageOf(error),
      });
    }
  }

  #onRegistered(release: Release): void {
    if (release.health?.healthy !== false) return;
    release.isUnwell = true;
    this.#streakOf(release).failures = 1;
    this.#tell(release);
  }

  /** What a person puts in service is given a fresh start; the next checks will tell. */
  #onStatusChanged({ release: id, to, triggeredBy }: StatusChangedEntry): void {
    if (to !== 'active' || !triggeredBy.startsWith('user:')) return;
    const release = this.parts.catalog.all().find((known) => known.id === id);
    if (release === undefined) return;
    Object.assign(this.#streakOf(release), { failures: 0, successes: 0 });
    if (!release.isUnwell) return;
    release.isUnwell = false;
    this.#tell(release);
  }

  /** The last node with a healthy instance may have gone, or found it unhealthy. */
  #onClusterChanged(): void {
    for (const release of this.parts.catalog.all()) {
      if (!release.isUnwell || release.status !== 'active') continue;
      void this.#contain(release, () => this.#failUnlessWellElsewhere(release));
    }
  }

  #streakOf(release: Release): Streak {
    let streak = this.#streaks.get(release);
    if (streak === undefined) {
      streak = { failures: 0, successes: 0, order: 0, underWay: 0 };
      this.#streaks.set(release, streak);
    }
    return streak;
  }

  #thresholds({ manifest }: Release): { failures: number; successes: number } {
    const { failureThreshold, successThreshold } = this.parts.options;
    return {
      failures: manifest.healthCheckFailureThreshold ?? failureThreshold,
      successes: manifest.healthCheckSuccessThreshold ?? successThreshold,
    };
  }
}
