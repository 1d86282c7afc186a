import { eventType } from '../common/index.js';
import type { StatusChangedEntry, StatusRefusedEntry } from './status.types.js';

/** A release got a status: its first one, another one, or one after it had been closed. It is in the history by now, and in force. */
export const StatusChanged = eventType<StatusChangedEntry>('status.changed');

/** Somebody asked for a change that the rules forbid. */
export const StatusRefused = eventType<StatusRefusedEntry>('status.refused');
