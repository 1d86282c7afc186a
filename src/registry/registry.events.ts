import { eventType } from '../common/index.js';
import type { HealthVerdict, Release } from './catalog/release.js';

/**
 * A release is in the catalog and may take tasks, its status allowing; it may have taken the place of one of its id.
 * @publicApi
 */
export const AgentRegistered = eventType<{ readonly release: Release }>('agent.registered');

/**
 * A release has left the catalog; its history stays.
 * @publicApi
 */
export const AgentUnregistered = eventType<{ readonly release: Release; readonly reason: string }>(
  'agent.unregistered',
);

/**
 * Other nodes host something else than before. `gained` names the agents that became available there, and their capabilities.
 * @publicApi
 */
export const ClusterChanged = eventType<{ readonly gained: readonly string[] }>('cluster.changed');

/**
 * A release has stopped taking tasks because it is about to leave, or takes them again because it stays after all.
 * @publicApi
 */
export const AgentDrainChanged = eventType<{ readonly release: Release; readonly isDraining: boolean }>(
  'agent.drain-changed',
);

/**
 * The instances of this process answered otherwise than before how they are, or count as unwell or well from now on: after that
 * many checks in a row they get no tasks, or get them again.
 * @publicApi
 */
export const HealthChanged = eventType<{
  readonly release: Release;
  readonly verdict: HealthVerdict | undefined;
  readonly isUnwell: boolean;
}>('health.changed');
