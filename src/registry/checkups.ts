import { messageOf } from '../common/index.js';
import { IllegalStatusTransitionError, UnknownStatusError } from '../status/index.js';
import { findReleases } from './catalog/agent-info.js';
import type { HealthVerdict, Release } from './catalog/release.js';
import { checkHealth, unhealthyReason } from './health-check.js';
import type { RegistryParts } from './registry-parts.js';

/** Asks registered agents how they are and lets the active ones that are not well fail. */
export class Checkups {
  constructor(private readonly parts: Pick<RegistryParts, 'catalog' | 'status' | 'clock' | 'logger'>) {}

  /**
   * Asks one release and resolves with whether it was asked: one that is off is not. Only an active one can fail by it.
   * Rejects only when the failed status cannot be recorded.
   */
  async check(release: Release): Promise<boolean> {
    if (release.status === 'inactive') return false;
    const { healthCheckTimeoutMs } = release.manifest;
    const verdict = await checkHealth(release.instances, healthCheckTimeoutMs, this.parts.clock);
    // A check that was begun later and is through already knows better.
    if (release.health !== undefined && release.health.checkedAt > verdict.checkedAt) return true;
    release.health = verdict;
    if (!verdict.healthy) await this.#markFailed(release, verdict);
    return true;
  }

  /**
   * The current releases that are active and well, after asking those again, side by side, whose last verdict is bad or
   * older than `maxAgeMs`. No check disturbs another or the sweep.
   */
  async sweep(maxAgeMs: number): Promise<Release[]> {
    const { catalog, clock } = this.parts;
    const oldestAt = clock.now() - maxAgeMs;
    const stale = findReleases(catalog, { status: 'active' }).filter(
      ({ health }) => !health?.healthy || health.checkedAt <= oldestAt,
    );
    await Promise.all(stale.map((release) => this.#checkOrReport(release)));
    // Looked up anew: releases may have come and gone while the checks ran.
    return findReleases(catalog, { status: 'active' }).filter(({ health }) => health?.healthy);
  }

  async #checkOrReport(release: Release): Promise<void> {
    try {
      await this.check(release);
    } catch (error) {
      const { id: agent } = release;
      this.parts.logger.error('the verdict of a health check could not be recorded', {
        agent,
        error: messageOf(error),
      });
    }
  }

  async #markFailed(release: Release, verdict: HealthVerdict): Promise<void> {
    const { catalog, status } = this.parts;
    // The wait was long enough for somebody to set another status, or to put another instance in its place.
    if (release.status !== 'active' || !catalog.has(release)) return;
    try {
      const reason = unhealthyReason(verdict);
      await status.change(release.id, 'failed', { reason, triggeredBy: 'health-monitor' });
    } catch (error) {
      // Somebody was faster still: what they set, or that they unregistered it, stands.
      if (!(error instanceof IllegalStatusTransitionError || error instanceof UnknownStatusError))
        throw error;
    }
  }
}
