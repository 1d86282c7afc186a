import { eventType } from '../common/index.js';
import type { StatusChangedEntry, StatusClosedEntry, StatusRefusedEntry } from './status.types.js';

/**
 * A release got a status, here or on another node: its first one, another one, or one after it had been closed. It is in the
 * history by now, and in force. Of several that other nodes gave shortly after one another, only the last may be told.
 */
export const StatusChanged = eventType<StatusChangedEntry>('status.changed');

/** Somebody asked for a change that the rules forbid. */
export const StatusRefused = eventType<StatusRefusedEntry>('status.refused');

/**
 * Another node unregistered a release that is still registered here, where it stays in service with the status that it has.
 * Whether it is to leave here too is for the subscriber to say: the other node may only have failed to start.
 */
export const StatusClosedElsewhere = eventType<StatusClosedEntry>('status.closed-elsewhere');
