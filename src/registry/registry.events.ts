import { eventType } from '../common/index.js';
import type { Release } from './release.js';

/** A release is in the catalog and may take tasks, its status allowing. */
export const AgentRegistered = eventType<{ readonly release: Release }>('agent.registered');

/** A release has left the catalog; its history stays. */
export const AgentUnregistered = eventType<{ readonly release: Release; readonly reason: string }>(
  'agent.unregistered',
);
