import type { ManifestInput } from '../../agents/index.js';
import { SeededRandom } from '../../common/index.js';
import { Neighbors, Release } from '../../registry/index.js';
import {
  HealthChecks,
  Recovery,
  RecoveryEnded,
  resolveHealthOptions,
  type RecoveryOptions,
} from '../../health/index.js';
import type { StatusHistoryStore } from '../../status/index.js';
import { registryHarness } from '../registry-harness.js';
import { manifestOf } from '../builders/release-builder.js';

export const BEAT_MS = 250;
export const ANN = { reason: 'planned', triggeredBy: 'user:ann' } as const;
export const MONITOR = { reason: 'health check failed', triggeredBy: 'health-monitor' } as const;
export const hang = (): Promise<never> => new Promise(() => {});

type Agent = { healthCheck?: () => unknown; recover?: (signal: AbortSignal) => unknown };

/** A node; those of one cluster share a history. */
export function recoveryNode(history: StatusHistoryStore, given: RecoveryOptions | false = {}) {
  const harness = registryHarness(history);
  const { catalog, clock, status, events } = harness;
  const { checks: checkOptions, recovery: options } = resolveHealthOptions({
    recovery: given === false ? false : { jitterRatio: 0, ...given },
  });
  const checks = new HealthChecks({ ...harness, neighbors: new Neighbors(), options: checkOptions });
  const recovery = new Recovery({ ...harness, checks, random: new SeededRandom(3), options });
  checks.open();
  recovery.open();
  const ended: string[] = [];
  events.subscribe(RecoveryEnded, ({ attempt, isRecovered, isGivenUp, problem }) => {
    ended.push(`${attempt}: ${isRecovered ? 'recovered' : problem}${isGivenUp ? ', given up' : ''}`);
  });
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += BEAT_MS) {
      recovery.tick();
      await clock.advanceAsync(BEAT_MS);
    }
  };
  /** A release that failed its checks, of an agent that is well by now unless it says otherwise. */
  const enter = async (agent: Agent = {}, input: ManifestInput = {}): Promise<Release> => {
    const manifest = manifestOf({ name: 'ada', healthCheckTimeoutMs: 1_000, ...input });
    const opening = { reason: 'registered', triggeredBy: 'system' } as const;
    const live = await status.open('ada@1.0.0', 'active', opening);
    const release = new Release(manifest, { lifetime: 'shared', get: () => agent }, live);
    catalog.add(release);
    return release;
  };
  const fail = async (release: Release): Promise<void> => {
    release.isUnwell = true;
    await status.change(release.id, 'failed', MONITOR);
  };
  const entries = async (): Promise<string[]> => {
    const { items } = await status.history('ada@1.0.0', { hours: 100, limit: 500 });
    return items
      .toReversed()
      .map(({ kind, reason, ...entry }) => `${kind} ${'to' in entry ? entry.to : ''}: ${reason}`);
  };
  return { ...harness, checks, recovery, ended, pass, enter, fail, entries };
}
