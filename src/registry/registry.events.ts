import { eventType } from '../common/index.js';
import type { Release } from './catalog/release.js';

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
